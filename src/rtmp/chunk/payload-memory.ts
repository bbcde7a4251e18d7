import { unfilledBytes } from '../../bytes/memory.js';

/** Memory for the payloads of audio and video messages. */
export interface PayloadMemory {
  /** Larger ones have to have memory of their own. */
  readonly largestSizeBytes: number;

  /** Gives `sizeBytes` of memory, of which nothing may be shown before it is filled. */
  take(sizeBytes: number, streamId: number): Uint8Array;

  /** Gives memory of `sizeBytes` that begins with the first `filledBytes` of `memory`, which is of no more use then. */
  grow(memory: Uint8Array, filledBytes: number, sizeBytes: number, streamId: number): Uint8Array;

  /** A payload is whole, and somebody has it now. */
  completed(sizeBytes: number, streamId: number): void;

  /** A payload will never be whole: nobody has seen its memory. */
  abandon(memory: Uint8Array): void;
}

/** Memory of its own that begins with the first `filledBytes` of `memory`. */
export function enlarged(memory: Uint8Array, filledBytes: number, sizeBytes: number): Uint8Array {
  return refilled(unfilledBytes(sizeBytes), memory, filledBytes);
}

/** `larger`, beginning with the first `filledBytes` of `memory`. */
export function refilled(larger: Uint8Array, memory: Uint8Array, filledBytes: number): Uint8Array {
  if (filledBytes > 0) {
    larger.set(memory.subarray(0, filledBytes));
  }
  return larger;
}
