import type { RecycledMemory } from '../../bytes/recycled-memory.js';
import { type PayloadMemory, refilled } from './payload-memory.js';

/** Payloads side by side in memory that is used again: who is done with one releases it. */
export class RecycledPayloads implements PayloadMemory {
  readonly largestSizeBytes = Number.POSITIVE_INFINITY;
  readonly #memory: RecycledMemory;
  /** Is being filled, so this is one of its users. */
  #block = new ArrayBuffer(0);
  #usedBytes = 0;

  constructor(memory: RecycledMemory) {
    this.#memory = memory;
  }

  take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    if (sizeBytes > this.#block.byteLength - this.#usedBytes) {
      this.#memory.release(this.#block);
      this.#block = this.#memory.take(sizeBytes).buffer;
      this.#usedBytes = 0;
    }
    this.#memory.share(this.#block);
    const at = this.#usedBytes;
    this.#usedBytes = at + sizeBytes;
    return new Uint8Array(this.#block, at, sizeBytes);
  }

  grow(memory: Uint8Array, filledBytes: number, sizeBytes: number): Uint8Array {
    const larger = refilled(this.take(sizeBytes), memory, filledBytes);
    this.#memory.release(memory.buffer);
    return larger;
  }

  completed(): void {}

  abandon(memory: Uint8Array): void {
    this.#memory.release(memory.buffer);
  }
}
