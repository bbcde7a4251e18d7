import { type BoxHeader, boxHeaderAt, MAX_BOX_HEADER_SIZE_BYTES } from '../../mp4/read/box.js';
import type { FileBlocks } from './file-blocks.js';

/** An outermost box of a file. */
export interface FileBox {
  readonly header: BoxHeader;
  /** Where its content begins and ends; the end may lie behind that of the file. */
  readonly contentAt: number;
  readonly end: number;
}

/** @returns `undefined` where nothing is that could be a box */
export function fileBoxAt(
  blocks: FileBlocks,
  sizeBytes: number,
  at: number,
): FileBox | undefined | Promise<FileBox | undefined> {
  if (at >= sizeBytes) return undefined;
  const found = blocks.read(at, Math.min(at + MAX_BOX_HEADER_SIZE_BYTES, sizeBytes));
  return found instanceof Uint8Array
    ? fileBoxOf(found, sizeBytes, at)
    : found.then((bytes) => fileBoxOf(bytes, sizeBytes, at));
}

function fileBoxOf(bytes: Uint8Array, sizeBytes: number, at: number): FileBox | undefined {
  const header = boxHeaderAt(bytes, 0);
  if (header === undefined) return undefined;
  const end = header.sizeBytes === undefined ? sizeBytes : at + header.sizeBytes;
  return { header, contentAt: at + header.headerSizeBytes, end };
}
