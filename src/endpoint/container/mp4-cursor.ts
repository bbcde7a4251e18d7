import { MediaError } from '../../errors.js';
import type { SampleWalk } from '../../mp4/read/sample-walk.js';
import { type TrackTimeline, toMs } from '../../mp4/read/timeline.js';
import type { PacketCursor } from './container-reader.js';
import type { Mp4Bytes } from './mp4-bytes.js';

/** Samples that share their bytes are possible. A file in which most do so was made to keep us busy. */
const MAX_SHARED = 2;
const MAX_SHARED_SMALL_BYTES = 1024 * 1024;

/** How the times of a track are meant. */
export interface Mp4Timing {
  readonly timeline: TrackTimeline;
  /** What decode times are put back by, so that none is later than the presentation. */
  readonly decodeShiftTicks: number;
}

/** A place in a track of an MP4. */
export class Mp4Cursor implements PacketCursor {
  isAtEnd = false;
  presentationMs = 0;
  decodeMs = 0;
  durationMs = 0;
  isKeyframe = false;
  readonly #bytes: Mp4Bytes;
  readonly #timing: Mp4Timing;
  readonly #walks: AsyncIterator<SampleWalk>;
  #walk: SampleWalk | undefined;
  #offset = 0;
  #end = 0;
  #leftBytes: number;

  private constructor(bytes: Mp4Bytes, timing: Mp4Timing, walks: AsyncIterator<SampleWalk>) {
    this.#bytes = bytes;
    this.#timing = timing;
    this.#walks = walks;
    this.#leftBytes = bytes.sizeBytes * MAX_SHARED + MAX_SHARED_SMALL_BYTES;
  }

  /**
   * @param walks one behind the other; the next sample of the first one is where it begins
   * @returns `undefined` when there is none
   */
  static async begin(
    bytes: Mp4Bytes,
    timing: Mp4Timing,
    walks: AsyncIterator<SampleWalk>,
  ): Promise<Mp4Cursor | undefined> {
    const cursor = new Mp4Cursor(bytes, timing, walks);
    await cursor.advance();
    return cursor.isAtEnd ? undefined : cursor;
  }

  data(): Uint8Array | Promise<Uint8Array> {
    return this.#bytes.blocks.read(this.#offset, this.#end);
  }

  advance(): Promise<void> | undefined {
    return this.#next() ? undefined : this.#readOn();
  }

  /** @returns false when the walk has no further sample */
  #next(): boolean {
    const walk = this.#walk;
    while (walk?.next() === true) {
      if (walk.sizeBytes === 0) continue; // says only that the sample before lasts longer
      this.#see(walk);
      return true;
    }
    return false;
  }

  async #readOn(): Promise<void> {
    do {
      const { done, value } = await this.#walks.next();
      if (done === true) {
        this.isAtEnd = true;
        return;
      }
      this.#walk = value;
    } while (!this.#next());
  }

  #see({ offset, sizeBytes, decodeTicks, compositionTicks, durationTicks, isKeyframe }: SampleWalk): void {
    const end = offset + sizeBytes;
    if (end > this.#bytes.sizeBytes || offset < 0) {
      if (this.#bytes.mustBeWhole) {
        throw new MediaError('ERR_MEDIA_DAMAGED', 'a frame lies outside of the file', { stage: 'file' });
      }
      this.isAtEnd = true;
      return;
    }
    this.#leftBytes -= sizeBytes;
    if (this.#leftBytes < 0) {
      throw new MediaError('ERR_MEDIA_DAMAGED', 'its frames claim to have more bytes than the file', { stage: 'file' });
    }
    const { timeline, decodeShiftTicks } = this.#timing;
    this.#offset = offset;
    this.#end = end;
    this.presentationMs = toMs(timeline, decodeTicks + compositionTicks);
    this.decodeMs = toMs(timeline, decodeTicks - decodeShiftTicks);
    this.durationMs = (durationTicks * 1000) / timeline.timescale;
    this.isKeyframe = isKeyframe;
  }
}
