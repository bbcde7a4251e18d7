import { unfilledBytes } from './memory.js';

const BLOCK_SIZE_BYTES = 64 * 1024;
/** Blocks that are kept for the next use; what a burst of data needed beyond that goes. */
const KEPT_BLOCKS = 16;

const NO_BLOCK: Uint8Array = new Uint8Array(0);

/** Bytes that come in pieces and go as one: copied into blocks that are used again and again, and never moved as they grow. */
export class GatheredBytes {
  readonly #blocks: Uint8Array[] = [];
  /** The blocks in use, but for the last one. */
  #full = 0;
  #block = NO_BLOCK;
  #end = 0;

  get sizeBytes(): number {
    return this.#full * BLOCK_SIZE_BYTES + this.#end;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length <= this.#block.length - this.#end) {
      this.#block.set(bytes, this.#end);
      this.#end += bytes.length;
      return;
    }
    for (let from = 0; from < bytes.length; ) {
      if (this.#end === this.#block.length) this.#nextBlock();
      const part = bytes.subarray(from, from + this.#block.length - this.#end);
      this.#block.set(part, this.#end);
      this.#end += part.length;
      from += part.length;
    }
  }

  /** One behind the other; valid until `append` or `clear`. */
  get pieces(): Uint8Array[] {
    if (this.#end === 0) return [];
    return [...this.#blocks.slice(0, this.#full), this.#block.subarray(0, this.#end)];
  }

  /** Empties it for its next use. */
  clear(): void {
    this.#blocks.length = Math.min(this.#blocks.length, KEPT_BLOCKS);
    this.#full = 0;
    this.#end = 0;
    this.#block = this.#blocks[0] ?? NO_BLOCK;
  }

  #nextBlock(): void {
    if (this.#block !== NO_BLOCK) this.#full++;
    this.#block = this.#blocks[this.#full] ?? unfilledBytes(BLOCK_SIZE_BYTES);
    this.#blocks[this.#full] = this.#block;
    this.#end = 0;
  }
}
