import { unfilledBytes } from '../../bytes/memory.js';
import { type PayloadMemory, refilled } from './payload-memory.js';

const SMALLEST_SLAB_SIZE_BYTES = 2 * 1024;
const LARGEST_SLAB_SIZE_BYTES = 64 * 1024;

/** What would take a larger share of a slab than this gets memory of its own. */
const LARGEST_SHARE = 1 / 4;

/**
 * Memory for the small payloads of audio and video messages.
 *
 * An ArrayBuffer costs about as much as copying 10 KB into it, so small payloads are carved out of larger slabs. A
 * payload that somebody keeps keeps its whole slab alive, which has to stay cheap:
 *
 * - A slab serves one message stream only. Who keeps its tags (a broadcast's ring, a queue) keeps and drops them in
 *   order, so what is kept beyond them is less than two slabs, whatever else the connection carries in between.
 * - A slab is no larger than the payloads that were complete before it. An idle connection has none, and the sequence
 *   headers at the begin of a stream, which live as long as it does, have memory of their own or sit in small slabs.
 * - What is abandoned counts for nothing: the next payload takes its place, or slabs begin small again.
 * - A slab is never larger than 64 KiB.
 *
 * Larger payloads have memory of their own, and so have messages of other types, which are rare or live long.
 */
export class CarvedPayloads implements PayloadMemory {
  readonly largestSizeBytes = LARGEST_SLAB_SIZE_BYTES * LARGEST_SHARE;
  #slab = unfilledBytes(0).buffer;
  #usedBytes = 0;
  #servedBytes = 0;
  #streamId = 0;

  /** Gives `sizeBytes` of memory, of which nothing may be shown before it is filled. */
  take(sizeBytes: number, streamId: number): Uint8Array {
    if (streamId !== this.#streamId) {
      this.#startStream(streamId);
    }
    if (sizeBytes > this.#slab.byteLength - this.#usedBytes) {
      const slabSizeBytes = Math.min(this.#servedBytes, LARGEST_SLAB_SIZE_BYTES);
      if (slabSizeBytes < SMALLEST_SLAB_SIZE_BYTES || sizeBytes > slabSizeBytes * LARGEST_SHARE) {
        return unfilledBytes(sizeBytes);
      }
      this.#slab = unfilledBytes(slabSizeBytes).buffer;
      this.#usedBytes = 0;
    }
    const at = this.#usedBytes;
    this.#usedBytes = at + sizeBytes;
    return new Uint8Array(this.#slab, at, sizeBytes);
  }

  /**
   * Gives memory of `sizeBytes` that begins with the first `filledBytes` of `memory`. What was carved last grows where it
   * is, so that a payload which arrives in many small reads leaves no holes in the slab.
   */
  grow(memory: Uint8Array, filledBytes: number, sizeBytes: number, streamId: number): Uint8Array {
    const carvedLast = memory.buffer === this.#slab && memory.byteOffset + memory.length === this.#usedBytes;
    if (carvedLast && memory.byteOffset + sizeBytes <= this.#slab.byteLength) {
      this.#usedBytes = memory.byteOffset + sizeBytes;
      return new Uint8Array(this.#slab, memory.byteOffset, sizeBytes);
    }
    return refilled(this.take(sizeBytes, streamId), memory, filledBytes);
  }

  completed(sizeBytes: number, streamId: number): void {
    if (streamId === this.#streamId) this.#servedBytes += sizeBytes;
  }

  abandon(memory: Uint8Array): void {
    if (memory.buffer !== this.#slab) return;
    if (memory.byteOffset + memory.length === this.#usedBytes) {
      this.#usedBytes = memory.byteOffset;
    } else {
      this.#startStream(this.#streamId);
    }
  }

  #startStream(streamId: number): void {
    this.#streamId = streamId;
    this.#servedBytes = 0;
    this.#usedBytes = this.#slab.byteLength;
  }
}
