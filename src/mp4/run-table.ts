import { TableBytes } from './table-bytes.js';

const ROW_SIZE_BYTES = 8;

/** A table of runs (`stts`, `ctts`): how many samples in a row have the same value. */
export class RunTable {
  readonly #rows = new TableBytes();
  #count = 0;
  #value = 0;

  /** @param value 32 bits, signed or not */
  add(value: number): void {
    if (this.#count > 0 && value === this.#value) {
      this.#count++;
      return;
    }
    this.#endRun(this.#rows);
    this.#count = 1;
    this.#value = value;
  }

  get sizeBytes(): number {
    return this.#rows.sizeBytes;
  }

  clear(): void {
    this.#rows.clear();
    this.#count = 0;
  }

  get runs(): number {
    return this.#rows.sizeBytes / ROW_SIZE_BYTES + (this.#count > 0 ? 1 : 0);
  }

  /** The rows that are done, and the last one. */
  get contents(): readonly [TableBytes, TableBytes] {
    const last = new TableBytes();
    this.#endRun(last);
    return [this.#rows, last];
  }

  #endRun(rows: TableBytes): void {
    if (this.#count === 0) return;
    rows.u32(this.#count);
    rows.u32(this.#value);
  }
}
