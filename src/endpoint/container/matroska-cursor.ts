import { readLacing } from '../../matroska/read/lacing.js';
import type { PacketCursor } from './container-reader.js';
import type { FileBlock, FileBlocks } from './file-blocks.js';
import type { MatroskaWalk } from './matroska-walk.js';

/** How the blocks of a track are read. */
export interface BlockReading {
  readonly trackNumber: number;
  /** What timestamps count. */
  readonly tickMs: number;
  /** How much later than it is presented each block says it is. */
  readonly delayMs: number;
  /** Of a frame where its block does not say; 0: not told. */
  readonly frameMs: number;
  /** Of a frame in a block of several, which has no time of its own, when nothing is told. */
  readonly usualFrameMs: number;
  /** To be put in front of each frame. */
  readonly strippedStart: Uint8Array;
}

/** Goes from frame to frame of one track, as a walk comes across its file. */
export class MatroskaCursor implements PacketCursor {
  readonly decodeMs = undefined;
  isAtEnd = false;
  isWaiting = false;
  isKeyframe = false;
  presentationMs = 0;
  durationMs = 0;
  readonly #file: FileBlocks;
  readonly #walk: MatroskaWalk;
  readonly #reading: BlockReading;
  #dataAt = 0;
  #dataSizeBytes = 0;
  /** Sizes of the frames behind the one at hand in the same block, the next one last. */
  #laced: number[] = [];
  /** Whether the block that the walk has come to still has to be read. */
  #isUnread = false;

  private constructor(file: FileBlocks, walk: MatroskaWalk, reading: BlockReading) {
    this.#file = file;
    this.#walk = walk;
    this.#reading = reading;
  }

  /** At the first frame of the track that the walk comes across; `undefined`: there is none. */
  static async open(file: FileBlocks, walk: MatroskaWalk, reading: BlockReading): Promise<MatroskaCursor | undefined> {
    const cursor = new MatroskaCursor(file, walk, reading);
    do await cursor.advance();
    while (cursor.isWaiting);
    return cursor.isAtEnd ? undefined : cursor;
  }

  /** Where in the file the frame at hand begins. */
  get dataAt(): number {
    return this.#dataAt;
  }

  advance(): Promise<void> | undefined {
    if (!this.#nextOfBlock() && !this.#walkOn()) return this.#readOn();
    this.isWaiting = false;
    return undefined;
  }

  data(): Uint8Array | Promise<Uint8Array> {
    const stored = this.#file.read(this.#dataAt, this.#dataAt + this.#dataSizeBytes);
    if (this.#reading.strippedStart.length === 0) return stored;
    return stored instanceof Uint8Array ? this.#completed(stored) : stored.then((bytes) => this.#completed(bytes));
  }

  #completed(stored: Uint8Array): Uint8Array {
    return Buffer.concat([this.#reading.strippedStart, stored]);
  }

  /** Reads once. The track may be over, or have nothing for long: other tracks need not wait until that is known. */
  async #readOn(): Promise<void> {
    if (this.#isUnread) await this.#loadBlock();
    else await this.#walk.load();
    this.isWaiting = !this.#walkOn();
    if (this.isWaiting) this.#wait();
  }

  #wait(): void {
    const { tickMs, delayMs } = this.#reading;
    this.isKeyframe = false;
    this.durationMs = 0;
    this.presentationMs = Math.max(this.presentationMs, this.#walk.clusterTicks * tickMs - delayMs);
  }

  /** @returns false when something has to be read before */
  #walkOn(): boolean {
    for (;;) {
      switch (this.#isUnread ? 'block' : this.#walk.step()) {
        case 'block':
          this.#isUnread = this.#isOwn() && !this.#isReadable();
          if (this.#isUnread) return false;
          if (this.#isOwn() && this.#see()) return true;
          break;
        case 'cluster':
          break;
        case 'bytes':
          return false;
        case 'end':
          this.isAtEnd = true;
          return true;
      }
    }
  }

  #isOwn(): boolean {
    return this.#walk.block.trackNumber === this.#reading.trackNumber;
  }

  /** Whether all is there that tells where frames begin. */
  #isReadable(): boolean {
    const { lacing, dataAt, endByte } = this.#walk.block;
    return lacing === 0 || this.#file.holding(dataAt, endByte) !== undefined;
  }

  #loadBlock(): Promise<FileBlock> {
    const { dataAt, endByte } = this.#walk.block;
    return this.#file.load(dataAt, endByte);
  }

  /** @returns false when the block has no frame that can be used */
  #see(): boolean {
    const { ticks, durationTicks, isKeyframe, lacing, dataAt, endByte } = this.#walk.block;
    const { tickMs, delayMs, frameMs } = this.#reading;
    this.presentationMs = ticks * tickMs - delayMs;
    this.isKeyframe = isKeyframe;
    this.durationMs = durationTicks === undefined ? frameMs : durationTicks * tickMs;
    this.#dataAt = dataAt;
    this.#dataSizeBytes = endByte - dataAt;
    return lacing === 0 || this.#seeLaced(durationTicks === undefined ? 0 : this.durationMs);
  }

  /** @param blockMs 0: not told */
  #seeLaced(blockMs: number): boolean {
    const { lacing, dataAt, endByte } = this.#walk.block;
    const part = this.#file.holding(dataAt, endByte);
    const frames = part && readLacing(part.bytes, lacing, dataAt - part.at, endByte - part.at);
    const [firstSizeBytes] = frames?.sizesBytes ?? [];
    if (part === undefined || frames === undefined || firstSizeBytes === undefined) return false;
    const { frameMs, usualFrameMs } = this.#reading;
    this.durationMs = blockMs / frames.sizesBytes.length || frameMs || usualFrameMs;
    this.#laced = frames.sizesBytes.slice(1).reverse();
    this.#dataAt = frames.dataAt + part.at;
    this.#dataSizeBytes = firstSizeBytes;
    return firstSizeBytes > 0 || this.#nextOfBlock();
  }

  /** Goes to the next frame of the block at hand, if there is one with something in it. */
  #nextOfBlock(): boolean {
    for (let sizeBytes = this.#laced.pop(); sizeBytes !== undefined; sizeBytes = this.#laced.pop()) {
      this.presentationMs += this.durationMs;
      this.#dataAt += this.#dataSizeBytes;
      this.#dataSizeBytes = sizeBytes;
      if (sizeBytes > 0) return true;
    }
    return false;
  }
}
