import type { TableRows } from './table-rows.js';

/**
 * Goes along a table of runs, each of which gives one value to some samples, from the first sample on. Samples behind the
 * table's end have the last value.
 */
export class RunWalk {
  readonly #rows: TableRows;
  #nextRow = 0;
  /** Samples of the run behind the one at hand. */
  #left = 0;
  /** Of the sample at hand. */
  value = 0;
  /** Of the values of all samples before. */
  sum = 0;

  constructor(rows: TableRows) {
    this.#rows = rows;
    this.#enterRun();
  }

  /** Goes on by so many samples. */
  advance(count: number): void {
    let left = count;
    while (left > 0) {
      const steps = this.#left === 0 ? 1 : Math.min(left, this.#left);
      this.sum += steps * this.value;
      left -= steps;
      if (this.#left === 0) this.#enterRun();
      else this.#left -= steps;
    }
  }

  #enterRun(): void {
    while (this.#nextRow < this.#rows.count) {
      const row = this.#nextRow++;
      const samples = this.#rows.u32(row, 0);
      if (samples === 0) continue;
      this.value = this.#rows.s32(row, 1);
      this.#left = samples - 1;
      return;
    }
    this.#left = Number.POSITIVE_INFINITY;
  }
}
