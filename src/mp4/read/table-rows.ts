import { MediaError } from '../../errors.js';

/** Rows of 32-bit numbers, as they stand in the file: a long film has millions of them. */
export class TableRows {
  readonly count: number;
  readonly #view: DataView;
  readonly #rowSizeBytes: number;

  /**
   * @param bytes of the rows, and maybe more
   * @throws {MediaError} `ERR_MEDIA_DAMAGED` when there are fewer
   */
  constructor(type: string, bytes: Uint8Array, count: number, rowSizeBytes: number) {
    if (count * rowSizeBytes > bytes.length) throw impossible(type);
    this.count = count;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, count * rowSizeBytes);
    this.#rowSizeBytes = rowSizeBytes;
  }

  /** @param row less than `count` */
  u32(row: number, column: number): number {
    return this.#view.getUint32(row * this.#rowSizeBytes + column * 4);
  }

  s32(row: number, column: number): number {
    return this.#view.getInt32(row * this.#rowSizeBytes + column * 4);
  }
}

export function impossible(type: string): MediaError {
  return new MediaError('ERR_MEDIA_DAMAGED', `the table ${type} claims to have more than it can have`);
}
