import type { MediaTag } from '../../media/tag.js';

/** The first so many milliseconds of a file; all of it without a number, or with 0. */
export class Beginning {
  readonly #durationMs: number;
  #firstMs: number | undefined;

  constructor(durationMs: number | undefined) {
    this.#durationMs = durationMs || Number.POSITIVE_INFINITY;
  }

  /** Those of these tags that belong to it: pieces of a file are cut where its bytes are read, and not by time. */
  of(tags: readonly MediaTag[]): readonly MediaTag[] {
    return tags.filter(({ timestampMs }) => {
      this.#firstMs ??= timestampMs;
      return timestampMs - this.#firstMs <= this.#durationMs;
    });
  }
}
