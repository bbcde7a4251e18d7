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
  readonly #ErrorType: MalformedErrorType;
  #offset: number;

  constructor(bytes: Uint8Array, ErrorType: MalformedErrorType = ProtocolError, offset = 0) {
    this.#bytes = bytes;
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
    return this.#byte(this.#advance(1, field));
  }

  u16(field: string): number {
    const at = this.#advance(2, field);
    return (this.#byte(at) << 8) | this.#byte(at + 1);
  }

  u24(field: string): number {
    const at = this.#advance(3, field);
    return (this.#byte(at) << 16) | (this.#byte(at + 1) << 8) | this.#byte(at + 2);
  }

  u32(field: string): number {
    return this.s32(field) >>> 0;
  }

  u16LittleEndian(field: string): number {
    const at = this.#advance(2, field);
    return this.#byte(at) | (this.#byte(at + 1) << 8);
  }

  u32LittleEndian(field: string): number {
    const at = this.#advance(4, field);
    return (this.#byte(at) | (this.#byte(at + 1) << 8) | (this.#byte(at + 2) << 16) | (this.#byte(at + 3) << 24)) >>> 0;
  }

  s24(field: string): number {
    return (this.u24(field) << 8) >> 8;
  }

  s32(field: string): number {
    const at = this.#advance(4, field);
    return (this.#byte(at) << 24) | (this.#byte(at + 1) << 16) | (this.#byte(at + 2) << 8) | this.#byte(at + 3);
  }

  f64(field: string): number {
    const { buffer, byteOffset } = this.#bytes;
    return new DataView(buffer, byteOffset).getFloat64(this.#advance(8, field));
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

  /** Where a read has advanced over: a `DataView` would cost more than everything else for what takes a few bytes. */
  #byte(at: number): number {
    return this.#bytes[at] ?? 0;
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
