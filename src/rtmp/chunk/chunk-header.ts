/**
 * The header of a chunk (RTMP 5.3.1): basic header, message header, extended timestamp. In this folder `at` is an offset
 * into the bytes, and a function that writes gives the offset behind what it wrote.
 *
 * ```
 * fmt:2 low:6                        low = csid 2..63
 * fmt:2 0:6  u8                      csid 64..319
 * fmt:2 1:6  u16 little-endian       csid 64..65599
 *
 * fmt 0: u24 timestamp        u24 length  u8 typeId  u32 streamId, little-endian
 * fmt 1: u24 timestamp delta  u24 length  u8 typeId
 * fmt 2: u24 timestamp delta
 * fmt 3: nothing
 *
 * u32 extended timestamp, when the u24 is 0xFFFFFF
 * ```
 */

/** Three bytes of basic header, eleven of message header, four of extended timestamp. */
export const MAX_HEADER_SIZE_BYTES = 18;

export const EXTENDED_TIMESTAMP_SIZE_BYTES = 4;

/** A time or delta from here on does not fit the u24, which then holds this mark (RTMP 5.3.1.3). */
export const EXTENDED_TIMESTAMP_MARK = 0xffffff;

/** The csids below this have a basic header of one byte. */
export const ONE_BYTE_CSIDS = 64;
const TWO_BYTE_CSIDS = 320;

/** Size of a basic header by its first byte. */
export function basicHeaderSize(firstByte: number): number {
  const low = firstByte & 0x3f;
  return low < 2 ? low + 2 : 1;
}

/** Each fmt leaves four bytes more out, but the last leaves out all. */
export function messageHeaderSize(fmt: number): number {
  return fmt === 3 ? 0 : 11 - 4 * fmt;
}

export function readCsid(input: DataView, at: number): number {
  const low = input.getUint8(at) & 0x3f;
  if (low === 0) {
    return 64 + input.getUint8(at + 1);
  }
  return low === 1 ? 64 + input.getUint16(at + 1, true) : low;
}

export function readU24(input: DataView, at: number): number {
  return (input.getUint8(at) << 16) | input.getUint16(at + 1);
}

/** Size of the shortest basic header for `csid`. */
export function shortestBasicHeaderSize(csid: number): number {
  if (csid < ONE_BYTE_CSIDS) {
    return 1;
  }
  return csid < TWO_BYTE_CSIDS ? 2 : 3;
}

/** Writes the shortest basic header and gives the offset behind it. */
export function writeBasicHeader(output: Uint8Array, at: number, fmt: 0 | 1 | 2 | 3, csid: number): number {
  if (csid < ONE_BYTE_CSIDS) {
    output[at] = (fmt << 6) | csid;
    return at + 1;
  }
  const rest = csid - 64;
  if (csid < TWO_BYTE_CSIDS) {
    output[at] = fmt << 6;
    output[at + 1] = rest;
    return at + 2;
  }
  output[at] = (fmt << 6) | 1;
  output[at + 1] = rest;
  output[at + 2] = rest >>> 8;
  return at + 3;
}
