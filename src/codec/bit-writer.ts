/** Bits, most significant first, as bitstream headers are laid out. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #bitCount = 0;

  /** Unsigned number of `count` (0 to 32) bits. */
  bits(value: number, count: number): this {
    for (let bit = count - 1; bit >= 0; bit--) this.#bit((value >>> bit) & 1);
    return this;
  }

  /** ue(v), the unsigned exp-Golomb code (H.264 9.1). */
  unsignedGolomb(value: number): this {
    const width = 32 - Math.clz32(value + 1);
    return this.bits(0, width - 1).bits(value + 1, width);
  }

  /** Zero bits up to the next byte. */
  align(): this {
    return this.bits(0, (8 - (this.#bitCount & 7)) & 7);
  }

  /** A one and zeros up to the next byte: the end of what a NAL unit holds (H.264 7.3.2.11). */
  trailing(): this {
    return this.bits(1, 1).align();
  }

  toBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #bit(bit: number): void {
    const at = this.#bitCount >> 3;
    this.#bytes[at] = (this.#bytes[at] ?? 0) | (bit << (7 - (this.#bitCount & 7)));
    this.#bitCount++;
  }
}
