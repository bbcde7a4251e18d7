import {
  foreignMpegAudioName,
  ID3_HEADER_SIZE_BYTES,
  id3SizeBytes,
  MPEG_AUDIO_HEADER_SIZE_BYTES,
  type MpegAudioFrame,
  readMp3Info,
} from '../../codec/mpeg-audio.js';
import { MediaError } from '../../errors.js';
import type { ContainerReader, ContainerTrack, ForeignTrack, PacketCursor, TrackPackets } from './container-reader.js';
import { FileWindows } from './file-windows.js';
import { MpegAudioCursor, type MpegAudioStart } from './mpeg-audio-cursor.js';
import type { OpenedFile } from './opened-file.js';

/** Larger files are not read to the end only to know how long they are. */
const MAX_MEASURED_SIZE_BYTES = 256 * 1024 * 1024;
const TRACK_ID = 1;
const CODEC_NAMES = { aac: 'AAC', mp3: 'MP3' } as const;

/** MP3, or AAC with ADTS headers: frames one behind the other, whose places and times tell no more than they do. */
export class MpegAudioContainer implements ContainerReader {
  readonly sizeBytes: number;
  readonly endByte = undefined;
  readonly tracks: readonly ContainerTrack[];
  readonly endMs: () => Promise<number | undefined>;
  readonly #file: OpenedFile;

  private constructor(file: OpenedFile, tracks: readonly ContainerTrack[], endMs: () => Promise<number | undefined>) {
    this.sizeBytes = file.sizeBytes;
    this.tracks = tracks;
    this.endMs = endMs;
    this.#file = file;
  }

  /** @throws {MediaError} `ERR_MEDIA_DAMAGED` when it has no frame */
  static async open(file: OpenedFile): Promise<MpegAudioContainer> {
    const windows = new FileWindows(file.handle, file.sizeBytes);
    const mediaAt = await behindTags(windows);
    const codecName = await foreignName(windows, mediaAt);
    if (codecName !== undefined) {
      const track: ForeignTrack = { kind: 'audio', isDefault: true, codec: undefined, codecName };
      return new MpegAudioContainer(file, [track], async () => undefined);
    }
    const { frame, startAt, toldEndMs } = await readStart(windows, mediaAt);
    const packets = new MpegAudioPackets(windows, startAt);
    const isQuick = file.sizeBytes <= MAX_MEASURED_SIZE_BYTES;
    const endMs = async () => toldEndMs ?? (isQuick ? packets.endMs() : undefined);
    return new MpegAudioContainer(file, [trackOf(frame, packets)], endMs);
  }

  close(): Promise<void> {
    return this.#file.handle.close();
  }
}

interface Start {
  readonly frame: MpegAudioFrame;
  /** Of the first frame with sound. */
  readonly startAt: number;
  /** `undefined`: the file does not say how long it is. */
  readonly toldEndMs: number | undefined;
}

async function readStart(windows: FileWindows, mediaAt: number): Promise<Start> {
  const first = await MpegAudioCursor.open(windows, { at: mediaAt, timeMs: 0 });
  const frame = first?.frame;
  if (first === undefined || frame === undefined) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'the file has no frame of MP3 or AAC', { stage: 'file' });
  }
  const { at } = first.place;
  const info = frame.codec === 'mp3' ? readMp3Info(await first.data()) : undefined;
  if (info === undefined) return { frame, startAt: at, toldEndMs: undefined };
  const toldEndMs = info.frameCount === undefined ? undefined : info.frameCount * frame.lengthMs;
  return { frame, startAt: at + frame.sizeBytes, toldEndMs };
}

function trackOf({ codec, sampleRateHz, channels }: MpegAudioFrame, packets: TrackPackets): ContainerTrack {
  return {
    id: TRACK_ID,
    kind: 'audio',
    isDefault: true,
    codec,
    codecName: CODEC_NAMES[codec],
    record: undefined,
    sound: { sampleRateHz, channels },
    packets,
  };
}

async function behindTags(windows: FileWindows): Promise<number> {
  let at = 0;
  for (;;) {
    const start = await windows.view(at, Math.min(ID3_HEADER_SIZE_BYTES, windows.sizeBytes - at));
    const sizeBytes = id3SizeBytes(start, 0);
    if (sizeBytes === 0 || at + sizeBytes > windows.sizeBytes) return at;
    at += sizeBytes;
  }
}

async function foreignName(windows: FileWindows, mediaAt: number): Promise<string | undefined> {
  const sizeBytes = Math.min(MPEG_AUDIO_HEADER_SIZE_BYTES, windows.sizeBytes - mediaAt);
  return foreignMpegAudioName(await windows.view(mediaAt, sizeBytes));
}

/** The frames of the file. Without an index, places are found by reading from the start on. */
class MpegAudioPackets implements TrackPackets {
  readonly #windows: FileWindows;
  readonly #startAt: number;

  constructor(windows: FileWindows, startAt: number) {
    this.#windows = windows;
    this.#startAt = startAt;
  }

  first(): Promise<MpegAudioCursor | undefined> {
    return this.#from({ at: this.#startAt, timeMs: 0 });
  }

  firstKeyframe(): Promise<PacketCursor | undefined> {
    return this.first();
  }

  async at(timeMs: number): Promise<PacketCursor | undefined> {
    const cursor = await this.first();
    let last: MpegAudioStart | undefined;
    while (cursor !== undefined && !cursor.isAtEnd && cursor.presentationMs <= timeMs) {
      last = cursor.place;
      const reading = cursor.advance();
      if (reading !== undefined) await reading;
    }
    return last && this.#from(last);
  }

  keyframeAt(timeMs: number): Promise<PacketCursor | undefined> {
    return this.at(timeMs);
  }

  async endMs(): Promise<number | undefined> {
    const cursor = await this.first();
    while (cursor !== undefined && !cursor.isAtEnd) {
      const reading = cursor.advance();
      if (reading !== undefined) await reading;
    }
    return cursor?.presentationMs;
  }

  #from(start: MpegAudioStart): Promise<MpegAudioCursor | undefined> {
    return MpegAudioCursor.open(this.#windows, start);
  }
}
