import { ID } from '../ebml.js';
import {
  ElementHead,
  isTopLevel,
  MAX_HEAD_SIZE_BYTES,
  readMarkedNumber,
  UNKNOWN_SIZE,
  unsignedOf,
} from './element-reader.js';
import { LACING_MASK } from './lacing.js';

/** A block (RFC 9559 10): one frame or, with lacing, several of one track. One object is used for all blocks of a walk. */
export class Block {
  trackNumber = 0;
  /** Of its first frame. */
  ticks = 0;
  /** Of all its frames; `undefined` when it does not say. */
  durationTicks: number | undefined;
  isKeyframe = false;
  /** How it holds several frames: 0 for one alone. See `readLacing`. */
  lacing = 0;
  /** Where in the file its frames begin, and where it ends. */
  dataAt = 0;
  endByte = 0;
}

/**
 * What came next: a block; a cluster, whose timestamp is known now; `bytes` when those at hand are not enough; the end.
 */
export type Step = 'block' | 'cluster' | 'bytes' | 'end';

/** A frame cannot be larger than a tag, 2^24, and a block hardly holds more. */
const MAX_BLOCK_SIZE_BYTES = 2 ** 24 + 4096;
/** What is not known may still be right, but not of any size. */
const MAX_UNKNOWN_ELEMENT_SIZE_BYTES = 2 ** 20;
/** A track number of eight bytes, a time of two and the flags. */
const MAX_PRELUDE_SIZE_BYTES = 11;
const MAX_TIMESTAMP_SIZE_BYTES = 8;
const TIME_SIZE_BYTES = 2;
const KEYFRAME_FLAG = 0x80;
const CLUSTER_ID_BYTES = Buffer.of(0x1f, 0x43, 0xb6, 0x75);

/**
 * Goes through the clusters of a segment, block by block in the order of the file, with the bytes that it is given. Clusters
 * and the segment may be of unknown size. Where bytes make no sense it goes on at the next cluster. Each step gets on.
 */
export class BlockWalk {
  /** The last one that was found. */
  readonly block = new Block();
  /** Of the cluster at hand, as it stands there. */
  clusterTicks = 0;
  /** Where the cluster at hand begins. */
  clusterAt: number;
  #wantedSizeBytes = MAX_HEAD_SIZE_BYTES;
  #at: number;
  readonly #endByte: number;
  #clusterEnd = UNKNOWN_SIZE;
  #isLost = false;
  readonly #head = new ElementHead();
  readonly #groupHead = new ElementHead();

  /**
   * @param at where an element of the segment begins
   * @param endByte of the segment, or of the file when that is not whole
   */
  constructor(at: number, endByte: number) {
    this.#at = at;
    this.#endByte = endByte;
    this.clusterAt = at;
  }

  /** From the first cluster at a place or behind it. */
  static fromNextCluster(at: number, endByte: number): BlockWalk {
    const walk = new BlockWalk(at, endByte);
    walk.#isLost = true;
    return walk;
  }

  /** The place in the file where it goes on. */
  get at(): number {
    return this.#at;
  }

  /** So many bytes from `at` on are needed before the next step can be made; more may be given. */
  get wantedSizeBytes(): number {
    return Math.min(this.#wantedSizeBytes, this.#endByte - this.#at);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#endByte;
  }

  /** @param bytes of the file, from `base` on */
  step(bytes: Uint8Array, base: number): Step {
    this.#wantedSizeBytes = MAX_HEAD_SIZE_BYTES;
    while (this.#at < this.#endByte) {
      const end = Math.min(base + bytes.length, this.#endByte);
      if (this.#at < base || this.#at >= end) return this.#want(MAX_HEAD_SIZE_BYTES);
      const step = this.#isLost ? this.#findCluster(bytes, base, end) : this.#readElement(bytes, base, end);
      if (step !== undefined) return step;
    }
    return 'end';
  }

  /** @returns `undefined` when it was none that matters */
  #readElement(bytes: Uint8Array, base: number, end: number): Step | undefined {
    const head = this.#head;
    const state = head.read(bytes, this.#at - base);
    if (state === 'cut off') return end === this.#endByte ? this.#finish() : this.#want(MAX_HEAD_SIZE_BYTES);
    if (state === 'damaged') return this.#loseWay();
    const dataAt = this.#at + head.headSizeBytes;
    const elementEnd = dataAt + head.dataSizeBytes;
    if (this.#at >= this.#clusterEnd) this.#clusterEnd = UNKNOWN_SIZE;
    if (head.id === ID.Cluster) {
      this.clusterAt = this.#at;
      this.clusterTicks = 0;
      this.#clusterEnd = elementEnd;
      this.#at = dataAt;
      return undefined;
    }
    if (head.id === ID.EBML) return this.#finish(); // another file, put behind this one
    if (elementEnd > this.#clusterEnd || elementEnd > this.#endByte) return this.#loseWay();
    return this.#readWhole(bytes, base, { dataAt, elementEnd, end });
  }

  #readWhole(bytes: Uint8Array, base: number, { dataAt, elementEnd, end }: Extent): Step | undefined {
    switch (this.#head.id) {
      case ID.SimpleBlock:
        if (elementEnd - dataAt > MAX_BLOCK_SIZE_BYTES) return this.#loseWay();
        if (Math.min(dataAt + MAX_PRELUDE_SIZE_BYTES, elementEnd) > end) {
          return this.#want(dataAt + MAX_PRELUDE_SIZE_BYTES - this.#at);
        }
        return this.#found(this.#readSimpleBlock(bytes, base, dataAt, elementEnd), elementEnd);
      case ID.BlockGroup:
        if (elementEnd - dataAt > MAX_BLOCK_SIZE_BYTES) return this.#loseWay();
        if (elementEnd > end) return this.#want(elementEnd - this.#at);
        return this.#found(this.#readGroup(bytes, base, dataAt, elementEnd), elementEnd);
      case ID.Timestamp:
        if (elementEnd - dataAt > MAX_TIMESTAMP_SIZE_BYTES) return this.#loseWay();
        if (elementEnd > end) return this.#want(elementEnd - this.#at);
        this.clusterTicks = unsignedOf(bytes.subarray(dataAt - base, elementEnd - base));
        this.#at = elementEnd;
        return 'cluster';
      default:
        return this.#pass(elementEnd);
    }
  }

  /** What stands beside clusters may be of any size. */
  #pass(elementEnd: number): undefined {
    const { id } = this.#head;
    const isPossible = elementEnd - this.#at <= MAX_UNKNOWN_ELEMENT_SIZE_BYTES || isTopLevel(id) || id === ID.Void;
    if (!isPossible) return this.#loseWay();
    this.#at = elementEnd;
    return undefined;
  }

  #found(isBlock: boolean, elementEnd: number): Step | undefined {
    this.#at = elementEnd;
    return isBlock ? 'block' : undefined;
  }

  #readSimpleBlock(bytes: Uint8Array, base: number, at: number, elementEnd: number): boolean {
    const flags = this.#readPrelude(bytes, base, at, elementEnd);
    this.block.durationTicks = undefined;
    this.block.isKeyframe = (flags ?? 0) >= KEYFRAME_FLAG;
    return flags !== undefined;
  }

  /** A block that refers to no other one is a keyframe (RFC 9559 5.1.3.5.5). */
  #readGroup(bytes: Uint8Array, base: number, dataAt: number, groupEnd: number): boolean {
    const head = this.#groupHead;
    let flags: number | undefined;
    this.block.isKeyframe = true;
    this.block.durationTicks = undefined;
    let at = dataAt;
    while (at < groupEnd && head.read(bytes, at - base) === 'whole') {
      const childAt = at + head.headSizeBytes;
      const childEnd = Math.min(childAt + head.dataSizeBytes, groupEnd);
      if (head.id === ID.Block) flags = this.#readPrelude(bytes, base, childAt, childEnd);
      if (head.id === ID.ReferenceBlock) this.block.isKeyframe = false;
      if (head.id === ID.BlockDuration) {
        this.block.durationTicks = unsignedOf(bytes.subarray(childAt - base, childEnd - base));
      }
      at = childEnd;
    }
    return flags !== undefined;
  }

  /** @returns the flags of a block; `undefined` when there is nothing in it */
  #readPrelude(bytes: Uint8Array, base: number, at: number, blockEnd: number): number | undefined {
    const number = readMarkedNumber(bytes, at - base, blockEnd - base);
    if (number === undefined) return undefined;
    const timeAt = at - base + number.sizeBytes;
    const flagsAt = timeAt + TIME_SIZE_BYTES;
    if (flagsAt + 1 >= blockEnd - base) return undefined;
    const { block } = this;
    const flags = bytes[flagsAt] ?? 0;
    const relativeTicks = (((bytes[timeAt] ?? 0) << 24) | ((bytes[timeAt + 1] ?? 0) << 16)) >> 16;
    block.trackNumber = number.value;
    block.ticks = this.clusterTicks + relativeTicks;
    block.lacing = flags & LACING_MASK;
    block.dataAt = base + flagsAt + 1;
    block.endByte = blockEnd;
    return flags;
  }

  #findCluster(bytes: Uint8Array, base: number, end: number): Step | undefined {
    const { buffer, byteOffset } = bytes;
    const ahead = Buffer.from(buffer, byteOffset + this.#at - base, end - this.#at);
    const found = ahead.indexOf(CLUSTER_ID_BYTES);
    if (found >= 0) {
      this.#at += found;
      this.#isLost = false;
      return undefined;
    }
    if (end === this.#endByte) return this.#finish();
    // The last bytes may be the start of an id.
    this.#at = Math.max(this.#at, end - CLUSTER_ID_BYTES.length + 1);
    return this.#want(MAX_HEAD_SIZE_BYTES);
  }

  #loseWay(): undefined {
    this.#at += 1;
    this.#isLost = true;
    this.#clusterEnd = UNKNOWN_SIZE;
    return undefined;
  }

  #want(sizeBytes: number): Step {
    this.#wantedSizeBytes = sizeBytes;
    return 'bytes';
  }

  #finish(): Step {
    this.#at = this.#endByte;
    return 'end';
  }
}

interface Extent {
  readonly dataAt: number;
  readonly elementEnd: number;
  /** Of the bytes at hand. */
  readonly end: number;
}
