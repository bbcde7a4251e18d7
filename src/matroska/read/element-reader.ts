import { ID } from '../ebml.js';

/** The size of an element that ends where its parent does, or where the next one of its kind begins (RFC 8794 6.2). */
export const UNKNOWN_SIZE = Number.POSITIVE_INFINITY;

/** Bytes that the start of an element takes at most: four of its id and eight of its size. */
export const MAX_HEAD_SIZE_BYTES = 12;

const MAX_ID_SIZE_BYTES = 4;
const MAX_SIZE_SIZE_BYTES = 8;

/** What the bytes at a place are. */
export type HeadState = 'whole' | 'cut off' | 'damaged';

/** The start of an element (RFC 8794 4 to 6). One object is used for many: a film has more than one for each frame. */
export class ElementHead {
  /** With its length marker, as `ID` has it. */
  id = 0;
  /** Of id and size. */
  headSizeBytes = 0;
  /** Of what follows; may be `UNKNOWN_SIZE`. */
  dataSizeBytes = 0;

  /** Reads the start of the element at `offset`. What it says is right only if it is whole. */
  read(bytes: Uint8Array, offset: number): HeadState {
    const idSizeBytes = numberSizeBytes(bytes[offset]);
    if (idSizeBytes > MAX_ID_SIZE_BYTES) return offset < bytes.length ? 'damaged' : 'cut off';
    const sizeAt = offset + idSizeBytes;
    const sizeSizeBytes = numberSizeBytes(bytes[sizeAt]);
    if (sizeSizeBytes > MAX_SIZE_SIZE_BYTES) return sizeAt < bytes.length ? 'damaged' : 'cut off';
    const dataAt = sizeAt + sizeSizeBytes;
    if (dataAt > bytes.length) return 'cut off';
    this.id = bigEndian(bytes, offset, sizeAt);
    this.dataSizeBytes = unmarked(bytes, sizeAt, dataAt);
    this.headSizeBytes = dataAt - offset;
    return 'whole';
  }
}

/** A number of up to eight bytes with its length in its leading zeros (RFC 8794 4), such as the track of a block. */
export interface MarkedNumber {
  /** `UNKNOWN_SIZE` when all its bits are set. */
  readonly value: number;
  readonly sizeBytes: number;
}

/** `undefined`: there is none that is whole. */
export function readMarkedNumber(bytes: Uint8Array, offset: number, end: number): MarkedNumber | undefined {
  const sizeBytes = offset < end ? numberSizeBytes(bytes[offset]) : MAX_SIZE_SIZE_BYTES + 1;
  if (sizeBytes > MAX_SIZE_SIZE_BYTES || offset + sizeBytes > end) return undefined;
  return { value: unmarked(bytes, offset, offset + sizeBytes), sizeBytes };
}

/** 9 when no number begins so. */
function numberSizeBytes(first: number | undefined): number {
  return Math.clz32(first ?? 0) - 23;
}

function unmarked(bytes: Uint8Array, at: number, end: number): number {
  const sizeBytes = end - at;
  const first = (bytes[at] ?? 0) & (0xff >> sizeBytes);
  let value = first;
  let isAllOnes = first === 0xff >> sizeBytes;
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i] ?? 0;
    value = value * 256 + byte;
    isAllOnes = isAllOnes && byte === 0xff;
  }
  return isAllOnes ? UNKNOWN_SIZE : value;
}

function bigEndian(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = at; i < end; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

export interface Element {
  readonly id: number;
  /** As much of it as there is. */
  readonly data: Uint8Array;
}

/** The elements of a parent, as far as its bytes are there and make sense. */
export function* childrenOf(parent: Uint8Array): Generator<Element, void> {
  const head = new ElementHead();
  let at = 0;
  while (at < parent.length && head.read(parent, at) === 'whole') {
    const dataAt = at + head.headSizeBytes;
    const end = Math.min(dataAt + head.dataSizeBytes, parent.length);
    yield { id: head.id, data: parent.subarray(dataAt, end) };
    at = end;
  }
}

/** An empty one is 0 (RFC 8794 7.2). One of more than 53 bits is rounded. */
export function unsignedOf(data: Uint8Array): number {
  return bigEndian(data, 0, Math.min(data.length, MAX_SIZE_SIZE_BYTES));
}

/** `undefined` when it is none: a float has 4 or 8 bytes, or no byte for 0 (RFC 8794 7.3). */
export function floatOf(data: Uint8Array): number | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (data.length) {
    case 0:
      return 0;
    case 4:
      return finite(view.getFloat32(0));
    case 8:
      return finite(view.getFloat64(0));
    default:
      return undefined;
  }
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** Up to the first zero, which ends it (RFC 8794 7.4). */
export function textOf(data: Uint8Array): string {
  const end = data.indexOf(0);
  return Buffer.from(end < 0 ? data : data.subarray(0, end)).toString('utf8');
}

const TOP_LEVEL_IDS: ReadonlySet<number> = new Set([
  ID.SeekHead,
  ID.Info,
  ID.Tracks,
  ID.Cluster,
  ID.Cues,
  ID.Tags,
  ID.Chapters,
  ID.Attachments,
]);

/** Whether such an element stands in the segment itself, so that it ends a cluster of unknown size. */
export function isTopLevel(id: number): boolean {
  return TOP_LEVEL_IDS.has(id);
}
