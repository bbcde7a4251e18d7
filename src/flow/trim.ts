import type { MediaTag } from '../media/tag.js';
import { headerSlot, NO_HEADER_SLOT } from '../media/tag-info.js';

/** Audio and video are interleaved, but not by more than this. */
const MAX_INTERLEAVING_MS = 1000;

/**
 * The first `durationMs` of a stream, counted from its first frame. It ends as soon as audio and video have both got there, so
 * that neither lacks its last frames.
 */
export async function* trim(
  source: AsyncIterable<readonly MediaTag[]>,
  durationMs: number,
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  const trimmer = new Trimmer(durationMs);
  for await (const tags of source) {
    const kept = trimmer.trim(tags);
    if (kept.length > 0) {
      yield kept;
    }
    if (trimmer.isDone) return;
  }
}

/** The same without a source: gives back what of the tags belongs to the duration. */
export class Trimmer {
  readonly #durationMs: number;
  #endMs: number | undefined;
  /** The kinds that are in the stream and have not reached the end. */
  readonly #unfinished = new Set<MediaTag['kind']>();
  #isDone = false;

  constructor(durationMs: number) {
    this.#durationMs = durationMs;
  }

  /** Nothing more is wanted. */
  get isDone(): boolean {
    return this.#isDone;
  }

  trim(tags: readonly MediaTag[]): readonly MediaTag[] {
    const kept = tags.filter((tag) => this.#keeps(tag));
    return kept.length === tags.length ? tags : kept;
  }

  #keeps(tag: MediaTag): boolean {
    if (this.#isDone) return false;
    const isFrame = tag.kind !== 'data' && headerSlot(tag) === NO_HEADER_SLOT;
    if (isFrame) {
      this.#endMs ??= tag.timestampMs + this.#durationMs;
    }
    if (this.#endMs === undefined || tag.timestampMs < this.#endMs) {
      if (isFrame) this.#unfinished.add(tag.kind);
      return true;
    }
    this.#unfinished.delete(tag.kind);
    this.#isDone = this.#unfinished.size === 0 || tag.timestampMs >= this.#endMs + MAX_INTERLEAVING_MS;
    return false;
  }
}
