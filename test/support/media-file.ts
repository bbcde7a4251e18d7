import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, type InputTrack, Logging, LogLevel } from 'mediabunny';

/** A frame as a file has it. */
export interface MediaFileFrame {
  readonly ptsMs: number;
  readonly durationMs: number;
  readonly isKeyframe: boolean;
  readonly data: Uint8Array;
}

export interface MediaFileTrack {
  readonly kind: string;
  readonly codec: string | null;
  /** avcC, AudioSpecificConfig and the like. */
  readonly config: Uint8Array | undefined;
  /** In decode order. */
  readonly frames: readonly MediaFileFrame[];
}

export interface MediaFile {
  readonly durationMs: number;
  readonly title: string | undefined;
  readonly tracks: readonly MediaFileTrack[];
}

/**
 * Reads an MP4, Matroska or WebM file with a reader that is not ours.
 *
 * @throws {Error} when it cannot be read, or the reader warns of something
 */
export async function readMediaFile(bytes: Uint8Array): Promise<MediaFile> {
  const warnings: string[] = [];
  Logging.level = LogLevel.Silent;
  const stop = [
    Logging.on('warn', (...words) => warnings.push(words.join(' '))),
    Logging.on('error', (...words) => warnings.push(words.join(' '))),
  ];
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  try {
    const tracks: MediaFileTrack[] = [];
    for (const track of await input.getTracks()) tracks.push(await readTrack(track));
    const file = {
      durationMs: (await input.computeDuration()) * 1000,
      title: (await input.getMetadataTags()).title,
      tracks,
    };
    if (warnings.length > 0) throw new Error(`the file is odd: ${warnings.join('; ')}`);
    return file;
  } finally {
    for (const off of stop) off();
    input.dispose();
  }
}

async function readTrack(track: InputTrack): Promise<MediaFileTrack> {
  const frames: MediaFileFrame[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) {
    frames.push({
      ptsMs: packet.timestamp * 1000,
      durationMs: packet.duration * 1000,
      isKeyframe: packet.type === 'key',
      data: packet.data,
    });
  }
  const config = track.isVideoTrack() || track.isAudioTrack() ? await track.getDecoderConfig() : null;
  const description = config?.description;
  return {
    kind: track.type,
    codec: await track.getCodec(),
    config: description === undefined ? undefined : bytesOf(description),
    frames,
  };
}

function bytesOf(source: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
