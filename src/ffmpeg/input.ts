/** What FFmpeg is to read, as far as its command line is concerned. */
export interface FfmpegInput {
  /** Up to and with `-i …`, of one or more inputs. Nothing secret. */
  readonly args: readonly string[];
  /** For its standard input: what is too secret for a command line. */
  readonly script?: string;
  /** For people, without secrets. */
  readonly label: string;
  /** Takes out of FFmpeg's words what must not be seen. */
  readonly redact: (text: string) => string;
}

/** What kinds of media an input has, and their codecs in FFmpeg's names. */
export interface InputStreams {
  readonly video: InputVideo | undefined;
  readonly audio: InputAudio | undefined;
  /** `undefined`: not known, as for live streams. */
  readonly durationMs: number | undefined;
}

export interface InputVideo {
  readonly codec: string;
}

export interface InputAudio {
  readonly codec: string;
  readonly sampleRate: number | undefined;
}

/** Of a device or generator: pictures and samples as they are. */
export const RAW_VIDEO: InputVideo = { codec: 'rawvideo' };
export const RAW_AUDIO: InputAudio = { codec: 'pcm_s16le', sampleRate: undefined };

/** For inputs without secrets. */
export function asItIs(text: string): string {
  return text;
}

/** A file on this machine. FFmpeg takes a name with a colon in it for a URL, unless it is told better. */
export function fileInput(path: string, startMs: number): FfmpegInput {
  return { args: [...seekTo(startMs), '-i', `file:${path}`], label: path, redact: asItIs };
}

export function seekTo(startMs: number): readonly string[] {
  return startMs === 0 ? [] : ['-ss', seconds(startMs)];
}

export function seconds(timeMs: number): string {
  return (timeMs / 1_000).toFixed(3);
}
