import { ByteWriter } from '../bytes/writer.js';

const HEADER_SIZE_BYTES = 8;

/** A box (ISO/IEC 14496-12 4.2) with these contents, one behind the other. */
export function box(type: string, ...contents: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = contents.reduce((sum, { length }) => sum + length, HEADER_SIZE_BYTES);
  const writer = boxStart(new ByteWriter(sizeBytes), type, sizeBytes);
  for (const content of contents) {
    writer.bytes(content);
  }
  return writer.toBytes();
}

/** Writes the start of a box of this size, itself included. */
export function boxStart(w: ByteWriter, type: string, sizeBytes: number): ByteWriter {
  return w.u32(sizeBytes).u32(typeNumber(type));
}

export function fullBoxStart(
  w: ByteWriter,
  type: string,
  sizeBytes: number,
  version: number,
  flags: number,
): ByteWriter {
  return boxStart(w, type, sizeBytes).u8(version).u24(flags);
}

/** The four letters as one number. */
function typeNumber(type: string): number {
  let number = 0;
  for (let i = 0; i < type.length; i++) number = number * 256 + type.charCodeAt(i);
  return number;
}

/** A box that begins with version and flags. */
export function fullBox(type: string, version: number, flags: number, ...contents: readonly Uint8Array[]): Uint8Array {
  return box(
    type,
    fields((w) => w.u8(version).u24(flags)),
    ...contents,
  );
}

export function fields(write: (w: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(64);
  write(writer);
  return writer.toBytes();
}

export function zeros(sizeBytes: number): Uint8Array {
  return new Uint8Array(sizeBytes);
}

/** A number beyond 32 bits, as far as it is exact (2^53). */
export function u64(w: ByteWriter, value: number): ByteWriter {
  return w.u32(Math.floor(value / 2 ** 32)).u32(value % 2 ** 32);
}

/** Header of a box whose contents are written elsewhere. */
export function boxHeader(type: string, contentSizeBytes: number): Uint8Array {
  return fields((w) => boxStart(w, type, HEADER_SIZE_BYTES + contentSizeBytes));
}
