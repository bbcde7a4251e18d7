import type { FileHandle } from 'node:fs/promises';
import { unfilledBytes } from '../../bytes/memory.js';
import { MediaError } from '../../errors.js';

/** No part of a file that has to be in memory as a whole, such as the index of a long film, is larger. */
const MAX_PIECE_SIZE_BYTES = 256 * 1024 * 1024;

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` when no such piece can be right, or the file ends before */
export async function readPiece(file: FileHandle, start: number, end: number): Promise<Uint8Array> {
  mustBePossible(end - start);
  const piece = unfilledBytes(end - start);
  mustBeWhole(await fill(file, piece, start), piece.length);
  return piece;
}

/** The bytes there, fewer at the end of the file. */
export async function readAt(file: FileHandle, at: number, sizeBytes: number): Promise<Uint8Array> {
  const piece = unfilledBytes(sizeBytes);
  return piece.subarray(0, await fill(file, piece, at));
}

export function mustBePossible(sizeBytes: number): void {
  if (sizeBytes > MAX_PIECE_SIZE_BYTES) {
    throw new MediaError('ERR_MEDIA_DAMAGED', `a piece of the file claims to have ${sizeBytes} bytes`, {
      stage: 'file',
    });
  }
}

export function mustBeWhole(filledBytes: number, sizeBytes: number): void {
  if (filledBytes < sizeBytes) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'the file became shorter while it was read', { stage: 'file' });
  }
}

/** @returns how many bytes there were */
export async function fill(file: FileHandle, memory: Uint8Array, at: number): Promise<number> {
  let filled = 0;
  while (filled < memory.length) {
    const { bytesRead } = await file.read(memory, filled, memory.length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
