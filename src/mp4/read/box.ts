import { MediaError } from '../../errors.js';

/** A box (ISO/IEC 14496-12 4.2) within another. */
export interface Box {
  readonly type: string;
  /** As much of it as its parent has. */
  readonly content: Uint8Array;
}

/** The header of a box, wherever it stands. */
export interface BoxHeader {
  readonly type: string;
  readonly headerSizeBytes: number;
  /** Header included; `undefined`: as far as its parent. */
  readonly sizeBytes: number | undefined;
}

/** The longest header: a size of 64 bits stands behind the type. */
export const MAX_BOX_HEADER_SIZE_BYTES = 16;
const SHORT_HEADER_SIZE_BYTES = 8;
const LONG_SIZE = 1;
const TO_END_OF_PARENT = 0;

/** @returns `undefined` when there is no whole header, or none that makes sense */
export function boxHeaderAt(bytes: Uint8Array, at: number): BoxHeader | undefined {
  if (bytes.length - at < SHORT_HEADER_SIZE_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  const type = String.fromCharCode(view.getUint8(4), view.getUint8(5), view.getUint8(6), view.getUint8(7));
  const shortSize = view.getUint32(0);
  if (shortSize === TO_END_OF_PARENT) return { type, headerSizeBytes: SHORT_HEADER_SIZE_BYTES, sizeBytes: undefined };
  if (shortSize === LONG_SIZE) {
    if (view.byteLength < MAX_BOX_HEADER_SIZE_BYTES) return undefined;
    const sizeBytes = Number(view.getBigUint64(8));
    return sizeBytes < MAX_BOX_HEADER_SIZE_BYTES
      ? undefined
      : { type, headerSizeBytes: MAX_BOX_HEADER_SIZE_BYTES, sizeBytes };
  }
  return shortSize < SHORT_HEADER_SIZE_BYTES
    ? undefined
    : { type, headerSizeBytes: SHORT_HEADER_SIZE_BYTES, sizeBytes: shortSize };
}

/** The boxes in the content of another, as far as they make sense. */
export function* boxesIn(content: Uint8Array): Generator<Box, void> {
  let at = 0;
  for (;;) {
    const header = boxHeaderAt(content, at);
    if (header === undefined) return;
    const end = Math.min(content.length, at + (header.sizeBytes ?? content.length));
    yield { type: header.type, content: content.subarray(at + header.headerSizeBytes, end) };
    at = end;
  }
}

/** The content of the first box that is found on this way. */
export function findBox(content: Uint8Array, ...path: readonly string[]): Uint8Array | undefined {
  const [type, ...further] = path;
  if (type === undefined) return content;
  for (const box of boxesIn(content)) {
    const found = box.type === type ? findBox(box.content, ...further) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` when it is not there */
export function requiredBox(content: Uint8Array, ...path: readonly string[]): Uint8Array {
  const found = findBox(content, ...path);
  if (found === undefined) throw new MediaError('ERR_MEDIA_DAMAGED', `the index has no ${path.join('/')}`);
  return found;
}
