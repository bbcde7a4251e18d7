import { type MalformedErrorType, ProtocolError } from '../errors.js';

const utf8 = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/**
 * Bounds-checked cursor over bytes, big-endian unless a name says otherwise. It never copies: `bytes()` gives a view.
 *
 * Each read takes the name of the field, which the error names when the bytes end too early.
 *
 * @throws {ProtocolError} or the given class, with `ERR_TRUNCATED`.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #ErrorType: MalformedErrorType;
  #offset: number;

  constructor(bytes: Uint8Array, ErrorType: MalformedErrorType = ProtocolError, offset = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#ErrorType = ErrorType;
    this.#offset = offset;
  }

  /** The class of error for bytes that are there but wrong, so that the parsers of one input all throw the same. */
  get ErrorType(): MalformedErrorType {
    return this.#ErrorType;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  u8(field: string): number {
    return this.#view.getUint8(this.#advance(1, field));
  }

  u16(field: string): number {
    return this.#view.getUint16(this.#advance(2, field));
  }

  u24(field: string): number {
    const at = this.#advance(3, field);
    return (this.#view.getUint8(at) << 16) | this.#view.getUint16(at + 1);
  }

  u32(field: string): number {
    return this.#view.getUint32(this.#advance(4, field));
  }

  u16LittleEndian(field: string): number {
    return this.#view.getUint16(this.#advance(2, field), true);
  }

  u32LittleEndian(field: string): number {
    return this.#view.getUint32(this.#advance(4, field), true);
  }

  s16(field: string): number {
    return this.#view.getInt16(this.#advance(2, field));
  }

  s24(field: string): number {
    return (this.u24(field) << 8) >> 8;
  }

  s32(field: string): number {
    return this.#view.getInt32(this.#advance(4, field));
  }

  f64(field: string): number {
    return this.#view.getFloat64(this.#advance(8, field));
  }

  /** A view of the next `length` bytes, not a copy. */
  bytes(length: number, field: string): Uint8Array {
    const at = this.#advance(length, field);
    return this.#bytes.subarray(at, at + length);
  }

  /** A view of all that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining, 'rest');
  }

  /** Text of `length` bytes; what is not valid UTF-8 becomes U+FFFD. */
  utf8(length: number, field: string): string {
    return utf8.decode(this.bytes(length, field));
  }

  peekU8(): number | undefined {
    return this.#bytes[this.#offset];
  }

  skip(length: number, field: string): void {
    this.#advance(length, field);
  }

  #advance(length: number, field: string): number {
    const at = this.#offset;
    if (length > this.#bytes.length - at) {
      throw new this.#ErrorType(
        'ERR_TRUNCATED',
        `${field} needs ${length} bytes at offset ${at}, but only ${this.#bytes.length - at} are left`,
      );
    }
    this.#offset = at + length;
    return at;
  }
}
