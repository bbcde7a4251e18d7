import type { FileBlocks } from './file-blocks.js';

/** The bytes of an MP4, to be read out of a few blocks. */
export interface Mp4Bytes {
  readonly sizeBytes: number;
  /** More samples than a track can have. */
  readonly maxSamples: number;
  /** What lies behind its end is damage, and not only missing. */
  readonly mustBeWhole: boolean;
  /** For frames, one behind the other. */
  readonly blocks: FileBlocks;
  /** Smaller, for boxes far from one another. */
  readonly smallBlocks: FileBlocks;
}
