import type { MediaTag } from '../media/tag.js';
import { Burst } from './burst.js';
import { StreamHeaders } from './stream-headers.js';

/** A larger burst would save nothing more: the system call has long stopped to matter beside the copying. */
const MAX_BURST_BYTES = 256 * 1024;

/** The tags that are to travel together: the next burst in the making. */
export class Gathering {
  readonly #headers = new StreamHeaders();
  #tags: MediaTag[] = [];
  #bytes = 0;
  /** Those in force before its first tag. */
  #headersBefore: readonly MediaTag[] = [];
  #startsWithKeyframe = false;

  /** The metadata and sequence headers in force behind its last tag. */
  get headers(): readonly MediaTag[] {
    return this.#headers.inForce;
  }

  /** Of bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#tags.length === 0;
  }

  get isFull(): boolean {
    return this.#bytes >= MAX_BURST_BYTES;
  }

  /** @param isKeyframe whether a stream can begin with it; then it must be the first */
  add(tag: MediaTag, isKeyframe: boolean): void {
    if (this.#tags.length === 0) {
      this.#headersBefore = this.#headers.inForce;
      this.#startsWithKeyframe = isKeyframe;
    }
    this.#headers.see(tag);
    this.#tags.push(tag);
    this.#bytes += tag.body.length;
  }

  /** All of it; the next one begins. */
  take(): Burst {
    const burst = new Burst(this.#tags, this.#headersBefore, this.#startsWithKeyframe);
    this.#tags = [];
    this.#bytes = 0;
    return burst;
  }
}
