export const VIDEO_CODECS = ['copy', 'h264', 'hevc', 'av1'] as const;
/** What video may be encoded as; `copy`: it is sent as it is. */
export type VideoCodecChoice = (typeof VIDEO_CODECS)[number];

export const AUDIO_CODECS = ['copy', 'aac', 'mp3', 'opus'] as const;
/** What audio may be encoded as; `copy`: it is sent as it is. */
export type AudioCodecChoice = (typeof AUDIO_CODECS)[number];

/** Of a picture that is made, in pixels. */
export interface PictureSize {
  /** Even, as 4:2:0 needs it. */
  readonly width: number;
  readonly height: number;
}

/** How media is to be encoded. What is left out is decided by what comes in. */
export interface EncodeOptions {
  readonly size?: PictureSize | undefined;
  readonly fps?: number | undefined;
  readonly videoCodec?: VideoCodecChoice | undefined;
  readonly videoBitrateBps?: number | undefined;
  /** Between two keyframes. */
  readonly gopMs?: number | undefined;
  readonly audioCodec?: AudioCodecChoice | undefined;
  readonly audioBitrateBps?: number | undefined;
  /** In the words of the encoder, such as `veryfast`. */
  readonly preset?: string | undefined;
  /** Less delay for a worse picture at the same rate. */
  readonly lowLatency?: boolean | undefined;
  /** For FFmpeg's output, behind ours. */
  readonly extraArgs?: readonly string[] | undefined;
}

/** The options that need pictures to be encoded anew. */
export function changesVideo({ size, fps, videoBitrateBps, gopMs, preset }: EncodeOptions): boolean {
  return [size, fps, videoBitrateBps, gopMs, preset].some((value) => value !== undefined);
}

/** Whether FFmpeg is needed for what could be sent as it is. */
export function changesMedia(options: EncodeOptions): boolean {
  const { videoCodec = 'copy', audioCodec = 'copy', audioBitrateBps, extraArgs = [] } = options;
  return (
    changesVideo(options) ||
    videoCodec !== 'copy' ||
    audioCodec !== 'copy' ||
    audioBitrateBps !== undefined ||
    extraArgs.length > 0
  );
}
