import { readMarkedNumber } from './element-reader.js';

/** How a block holds several frames (RFC 9559 10.3), by the bits of its flags. */
export const LACING_MASK = 0x06;
const XIPH = 0x02;
const FIXED = 0x04;

/** Where frames lie, and how large each is. */
export interface LacedFrames {
  /** Of the first one; the others follow it. */
  readonly dataAt: number;
  readonly sizesBytes: readonly number[];
}

/**
 * The frames of a block with lacing.
 *
 * @param at where the number of frames stands, behind the flags
 * @param end of the block
 * @returns `undefined` when the sizes cannot be right
 */
export function readLacing(bytes: Uint8Array, lacing: number, at: number, end: number): LacedFrames | undefined {
  if (at >= end) return undefined;
  const count = (bytes[at] ?? 0) + 1;
  switch (lacing) {
    case FIXED:
      return readFixed(count, at + 1, end);
    case XIPH:
      return withLast(readXiphSizes(bytes, count - 1, at + 1, end), end);
    default:
      return withLast(readEbmlSizes(bytes, count - 1, at + 1, end), end);
  }
}

function readFixed(count: number, dataAt: number, end: number): LacedFrames | undefined {
  const sizeBytes = (end - dataAt) / count;
  return Number.isInteger(sizeBytes) ? { dataAt, sizesBytes: new Array<number>(count).fill(sizeBytes) } : undefined;
}

/** The last frame takes what the others leave. */
function withLast(others: LacedFrames | undefined, end: number): LacedFrames | undefined {
  if (others === undefined) return undefined;
  const { dataAt, sizesBytes } = others;
  const lastSizeBytes = end - dataAt - sizesBytes.reduce((sum, size) => sum + size, 0);
  return lastSizeBytes < 0 ? undefined : { dataAt, sizesBytes: [...sizesBytes, lastSizeBytes] };
}

/** A size is the sum of its bytes, of which one below 255 is the last. */
function readXiphSizes(bytes: Uint8Array, count: number, start: number, end: number): LacedFrames | undefined {
  const sizesBytes: number[] = [];
  let at = start;
  while (sizesBytes.length < count) {
    let sizeBytes = 0;
    let byte = 255;
    while (byte === 255) {
      if (at >= end) return undefined;
      byte = bytes[at] ?? 0;
      sizeBytes += byte;
      at += 1;
    }
    sizesBytes.push(sizeBytes);
  }
  return { dataAt: at, sizesBytes };
}

/** The first size as it is, the others as differences with the middle of their range for 0. */
function readEbmlSizes(bytes: Uint8Array, count: number, start: number, end: number): LacedFrames | undefined {
  const sizesBytes: number[] = [];
  let at = start;
  let lastSizeBytes = 0;
  while (sizesBytes.length < count) {
    const number = readMarkedNumber(bytes, at, end);
    if (number === undefined) return undefined;
    at += number.sizeBytes;
    const zero = sizesBytes.length === 0 ? 0 : 2 ** (7 * number.sizeBytes - 1) - 1;
    lastSizeBytes += number.value - zero;
    if (lastSizeBytes < 0 || lastSizeBytes > end) return undefined;
    sizesBytes.push(lastSizeBytes);
  }
  return { dataAt: at, sizesBytes };
}
