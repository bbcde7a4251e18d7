import type { ByteReader } from '../../bytes/reader.js';
import { readRecord } from '../../codec/record.js';

/** What stands at the start of most boxes (ISO/IEC 14496-12 4.2). */
export interface VersionAndFlags {
  readonly version: number;
  readonly flags: number;
}

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` when it ends too early */
export function readFullBox<T>(
  type: string,
  content: Uint8Array,
  read: (r: ByteReader, head: VersionAndFlags) => T,
): T {
  return readRecord(type, content, (r) => read(r, { version: r.u8('version'), flags: r.u24('flags') }));
}

/** Exact up to 2^53. */
export function readU64(r: ByteReader, field: string): number {
  return r.u32(field) * 2 ** 32 + r.u32(field);
}

export function readS64(r: ByteReader, field: string): number {
  return r.s32(field) * 2 ** 32 + r.u32(field);
}

/** A time or duration, which is longer from version 1 on. */
export function readTime(r: ByteReader, { version }: VersionAndFlags, field: string): number {
  return version === 0 ? r.u32(field) : readU64(r, field);
}
