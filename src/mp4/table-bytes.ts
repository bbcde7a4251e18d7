const FIRST_BLOCK_SIZE_BYTES = 1024;
const MAX_BLOCK_SIZE_BYTES = 64 * 1024;

/**
 * Rows of numbers that grow for as long as a recording runs, kept as the bytes that a file will have: 32 bits each, big-endian.
 * They grow block by block, without being copied.
 */
export class TableBytes {
  #full: Uint8Array[] = [];
  #fullBytes = 0;
  #view = new DataView(new ArrayBuffer(FIRST_BLOCK_SIZE_BYTES));
  #end = 0;

  get sizeBytes(): number {
    return this.#fullBytes + this.#end;
  }

  u32(value: number): void {
    if (this.#end === this.#view.byteLength) this.#nextBlock();
    this.#view.setUint32(this.#end, value);
    this.#end += 4;
  }

  u64(value: number): void {
    this.u32(Math.floor(value / 2 ** 32));
    this.u32(value % 2 ** 32);
  }

  /** One behind the other; valid until the table grows. */
  get pieces(): Uint8Array[] {
    return [...this.#full, new Uint8Array(this.#view.buffer, 0, this.#end)];
  }

  clear(): void {
    this.#full = [];
    this.#fullBytes = 0;
    this.#view = new DataView(new ArrayBuffer(FIRST_BLOCK_SIZE_BYTES));
    this.#end = 0;
  }

  #nextBlock(): void {
    const { byteLength } = this.#view;
    this.#full.push(new Uint8Array(this.#view.buffer));
    this.#fullBytes += byteLength;
    this.#view = new DataView(new ArrayBuffer(Math.min(byteLength * 4, MAX_BLOCK_SIZE_BYTES)));
    this.#end = 0;
  }
}
