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

/** Read at once: most of the cost of a small read is the call. */
const BLOCK_SIZE_BYTES = 512 * 1024;
/** Audio and video are read at two places, and something may be looked up at a third. */
const BLOCK_COUNT = 4;

/** The smallest frames that are looked at one by one, and some more for each: who reads more often goes round in circles. */
const BYTES_PER_READ = 16;
const MIN_READS_IN_VAIN = 200_000;

/** Bytes of the file in memory that is filled again and again. */
interface Block {
  readonly memory: Uint8Array;
  start: number;
  end: number;
  isFilling: boolean;
}

/** Gives pieces of a file out of a few blocks, for readers that copy what they are given. */
export class FileBlocks {
  readonly #file: FileHandle;
  readonly #sizeBytes: number;
  /** Those at the end were used last. */
  #blocks: Block[] = [];
  #readsInVain = 0;

  constructor(file: FileHandle, sizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  /**
   * A view, to be copied at once: before the next call its memory may have other bytes.
   *
   * @throws {MediaError} see `readPiece`
   */
  read(start: number, end: number): Uint8Array | Promise<Uint8Array> {
    this.#readsInVain += 1;
    if (this.#readsInVain > MIN_READS_IN_VAIN + this.#sizeBytes / BYTES_PER_READ) {
      throw new MediaError('ERR_MEDIA_DAMAGED', 'nothing is found that could be played', { stage: 'file' });
    }
    const block = this.#blocks.find((one) => !one.isFilling && one.start <= start && end <= one.end);
    if (block === undefined) return this.#load(start, end);
    this.#use(block);
    return block.memory.subarray(start - block.start, end - block.start);
  }

  /** What was read was of use. */
  found(): void {
    this.#readsInVain = 0;
  }

  async #load(start: number, end: number): Promise<Uint8Array> {
    mustBePossible(end - start);
    const sizeBytes = Math.min(Math.max(end - start, BLOCK_SIZE_BYTES), this.#sizeBytes - start);
    const block = this.#takeBlock(sizeBytes);
    block.isFilling = true;
    try {
      block.start = start;
      block.end = start + (await fill(this.#file, block.memory.subarray(0, sizeBytes), start));
    } finally {
      block.isFilling = false;
    }
    mustBeWhole(block.end - start, end - start);
    this.#use(block);
    return block.memory.subarray(0, end - start);
  }

  #use(block: Block): void {
    this.#blocks = [...this.#blocks.filter((other) => other !== block), block];
  }

  /** The one that was used least lately, if it is large enough, or a new one in its place. */
  #takeBlock(sizeBytes: number): Block {
    const oldest = this.#blocks.length < BLOCK_COUNT ? undefined : this.#blocks.find(({ isFilling }) => !isFilling);
    if (oldest !== undefined && oldest.memory.length >= sizeBytes) return oldest;
    const memory = unfilledBytes(Math.max(sizeBytes, BLOCK_SIZE_BYTES));
    const block = { memory, start: 0, end: 0, isFilling: false };
    this.#blocks = [...this.#blocks.filter((other) => other !== oldest), block];
    return block;
  }
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
