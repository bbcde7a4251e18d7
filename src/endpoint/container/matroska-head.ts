import type { ByteReader } from '../../bytes/reader.js';
import { readIfWhole, readRecord } from '../../codec/record.js';
import { MediaError } from '../../errors.js';

/** What the start of a Matroska file tells (RFC 9559), besides what the library reads there. */
export interface MatroskaHead {
  /** Where the file should end; `undefined` for one that was written live. */
  readonly endByte: number | undefined;
  /** By track number: how much later than it is presented each block says it is (RFC 9559 5.1.4.1.26). */
  readonly codecDelaysMs: ReadonlyMap<number, number>;
}

const ID_SEGMENT = 0x18538067;
const ID_CLUSTER = 0x1f43b675;
const ID_TRACKS = 0x1654ae6b;
const ID_TRACK_ENTRY = 0xae;
const ID_TRACK_NUMBER = 0xd7;
const ID_CODEC_DELAY = 0x56aa;

const MAX_ID_SIZE_BYTES = 4;
const MAX_SIZE_SIZE_BYTES = 8;
const NS_PER_MS = 1_000_000;

/** @param head the start of the file, up to the tracks if it may be: what lies behind is not known */
export function readMatroskaHead(head: Uint8Array): MatroskaHead {
  const segment = find(head, ID_SEGMENT);
  if (segment === undefined) return { endByte: undefined, codecDelaysMs: new Map() };
  const endByte = segment.sizeBytes === undefined ? undefined : segment.at + segment.sizeBytes;
  const tracks = find(segment.data, ID_TRACKS);
  return { endByte, codecDelaysMs: tracks === undefined ? new Map() : delaysOf(tracks.data) };
}

function delaysOf(tracks: Uint8Array): Map<number, number> {
  const delaysMs = new Map<number, number>();
  for (const { id, data } of elementsOf(tracks)) {
    if (id !== ID_TRACK_ENTRY) continue;
    const delayNs = numberIn(data, ID_CODEC_DELAY);
    if (delayNs !== undefined) delaysMs.set(numberIn(data, ID_TRACK_NUMBER) ?? 0, delayNs / NS_PER_MS);
  }
  return delaysMs;
}

function numberIn(parent: Uint8Array, id: number): number | undefined {
  return find(parent, id)?.data.reduce((value, byte) => value * 256 + byte, 0);
}

interface Element {
  readonly id: number;
  /** As much of it as there is. */
  readonly data: Uint8Array;
  /** Where its data is in its parent's. */
  readonly at: number;
  /** `undefined`: as far as its parent. */
  readonly sizeBytes: number | undefined;
}

/** Media is not looked through: what describes it stands ahead of it. */
function find(parent: Uint8Array, wantedId: number): Element | undefined {
  for (const element of elementsOf(parent)) {
    if (element.id === wantedId) return element;
    if (element.id === ID_CLUSTER) return undefined;
  }
  return undefined;
}

/** The elements of a parent (RFC 8794), as far as its bytes are there and make sense. */
function* elementsOf(parent: Uint8Array): Generator<Element, void> {
  let offset = 0;
  while (offset < parent.length) {
    const element = readIfWhole(() => elementAt(parent, offset));
    if (element === undefined) return;
    yield element;
    offset = element.at + element.data.length;
  }
}

function elementAt(parent: Uint8Array, offset: number): Element {
  return readRecord('an element', parent.subarray(offset), (r) => {
    const id = readId(r);
    const sizeBytes = readSize(r);
    const at = offset + r.offset;
    const end = sizeBytes === undefined ? parent.length : Math.min(at + sizeBytes, parent.length);
    return { id, data: parent.subarray(at, end), at, sizeBytes };
  });
}

/** Numbers tell how long they are by their leading zeros (RFC 8794 4). One whose bits are all set is not known. */
function readSize(r: ByteReader): number | undefined {
  const sizeBytes = Math.clz32(r.peekU8() ?? 0) - 23;
  if (sizeBytes > MAX_SIZE_SIZE_BYTES) throw new MediaError('ERR_MEDIA_DAMAGED', 'an element has no valid length');
  let value = r.u8('size of element') & (0xff >> sizeBytes);
  for (let i = 1; i < sizeBytes; i++) value = value * 256 + r.u8('size of element');
  return value === 2 ** (7 * sizeBytes) - 1 ? undefined : value;
}

/** Ids are known with the bit that tells their size. */
function readId(r: ByteReader): number {
  const sizeBytes = Math.clz32(r.peekU8() ?? 0) - 23;
  if (sizeBytes > MAX_ID_SIZE_BYTES) throw new MediaError('ERR_MEDIA_DAMAGED', 'an element has no valid id');
  return r.bytes(sizeBytes, 'id of element').reduce((id, byte) => id * 256 + byte, 0);
}
