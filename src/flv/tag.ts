import { MediaError } from '../errors.js';
import type { MediaTag } from '../media/tag.js';
import { PREVIOUS_TAG_SIZE_BYTES } from './header.js';

/** Type ids of FLV tags (FLV E.4.1; 15 is new in E-RTMP v2). They are those of RTMP messages. */
export const FLV_AUDIO = 8;
export const FLV_VIDEO = 9;
export const FLV_AMF3_SCRIPT = 15;
export const FLV_SCRIPT = 18;

export const TAG_HEADER_SIZE_BYTES = 11;
/** A size field has 24 bits. */
const MAX_TAG_BODY_SIZE_BYTES = 0xffffff;

const TYPE_MASK = 0x1f;
/** The body begins with filter parameters: it is encrypted (FLV F.3). */
const FILTER_BIT = 0x20;

/** One tag of an FLV as it stands in the file (FLV E.4.1), of whatever type. */
export interface FlvTag {
  readonly type: 'tag';
  /** Where its first byte stands in the file. */
  readonly atByte: number;
  readonly typeId: number;
  /** Encrypted: the body is not what its type says. */
  readonly filtered: boolean;
  /** On one timeline for the whole file, see `FlvTimeline`; written modulo 2^32. */
  readonly timestampMs: number;
  readonly body: Uint8Array;
}

/** What a tag with a body of this size takes in a file: header, body and the size word behind it. */
export function flvTagSizeBytes(bodySizeBytes: number): number {
  return TAG_HEADER_SIZE_BYTES + bodySizeBytes + PREVIOUS_TAG_SIZE_BYTES;
}

export function typeIdOf(typeByte: number): number {
  return typeByte & TYPE_MASK;
}

export function isFiltered(typeByte: number): boolean {
  return (typeByte & FILTER_BIT) !== 0;
}

/** Whether a tag of a known type, encrypted or not, may begin with this byte: then the two reserved bits are 0. */
export function isKnownTypeByte(typeByte: number): boolean {
  const typeId = typeByte & ~FILTER_BIT;
  return typeId === FLV_AUDIO || typeId === FLV_VIDEO || typeId === FLV_SCRIPT || typeId === FLV_AMF3_SCRIPT;
}

/**
 * A run of tags as they stand in a file, in one buffer of exactly their size.
 *
 * @throws {MediaError} `ERR_MEDIA_UNSUPPORTED` when a body is larger than FLV can say (16 MiB - 1)
 */
export function encodeFlvTags(tags: readonly (MediaTag | FlvTag)[]): Uint8Array {
  let sizeBytes = 0;
  for (const tag of tags) {
    checkBodySize(tag.body.length);
    sizeBytes += flvTagSizeBytes(tag.body.length);
  }
  // Every byte is written below, so the memory need not be cleared first.
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  let at = 0;
  for (const tag of tags) {
    at = writeFlvTag(bytes, at, tag);
  }
  return bytes;
}

/** @throws {MediaError} `ERR_MEDIA_UNSUPPORTED` when it is larger than FLV can say */
export function checkBodySize(bodySizeBytes: number): void {
  if (bodySizeBytes > MAX_TAG_BODY_SIZE_BYTES) {
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', `a tag of ${bodySizeBytes} bytes does not fit into FLV`);
  }
}

/** Writes a whole tag and gives the offset behind it. */
export function writeFlvTag(bytes: Uint8Array, at: number, tag: MediaTag | FlvTag): number {
  const bodyAt = writeTagHeader(bytes, at, tag);
  bytes.set(tag.body, bodyAt);
  return writeSizeWord(bytes, bodyAt + tag.body.length, tag.body.length);
}

/** Stores byte by byte: for eleven bytes that is faster than a DataView made for the purpose. */
export function writeTagHeader(bytes: Uint8Array, at: number, tag: MediaTag | FlvTag): number {
  const size = tag.body.length;
  const timestamp = tag.timestampMs >>> 0;
  bytes[at] = typeByteOf(tag);
  bytes[at + 1] = size >>> 16;
  bytes[at + 2] = size >>> 8;
  bytes[at + 3] = size;
  bytes[at + 4] = timestamp >>> 16;
  bytes[at + 5] = timestamp >>> 8;
  bytes[at + 6] = timestamp;
  bytes[at + 7] = timestamp >>> 24;
  bytes[at + 8] = 0;
  bytes[at + 9] = 0;
  bytes[at + 10] = 0;
  return at + TAG_HEADER_SIZE_BYTES;
}

/** PreviousTagSize, which stands behind each tag. */
export function writeSizeWord(bytes: Uint8Array, at: number, bodySizeBytes: number): number {
  const sizeWord = TAG_HEADER_SIZE_BYTES + bodySizeBytes;
  bytes[at] = sizeWord >>> 24;
  bytes[at + 1] = sizeWord >>> 16;
  bytes[at + 2] = sizeWord >>> 8;
  bytes[at + 3] = sizeWord;
  return at + PREVIOUS_TAG_SIZE_BYTES;
}

function typeByteOf(tag: MediaTag | FlvTag): number {
  if ('kind' in tag) {
    return tag.kind === 'video' ? FLV_VIDEO : tag.kind === 'audio' ? FLV_AUDIO : FLV_SCRIPT;
  }
  return tag.typeId | (tag.filtered ? FILTER_BIT : 0);
}
