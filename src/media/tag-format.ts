import type { TakeMemory } from '../bytes/memory.js';
import type { MediaTag } from './tag.js';

/**
 * A way to put tags on a wire or into a file. Encoding is free of state between calls, so that one encoding of a run of
 * tags serves every subscriber of that format, whenever it joined.
 */
export interface TagFormat {
  /** Formats with the same key give the same bytes for the same tags. */
  readonly key: string;
  /** @param take gives the memory for the bytes. Default: fresh memory */
  encode(tags: readonly MediaTag[], take?: TakeMemory): Uint8Array;
}
