import { MediaError } from '../errors.js';

/**
 * Bounds-checked cursor over bits, most significant first, as configuration records and bitstream headers are laid out.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED` when the bits end before the value does, or the value goes beyond 32 bits.
 */
export class BitReader {
  readonly #bytes: Uint8Array;
  #bitOffset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get remainingBits(): number {
    return this.#bytes.length * 8 - this.#bitOffset;
  }

  /** Unsigned number of `count` (0 to 32) bits. */
  bits(count: number, field: string): number {
    this.#need(count, field);
    let value = 0;
    let left = count;
    while (left > 0) {
      const bitsInByte = 8 - (this.#bitOffset & 7);
      const taken = Math.min(bitsInByte, left);
      const byte = this.#bytes[this.#bitOffset >> 3] ?? 0;
      // Multiplied, not shifted: 32 bits must not become a negative number.
      value = value * 2 ** taken + ((byte >> (bitsInByte - taken)) & ((1 << taken) - 1));
      this.#bitOffset += taken;
      left -= taken;
    }
    return value;
  }

  flag(field: string): boolean {
    return this.bits(1, field) === 1;
  }

  /** The next `count` bits, which stay where they are; `undefined` when fewer are left. */
  peek(count: number): number | undefined {
    if (count > this.remainingBits) return undefined;
    const at = this.#bitOffset;
    const value = this.bits(count, 'peek');
    this.#bitOffset = at;
    return value;
  }

  skip(count: number, field: string): void {
    this.#need(count, field);
    this.#bitOffset += count;
  }

  skipToByte(): void {
    this.#bitOffset = (this.#bitOffset + 7) & ~7;
  }

  /** ue(v), the unsigned exp-Golomb code (H.264 9.1); AV1's uvlc has the same form. */
  unsignedGolomb(field: string): number {
    let zeros = 0;
    while (!this.flag(field)) {
      zeros++;
      if (zeros > 31) throw new MediaError('ERR_MEDIA_DAMAGED', `${field} is a number of more than 32 bits`);
    }
    return 2 ** zeros - 1 + this.bits(zeros, field);
  }

  /** se(v), the signed exp-Golomb code (H.264 9.1.1). */
  signedGolomb(field: string): number {
    const code = this.unsignedGolomb(field);
    return code % 2 === 1 ? (code + 1) / 2 : 0 - code / 2;
  }

  #need(count: number, field: string): void {
    if (count > this.remainingBits) {
      throw new MediaError(
        'ERR_MEDIA_DAMAGED',
        `${field} needs ${count} bits, but only ${this.remainingBits} are left`,
      );
    }
  }
}
