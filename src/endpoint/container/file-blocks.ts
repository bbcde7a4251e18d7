import type { FileHandle } from 'node:fs/promises';
import { unfilledBytes } from '../../bytes/memory.js';
import { fill, mustBePossible, mustBeWhole } from './file-pieces.js';

/** Read at once: most of the cost of a small read is the call. */
const BLOCK_SIZE_BYTES = 512 * 1024;
/** Audio and video are read at two places, and something may be looked up at a third. */
const BLOCK_COUNT = 4;

/** Bytes of a file that are at hand. */
export interface FileBlock {
  readonly bytes: Uint8Array;
  /** Where in the file they begin. */
  readonly at: number;
}

/** Memory that is filled again and again. */
interface FilledBlock extends FileBlock {
  memory: Uint8Array;
  /** None while it is being filled. */
  bytes: Uint8Array;
  at: number;
  isFilling: boolean;
  /** Grows with every use of any block. */
  lastUse: number;
}

/** A file by way of a few blocks, for readers that copy what they keep. */
export class FileBlocks {
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  readonly #blockSizeBytes: number;
  readonly #blocks: FilledBlock[] = [];
  /** Used last, so most probably asked for again. */
  #recent: FilledBlock | undefined;
  #uses = 0;

  constructor(file: FileHandle, sizeBytes: number, blockSizeBytes = BLOCK_SIZE_BYTES) {
    this.#file = file;
    this.sizeBytes = sizeBytes;
    this.#blockSizeBytes = blockSizeBytes;
  }

  /**
   * A view, to be copied at once: before the next call its memory may have other bytes. A promise only where bytes have to be
   * read first.
   *
   * @throws {MediaError} see `load`
   */
  read(start: number, end: number): Uint8Array | Promise<Uint8Array> {
    const block = this.holding(start, end);
    return block === undefined ? this.#loadView(start, end) : viewOf(block, start, end);
  }

  /** A block that has these bytes, if there is one. It is as it is until the next `read` or `load`. */
  holding(start: number, end: number): FileBlock | undefined {
    const recent = this.#recent;
    if (recent !== undefined && holds(recent, start, end)) return recent;
    for (const block of this.#blocks) {
      if (!holds(block, start, end)) continue;
      this.#use(block);
      return block;
    }
    return undefined;
  }

  /**
   * Reads a block that begins with these bytes and has more behind them.
   *
   * @throws {MediaError} `ERR_MEDIA_DAMAGED` when no such piece can be right, or the file ends before
   */
  async load(start: number, end: number): Promise<FileBlock> {
    mustBePossible(end - start);
    const sizeBytes = Math.min(Math.max(end - start, this.#blockSizeBytes), this.sizeBytes - start);
    mustBeWhole(sizeBytes, end - start);
    const block = this.#takeBlock(sizeBytes);
    block.at = start;
    block.bytes = NOTHING;
    block.isFilling = true;
    try {
      const filledBytes = await fill(this.#file, block.memory.subarray(0, sizeBytes), start);
      mustBeWhole(filledBytes, end - start);
      block.bytes = block.memory.subarray(0, filledBytes);
    } finally {
      block.isFilling = false;
    }
    this.#use(block);
    return block;
  }

  async #loadView(start: number, end: number): Promise<Uint8Array> {
    return viewOf(await this.load(start, end), start, end);
  }

  #use(block: FilledBlock): void {
    this.#uses += 1;
    block.lastUse = this.#uses;
    this.#recent = block;
  }

  /** The one that was used least lately, with larger memory if need be, or a new one. */
  #takeBlock(sizeBytes: number): FilledBlock {
    const block = this.#oldest() ?? this.#addBlock();
    if (block.memory.length < sizeBytes) block.memory = unfilledBytes(Math.max(sizeBytes, this.#blockSizeBytes));
    return block;
  }

  #addBlock(): FilledBlock {
    const block = { memory: NOTHING, bytes: NOTHING, at: 0, isFilling: false, lastUse: 0 };
    this.#blocks.push(block);
    return block;
  }

  #oldest(): FilledBlock | undefined {
    if (this.#blocks.length < BLOCK_COUNT) return undefined;
    let oldest: FilledBlock | undefined;
    for (const block of this.#blocks) {
      if (!block.isFilling && block.lastUse < (oldest?.lastUse ?? Number.POSITIVE_INFINITY)) oldest = block;
    }
    return oldest;
  }
}

const NOTHING = new Uint8Array(0);

function holds({ at, bytes }: FilledBlock, start: number, end: number): boolean {
  return at <= start && end <= at + bytes.length;
}

function viewOf({ at, bytes }: FileBlock, start: number, end: number): Uint8Array {
  return bytes.subarray(start - at, end - at);
}
