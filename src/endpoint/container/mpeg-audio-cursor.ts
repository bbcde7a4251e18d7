import {
  areOfOneStream,
  id3SizeBytes,
  MAX_MPEG_AUDIO_FRAME_SIZE_BYTES,
  MPEG_AUDIO_HEADER_SIZE_BYTES,
  type MpegAudioFrame,
  readMpegAudioFrame,
} from '../../codec/mpeg-audio.js';
import type { PacketCursor } from './container-reader.js';
import type { FileBlock, FileBlocks } from './file-blocks.js';

/** A frame, and the header of the one behind it. */
const WANTED_SIZE_BYTES = MAX_MPEG_AUDIO_FRAME_SIZE_BYTES + MPEG_AUDIO_HEADER_SIZE_BYTES;
const ID3_START = 0x49;
const SYNC_BYTE = 0xff;

/** Where a cursor begins, and when that is to be heard. */
export interface MpegAudioStart {
  readonly at: number;
  readonly timeMs: number;
}

/**
 * Goes from frame to frame of a file that is nothing else. Tags of ID3 are passed, also between frames. Where no frame begins it
 * goes on at the next two that fit together.
 */
export class MpegAudioCursor implements PacketCursor {
  readonly decodeMs = undefined;
  readonly isKeyframe = true;
  isAtEnd = false;
  presentationMs: number;
  durationMs = 0;
  readonly #file: FileBlocks;
  #frame: MpegAudioFrame | undefined;
  /** Whether the frame at hand ends where the next one is looked for. */
  #isInStep = false;
  #at: number;
  /** What is to be looked at next. */
  #nextAt: number;

  private constructor(file: FileBlocks, { at, timeMs }: MpegAudioStart) {
    this.#file = file;
    this.#at = at;
    this.#nextAt = at;
    this.presentationMs = timeMs;
  }

  /** At the first frame there or behind; `undefined`: there is none. */
  static async open(file: FileBlocks, start: MpegAudioStart): Promise<MpegAudioCursor | undefined> {
    const cursor = new MpegAudioCursor(file, start);
    await cursor.advance();
    return cursor.isAtEnd ? undefined : cursor;
  }

  /** The one at hand. */
  get frame(): MpegAudioFrame | undefined {
    return this.#frame;
  }

  /** Where the frame at hand begins, and when. */
  get place(): MpegAudioStart {
    return { at: this.#at, timeMs: this.presentationMs };
  }

  data(): Uint8Array | Promise<Uint8Array> {
    return this.#file.read(this.#at, this.#at + (this.#frame?.sizeBytes ?? 0));
  }

  advance(): Promise<void> | undefined {
    this.presentationMs += this.durationMs;
    return this.#goOn() ? undefined : this.#readOn();
  }

  async #readOn(): Promise<void> {
    do await this.#file.load(this.#nextAt, this.#wantedEnd);
    while (!this.#goOn());
  }

  get #wantedEnd(): number {
    return Math.min(this.#nextAt + WANTED_SIZE_BYTES, this.#file.sizeBytes);
  }

  /** @returns false when something has to be read before */
  #goOn(): boolean {
    while (this.#nextAt < this.#file.sizeBytes) {
      const part = this.#file.holding(this.#nextAt, this.#wantedEnd);
      if (part === undefined) return false;
      const frame = this.#frameIn(part);
      if (frame !== undefined) {
        this.#take(frame);
        return true;
      }
      this.#pass(part);
    }
    this.isAtEnd = true;
    return true;
  }

  #take(frame: MpegAudioFrame): void {
    this.#frame = frame;
    this.#at = this.#nextAt;
    this.#nextAt += frame.sizeBytes;
    this.#isInStep = true;
    this.durationMs = frame.lengthMs;
  }

  /** What begins here, when it is of the same stream as the one before or as the one behind it. */
  #frameIn({ bytes, at }: FileBlock): MpegAudioFrame | undefined {
    const frame = readMpegAudioFrame(bytes, this.#nextAt - at);
    if (frame === undefined) return undefined;
    const endByte = this.#nextAt + frame.sizeBytes;
    if (endByte > this.#file.sizeBytes) return undefined; // cut off
    const isLikeOneBefore = this.#frame === undefined || areOfOneStream(frame, this.#frame);
    if (isLikeOneBefore && (this.#isInStep || endByte === this.#file.sizeBytes)) return frame;
    const next = readMpegAudioFrame(bytes, endByte - at);
    const fits = next === undefined ? id3SizeBytes(bytes, endByte - at) > 0 : areOfOneStream(frame, next);
    return fits ? frame : undefined;
  }

  /** Goes on at a tag's end, or where a tag or a frame may begin. */
  #pass({ bytes, at }: FileBlock): void {
    const offset = this.#nextAt - at;
    const tagSizeBytes = id3SizeBytes(bytes, offset);
    if (tagSizeBytes > 0) {
      this.#nextAt += tagSizeBytes;
      return;
    }
    this.#isInStep = false;
    let next = offset + 1;
    while (next < bytes.length && bytes[next] !== SYNC_BYTE && bytes[next] !== ID3_START) next++;
    this.#nextAt = at + next;
  }
}
