import type { FileHandle } from 'node:fs/promises';
import {
  foreignMpegAudioName,
  ID3_HEADER_SIZE_BYTES,
  id3SizeBytes,
  MPEG_AUDIO_HEADER_SIZE_BYTES,
  type MpegAudioFrame,
  readMp3Info,
} from '../../codec/mpeg-audio.js';
import { MediaError } from '../../errors.js';
import { CODEC_NAMES } from './codec-names.js';
import type { ContainerReader, ContainerTrack, ForeignTrack, PacketCursor, TrackPackets } from './container-reader.js';
import { FileBlocks } from './file-blocks.js';
import { MpegAudioCursor, type MpegAudioStart } from './mpeg-audio-cursor.js';
import type { OpenedFile } from './opened-file.js';

/** Larger files are not read to the end only to know how long they are. */
const MAX_MEASURED_SIZE_BYTES = 256 * 1024 * 1024;
const TRACK_ID = 1;

/** MP3, or AAC with ADTS headers: frames one behind the other, whose places and times tell no more than they do. */
export class MpegAudioContainer implements ContainerReader {
  readonly sizeBytes: number;
  readonly endByte = undefined;
  readonly tracks: readonly ContainerTrack[];
  readonly endMs: () => Promise<number | undefined>;
  readonly #handle: FileHandle;

  private constructor(
    { handle, sizeBytes }: OpenedFile,
    tracks: readonly ContainerTrack[],
    endMs: () => Promise<number | undefined>,
  ) {
    this.sizeBytes = sizeBytes;
    this.tracks = tracks;
    this.endMs = endMs;
    this.#handle = handle;
  }

  /** @throws {MediaError} `ERR_MEDIA_DAMAGED` when it has no frame */
  static async open(opened: OpenedFile): Promise<MpegAudioContainer> {
    const file = new FileBlocks(opened.handle, opened.sizeBytes);
    const mediaAt = await behindTags(file);
    const codecName = await foreignName(file, mediaAt);
    if (codecName !== undefined) {
      const track: ForeignTrack = { kind: 'audio', isDefault: true, codec: undefined, codecName };
      return new MpegAudioContainer(opened, [track], async () => undefined);
    }
    const { frame, startAt, toldEndMs } = await readStart(file, mediaAt);
    const packets = new MpegAudioPackets(file, startAt);
    const isQuick = file.sizeBytes <= MAX_MEASURED_SIZE_BYTES;
    const endMs = async () => toldEndMs ?? (isQuick ? packets.endMs() : undefined);
    return new MpegAudioContainer(opened, [trackOf(frame, packets)], endMs);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

interface Start {
  readonly frame: MpegAudioFrame;
  /** Of the first frame with sound. */
  readonly startAt: number;
  /** `undefined`: the file does not say how long it is. */
  readonly toldEndMs: number | undefined;
}

async function readStart(file: FileBlocks, mediaAt: number): Promise<Start> {
  const first = await MpegAudioCursor.open(file, { at: mediaAt, timeMs: 0 });
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

async function behindTags(file: FileBlocks): Promise<number> {
  let at = 0;
  for (;;) {
    const start = await file.read(at, Math.min(at + ID3_HEADER_SIZE_BYTES, file.sizeBytes));
    const sizeBytes = id3SizeBytes(start, 0);
    if (sizeBytes === 0 || at + sizeBytes > file.sizeBytes) return at;
    at += sizeBytes;
  }
}

async function foreignName(file: FileBlocks, mediaAt: number): Promise<string | undefined> {
  return foreignMpegAudioName(
    await file.read(mediaAt, Math.min(mediaAt + MPEG_AUDIO_HEADER_SIZE_BYTES, file.sizeBytes)),
  );
}

/** The frames of the file. Without an index, places are found by reading from the start on. */
class MpegAudioPackets implements TrackPackets {
  readonly #file: FileBlocks;
  readonly #startAt: number;

  constructor(file: FileBlocks, startAt: number) {
    this.#file = file;
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
    return MpegAudioCursor.open(this.#file, start);
  }
}
