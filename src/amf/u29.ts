import type { ByteReader } from '../bytes/reader.js';
import type { ByteWriter } from '../bytes/writer.js';

/** The largest number that a U29 holds. The specification's table says 0x3fffffff, which are 30 bits. */
export const MAX_U29 = 0x1fffffff;

/** The range of AMF3's integer type (AMF3 3.6): a U29 in two's complement. */
export const MIN_AMF3_INTEGER = -0x10000000;
export const MAX_AMF3_INTEGER = 0x0fffffff;

/** Variable length unsigned integer (AMF3 1.3.1): three bytes with 7 bits and a "more" bit, then one byte with all 8. */
export function readU29(reader: ByteReader, field: string): number {
  let value = 0;
  for (let count = 0; count < 3; count++) {
    const byte = reader.u8(field);
    value = (value << 7) | (byte & 0x7f);
    if (byte < 0x80) {
      return value;
    }
  }
  return (value << 8) | reader.u8(field);
}

/** Writes the shortest form of `value`, 0..MAX_U29. */
export function writeU29(writer: ByteWriter, value: number): void {
  if (value < 0x80) {
    writer.u8(value);
  } else if (value < 0x4000) {
    writer.u8((value >> 7) | 0x80).u8(value & 0x7f);
  } else if (value < 0x200000) {
    writer
      .u8((value >> 14) | 0x80)
      .u8(((value >> 7) & 0x7f) | 0x80)
      .u8(value & 0x7f);
  } else {
    writer
      .u8((value >> 22) | 0x80)
      .u8(((value >> 15) & 0x7f) | 0x80)
      .u8(((value >> 8) & 0x7f) | 0x80)
      .u8(value & 0xff);
  }
}
