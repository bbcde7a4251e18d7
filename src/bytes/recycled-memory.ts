import { unfilledBytes } from './memory.js';

const DEFAULT_BLOCK_SIZE_BYTES = 512 * 1024;
/** What lies unused beyond this is left to the garbage collector. */
const MAX_FREE_BYTES = 16 * 1024 * 1024;

/**
 * Memory that is used again and again. Fresh memory is dear: the system has to find and clear its pages, no cache knows them, and
 * the garbage collector has to look for them afterwards. Together that costs several times as much as filling it.
 *
 * A block has users, who are counted: whoever fills it, and whoever was given a part of it. When the last one has released it,
 * it goes to whoever asks next; so after that nobody may look at it any more. What is never released is not used again, and
 * is left to the garbage collector like any other memory.
 */
export class RecycledMemory {
  readonly #users = new WeakMap<ArrayBufferLike, number>();
  /** Those at the end were used last: they are the most likely to be in a cache. */
  readonly #free: ArrayBuffer[] = [];
  #freeBytes = 0;
  readonly #blockSizeBytes: number;

  /**
   * @param blockSizeBytes what sizes are rounded up to, so that a block that was taken for one purpose serves any other. Many
   *   streams side by side, each of which fills a block of its own, want small ones
   */
  constructor(blockSizeBytes = DEFAULT_BLOCK_SIZE_BYTES) {
    this.#blockSizeBytes = blockSizeBytes;
  }

  /**
   * The first `sizeBytes` of a block, of which nothing may be shown before it is filled. Who takes them is its first user, and
   * may use the rest of it too.
   */
  take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const block = this.#takeFree(sizeBytes) ?? unfilledBytes(this.#roundedUp(sizeBytes)).buffer;
    this.#users.set(block, 1);
    return new Uint8Array(block, 0, sizeBytes);
  }

  /** A part of a block goes to one more user. */
  share(block: ArrayBufferLike): void {
    const users = this.#users.get(block);
    if (users === undefined) throw new Error('a block without users cannot be shared');
    this.#users.set(block, users + 1);
  }

  /** One user is done with a block. Memory that does not come from here is left alone. */
  release(block: ArrayBufferLike): void {
    const users = this.#users.get(block);
    if (users === undefined) return;
    if (users > 1) {
      this.#users.set(block, users - 1);
    } else {
      this.#users.delete(block);
      this.#keep(block as ArrayBuffer);
    }
  }

  #takeFree(sizeBytes: number): ArrayBuffer | undefined {
    const at = this.#free.findLastIndex((block) => block.byteLength >= sizeBytes);
    const [block] = at < 0 ? [] : this.#free.splice(at, 1);
    this.#freeBytes -= block?.byteLength ?? 0;
    return block;
  }

  #keep(block: ArrayBuffer): void {
    if (this.#freeBytes + block.byteLength <= MAX_FREE_BYTES) {
      this.#free.push(block);
      this.#freeBytes += block.byteLength;
    }
  }

  #roundedUp(sizeBytes: number): number {
    return Math.max(1, Math.ceil(sizeBytes / this.#blockSizeBytes)) * this.#blockSizeBytes;
  }
}
