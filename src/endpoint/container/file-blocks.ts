import type { FileHandle } from 'node:fs/promises';
import { unfilledBytes } from '../../bytes/memory.js';
import { fill, mustBePossible, mustBeWhole } from './file-pieces.js';

/** Audio and video are read at two places, and something may be looked up at a third. */
const BLOCK_COUNT = 4;

/** Bytes of the file in memory that is filled again and again. */
interface Block {
  readonly memory: Uint8Array;
  start: number;
  end: number;
  isFilling: boolean;
  /** Grows with every use of any block. */
  lastUse: number;
}

/** Gives pieces of a file out of a few blocks, for readers that copy what they are given. */
export class FileBlocks {
  readonly #file: FileHandle;
  readonly #sizeBytes: number;
  readonly #blockSizeBytes: number;
  readonly #blocks: Block[] = [];
  /** Used last, so most probably asked for again. */
  #recent: Block | undefined;
  #uses = 0;

  /** @param blockSizeBytes what is read at once: most of the cost of a small read is the call */
  constructor(file: FileHandle, sizeBytes: number, blockSizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.#blockSizeBytes = blockSizeBytes;
  }

  /**
   * A view, to be copied at once: before the next call its memory may have other bytes. A promise only where bytes have to be
   * read first.
   *
   * @throws {MediaError} `ERR_MEDIA_DAMAGED` when no such piece can be right, or the file ends before
   */
  read(start: number, end: number): Uint8Array | Promise<Uint8Array> {
    const block = this.#holding(start, end);
    if (block === undefined) return this.#load(start, end);
    this.#use(block);
    return block.memory.subarray(start - block.start, end - block.start);
  }

  #holding(start: number, end: number): Block | undefined {
    const recent = this.#recent;
    if (recent !== undefined && holds(recent, start, end)) return recent;
    for (const block of this.#blocks) {
      if (holds(block, start, end)) return block;
    }
    return undefined;
  }

  async #load(start: number, end: number): Promise<Uint8Array> {
    mustBePossible(end - start);
    const sizeBytes = Math.min(Math.max(end - start, this.#blockSizeBytes), this.#sizeBytes - start);
    mustBeWhole(sizeBytes, end - start);
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
    this.#uses += 1;
    block.lastUse = this.#uses;
    this.#recent = block;
  }

  /** The one that was used least lately, if it is large enough, or a new one in its place. */
  #takeBlock(sizeBytes: number): Block {
    const oldest = this.#blocks.length < BLOCK_COUNT ? undefined : this.#oldest();
    if (oldest !== undefined && oldest.memory.length >= sizeBytes) return oldest;
    const memory = unfilledBytes(Math.max(sizeBytes, this.#blockSizeBytes));
    const block = { memory, start: 0, end: 0, isFilling: false, lastUse: this.#uses };
    if (oldest === undefined) this.#blocks.push(block);
    else this.#blocks.splice(this.#blocks.indexOf(oldest), 1, block);
    return block;
  }

  #oldest(): Block | undefined {
    let oldest: Block | undefined;
    for (const block of this.#blocks) {
      if (!block.isFilling && block.lastUse < (oldest?.lastUse ?? Number.POSITIVE_INFINITY)) oldest = block;
    }
    return oldest;
  }
}

function holds(block: Block, start: number, end: number): boolean {
  return block.start <= start && end <= block.end && !block.isFilling;
}
