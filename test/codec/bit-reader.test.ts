import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitReader } from '../../src/codec/bit-reader.js';
import { nalPayload } from '../../src/codec/nal.js';
import { MediaError } from '../../src/errors.js';
import { hex, toHex } from '../amf/golden.js';

/** Bytes of a text of 0 and 1, filled up with 0. */
function bitsOf(text: string): Uint8Array {
  const digits = text.replaceAll(' ', '');
  const bytes = digits.padEnd(Math.ceil(digits.length / 8) * 8, '0').match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}

describe('BitReader', () => {
  it('reads numbers of up to 32 bits across bytes, unsigned', () => {
    const r = new BitReader(hex('a5 ff ff ff ff 01'));
    expect(r.bits(3, 'a')).toBe(0b101);
    expect(r.bits(5, 'b')).toBe(0b00101);
    expect(r.peek(32)).toBe(0xffffffff);
    expect(r.bits(32, 'c')).toBe(0xffffffff);
    expect(r.bits(0, 'd')).toBe(0);
    expect(r.remainingBits).toBe(8);
  });

  // H.264 9.1, table 9-2 and 9-3.
  it.each([
    ['1', 0, 0],
    ['010', 1, 1],
    ['011', 2, -1],
    ['00100', 3, 2],
    ['00101', 4, -2],
    ['00110', 5, 3],
    ['00111', 6, -3],
    ['0001000', 7, 4],
    [`${'0'.repeat(31)}1${'1'.repeat(31)}`, 2 ** 32 - 2, -(2 ** 31 - 1)],
  ])('reads exp-Golomb %s', (bits, unsigned, signed) => {
    expect(new BitReader(bitsOf(bits)).unsignedGolomb('n')).toBe(unsigned);
    expect(new BitReader(bitsOf(bits)).signedGolomb('n')).toBe(signed);
  });

  it('refuses to go beyond its end and beyond 32 bits', () => {
    const r = new BitReader(hex('ff'));
    expect(() => r.bits(9, 'nine')).toThrow(/nine needs 9 bits, but only 8 are left/);
    expect(() => r.skip(9, 'nine')).toThrow(MediaError);
    expect(r.peek(9)).toBeUndefined();
    expect(() => new BitReader(new Uint8Array(9)).unsignedGolomb('n')).toThrow(/more than 32 bits/);
    expect(() => new BitReader(new Uint8Array(2)).unsignedGolomb('n')).toThrow(/only 0 are left/);
  });

  it('gives the same number however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: 32 }), (bytes, cut) => {
        const whole = new BitReader(bytes).bits(32, 'whole');
        const r = new BitReader(bytes);
        expect(r.bits(cut, 'high') * 2 ** (32 - cut) + r.bits(32 - cut, 'low')).toBe(whole);
      }),
    );
  });
});

describe('nalPayload', () => {
  it.each([
    ['67 00 00 03 01', '00 00 01'],
    ['67 00 00 03 00 00 03 00', '00 00 00 00 00'],
    ['67 00 00 03', '00 00'],
    ['67 00 03 00 00 00 03', '00 03 00 00 00'],
    ['67', ''],
    ['', ''],
  ])('%s holds %s', (nal, payload) => {
    expect(toHex(nalPayload(hex(nal), 1))).toBe(payload);
  });
});
