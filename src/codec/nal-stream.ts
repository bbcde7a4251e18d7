import { MediaError } from '../errors.js';

const START_CODE = Uint8Array.of(0, 0, 1);
const LENGTH_SIZE_BYTES = 4;

/**
 * NAL units of a byte stream (H.264 B.1, H.265 B.1), without start codes and the zeros around them. Views; what stands before
 * the first start code is left out.
 */
export function splitByteStream(stream: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength);
  const nals: Uint8Array[] = [];
  let startCodeAt = bytes.indexOf(START_CODE);
  while (startCodeAt >= 0) {
    const from = startCodeAt + START_CODE.length;
    startCodeAt = bytes.indexOf(START_CODE, from);
    const nal = withoutTrailingZeros(stream.subarray(from, startCodeAt < 0 ? stream.length : startCodeAt));
    if (nal.length > 0) nals.push(nal);
  }
  return nals;
}

/** A NAL unit never ends with a zero; what does belongs to the next start code, or is filler. */
function withoutTrailingZeros(nal: Uint8Array): Uint8Array {
  let end = nal.length;
  while (end > 0 && nal[end - 1] === 0) end--;
  return nal.subarray(0, end);
}

/** NAL units, each behind its length in four bytes (ISO/IEC 14496-15 4.3). */
export function lengthPrefixed(nals: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = nals.reduce((sum, nal) => sum + LENGTH_SIZE_BYTES + nal.length, 0);
  const joined = new Uint8Array(sizeBytes);
  const view = new DataView(joined.buffer);
  let at = 0;
  for (const nal of nals) {
    view.setUint32(at, nal.length);
    joined.set(nal, at + LENGTH_SIZE_BYTES);
    at += LENGTH_SIZE_BYTES + nal.length;
  }
  return joined;
}

/**
 * NAL units of a frame that carries lengths; views.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function splitLengthPrefixed(frame: Uint8Array, lengthSizeBytes: number): Uint8Array[] {
  const nals: Uint8Array[] = [];
  let at = 0;
  while (at < frame.length) {
    let length = 0;
    for (let i = 0; i < lengthSizeBytes; i++) length = length * 256 + (frame[at + i] ?? 0);
    const from = at + lengthSizeBytes;
    if (from + length > frame.length) {
      throw new MediaError('ERR_MEDIA_DAMAGED', `a NAL unit of ${length} bytes goes beyond its frame`);
    }
    if (length > 0) nals.push(frame.subarray(from, from + length));
    at = from + length;
  }
  return nals;
}
