import { MediaError } from '../../errors.js';
import { type Fragment, readFragment } from '../../mp4/read/fragment.js';
import type { SampleDefaults } from '../../mp4/read/movie.js';
import type { FileBlocks } from './file-blocks.js';
import { fileBoxAt } from './mp4-boxes.js';

/** A fragment in the file. */
export interface FoundFragment {
  /** Where to look for the next one. */
  readonly end: number;
  readonly fragment: Fragment;
}

/** That of a fragment with as many samples as one may have has less. */
const MAX_FRAGMENT_INDEX_SIZE_BYTES = 32 * 1024 * 1024;

/** Audio and video are at different places, but seldom far from one another. */
const KEPT_FRAGMENTS = 4;

/** Finds the fragments of a file, one behind the other, in the order of the file. */
export class Mp4Fragments {
  readonly #blocks: FileBlocks;
  readonly #sizeBytes: number;
  readonly #defaultsOf: (trackId: number) => SampleDefaults;
  /** By where they were looked for; those at the end were found last. */
  readonly #kept = new Map<number, Promise<FoundFragment | undefined>>();

  /** @param defaultsOf what the index says of a track */
  constructor(blocks: FileBlocks, sizeBytes: number, defaultsOf: (trackId: number) => SampleDefaults) {
    this.#blocks = blocks;
    this.#sizeBytes = sizeBytes;
    this.#defaultsOf = defaultsOf;
  }

  /**
   * The first one at that place or behind it. `undefined`: there is no further one that is whole.
   *
   * @throws {MediaError} `ERR_MEDIA_DAMAGED`
   */
  next(from: number): Promise<FoundFragment | undefined> {
    const kept = this.#kept.get(from);
    if (kept !== undefined) return kept;
    const found = this.#find(from);
    this.#kept.set(from, found);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_FRAGMENTS && oldest !== undefined) this.#kept.delete(oldest);
    return found;
  }

  async #find(from: number): Promise<FoundFragment | undefined> {
    let at = from;
    for (;;) {
      const found = fileBoxAt(this.#blocks, this.#sizeBytes, at);
      const box = found instanceof Promise ? await found : found;
      if (box === undefined) return undefined;
      if (box.header.type === 'moof') return box.end > this.#sizeBytes ? undefined : this.#read(at, box);
      at = box.end;
    }
  }

  async #read(at: number, box: { contentAt: number; end: number }): Promise<FoundFragment> {
    if (box.end - box.contentAt > MAX_FRAGMENT_INDEX_SIZE_BYTES) {
      throw new MediaError('ERR_MEDIA_DAMAGED', 'the index of a fragment is larger than it can be', { stage: 'file' });
    }
    const moof = await this.#blocks.read(box.contentAt, box.end);
    // A copy, as the memory is used again.
    const fragment = readFragment(new Uint8Array(moof), at, this.#defaultsOf, this.#sizeBytes);
    return { end: box.end, fragment };
  }
}
