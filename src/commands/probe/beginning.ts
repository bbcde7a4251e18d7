/** The first so many milliseconds of a file; all of it without a number. */
export class Beginning {
  readonly #durationMs: number;
  #firstMs: number | undefined;

  constructor(durationMs: number | undefined) {
    this.#durationMs = durationMs ?? Number.POSITIVE_INFINITY;
  }

  includes(timestampMs: number): boolean {
    this.#firstMs ??= timestampMs;
    return timestampMs - this.#firstMs <= this.#durationMs;
  }
}
