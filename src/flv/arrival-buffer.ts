import { unfilledBytes } from '../bytes/memory.js';
import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { FlvWindow } from './framing.js';

const MIN_SIZE_BYTES = 16 * 1024;

/**
 * Bytes of a file that have arrived and are not read yet: `start` to `end`. What stands before `start` belongs to those who
 * were given views of it, and is not touched again before all of them have released it.
 */
export class ArrivalBuffer implements FlvWindow {
  view = new DataView(new ArrayBuffer(0));
  start = 0;
  end = 0;
  /** Where `start` is in the file. */
  startByte: number;
  /** Nothing more will arrive. */
  isLast = false;
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #memory: RecycledMemory | undefined;

  /** @param memory for the views that are given out: who is done with one releases it. Default: fresh memory */
  constructor(startByte: number, memory?: RecycledMemory) {
    this.startByte = startByte;
    this.#memory = memory;
  }

  /** How many bytes wait to be read. */
  get available(): number {
    return this.end - this.start;
  }

  /** Adds a copy. */
  append(bytes: Uint8Array): void {
    this.space(bytes.length).set(bytes);
    this.arrived(bytes.length);
  }

  /**
   * Memory for the next bytes, at least so many, to be filled and then reported by `arrived`. It grows with what has arrived:
   * doubling keeps the copying linear however small the pieces are.
   */
  space(sizeBytes: number): Uint8Array {
    if (sizeBytes > this.#bytes.length - this.end) {
      this.#moveToNewMemory(sizeBytes);
    }
    return this.#bytes.subarray(this.end);
  }

  /** So many bytes have been put into `space`. */
  arrived(sizeBytes: number): void {
    this.end += sizeBytes;
  }

  #moveToNewMemory(neededBytes: number): void {
    const waiting = this.#bytes.subarray(this.start, this.end);
    const sizeBytes = Math.max(waiting.length + neededBytes, 2 * waiting.length, MIN_SIZE_BYTES);
    const memory = (this.#memory?.take(sizeBytes) ?? unfilledBytes(sizeBytes)).buffer;
    const former = this.#bytes;
    this.#bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.#bytes.set(waiting);
    this.#memory?.release(former.buffer);
    this.start = 0;
    this.end = waiting.length;
  }

  /** The bytes at `offset`, until they are released. */
  bytesAt(offset: number, length: number): Uint8Array {
    const { buffer } = this.view;
    if (length > 0) this.#memory?.share(buffer); // before anything has arrived there is no memory to share
    return new Uint8Array(buffer, offset, length);
  }

  /** The next `count` bytes are read, or passed over. */
  advance(count: number): void {
    this.start += count;
    this.startByte += count;
  }
}
