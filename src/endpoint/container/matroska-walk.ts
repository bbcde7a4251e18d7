import { type Block, BlockWalk, type Step } from '../../matroska/read/block-walk.js';
import type { FileBlocks } from './file-blocks.js';

/** A block up to this size is read again rather than the one behind it at two places. */
const MAX_READ_AGAIN_BYTES = 128 * 1024;

/** A walk over the blocks of a file, from a place on. */
export class MatroskaWalk {
  readonly #file: FileBlocks;
  readonly #walk: BlockWalk;

  private constructor(file: FileBlocks, walk: BlockWalk) {
    this.#file = file;
    this.#walk = walk;
  }

  /** @param at where a cluster begins, or another element beside clusters */
  static from(at: number, file: FileBlocks, endByte = file.sizeBytes): MatroskaWalk {
    return new MatroskaWalk(file, new BlockWalk(at, endByte));
  }

  /** From the first cluster at a place or behind it. */
  static fromNextCluster(at: number, file: FileBlocks, endByte = file.sizeBytes): MatroskaWalk {
    return new MatroskaWalk(file, BlockWalk.fromNextCluster(at, endByte));
  }

  /** The last one that was found. */
  get block(): Block {
    return this.#walk.block;
  }

  get clusterAt(): number {
    return this.#walk.clusterAt;
  }

  get clusterTicks(): number {
    return this.#walk.clusterTicks;
  }

  /** See `BlockWalk.step`; at `bytes`, `load` has to come before the next one. */
  step(): Step {
    if (this.#walk.isAtEnd) return 'end';
    const { at, wantedSizeBytes } = this.#walk;
    const part = this.#file.holding(at, at + wantedSizeBytes);
    return part === undefined ? 'bytes' : this.#walk.step(part.bytes, part.at);
  }

  /** @throws {MediaError} when the file cannot be read */
  async load(): Promise<void> {
    const { at, wantedSizeBytes } = this.#walk;
    const from = this.#startOfNext(at);
    await this.#file.load(from, at + wantedSizeBytes);
  }

  /**
   * The next step that is not `bytes`, which is read where it has to be.
   *
   * @throws {MediaError} when the file cannot be read
   */
  async next(): Promise<Exclude<Step, 'bytes'>> {
    for (;;) {
      const step = this.step();
      if (step !== 'bytes') return step;
      await this.load();
    }
  }

  /**
   * What stands across the end of what was read is passed by one track and used by the other: both have to go on in the same
   * part of the file, or it is read twice.
   */
  #startOfNext(at: number): number {
    const { dataAt, endByte } = this.#walk.block;
    const isPassed = endByte === at && endByte - dataAt <= MAX_READ_AGAIN_BYTES;
    return isPassed && this.#file.holding(dataAt, endByte) === undefined ? dataAt : at;
  }
}
