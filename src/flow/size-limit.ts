import type { MediaTag } from '../media/tag.js';
import { FILE_OVERHEAD_BYTES, FRAME_OVERHEAD_BYTES } from './part-cutter.js';

/** Lets as much of a stream go by as fits into a file of some size, headers and index included. */
export class SizeLimit {
  #leftBytes: number;
  #isReached = false;

  /** @param maxBytes of the whole file */
  constructor(maxBytes: number) {
    this.#leftBytes = maxBytes - FILE_OVERHEAD_BYTES;
  }

  /** The stream went on, but no more of it fitted. */
  get isReached(): boolean {
    return this.#isReached;
  }

  async *limit(source: AsyncIterable<readonly MediaTag[]>): AsyncGenerator<readonly MediaTag[], void, undefined> {
    for await (const tags of source) {
      const fitting = this.#fitting(tags);
      if (fitting > 0) {
        yield fitting === tags.length ? tags : tags.slice(0, fitting);
      }
      if (this.#isReached) return;
    }
  }

  /** How many of these still fit. */
  #fitting(tags: readonly MediaTag[]): number {
    for (const [i, { body }] of tags.entries()) {
      this.#leftBytes -= body.length + FRAME_OVERHEAD_BYTES;
      if (this.#leftBytes < 0) {
        this.#isReached = true;
        return i;
      }
    }
    return tags.length;
  }
}
