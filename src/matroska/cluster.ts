import { GatheredBytes } from '../bytes/gathered-bytes.js';
import type { Sample, Track } from '../media/track/track.js';
import { elementStart, ID, longUnsigned } from './ebml.js';

const BLOCK_HEAD_SIZE_BYTES = 9;
/** Track number, timestamp and flags. */
const BLOCK_PRELUDE_SIZE_BYTES = 4;
/** Marks a size in four bytes. A frame cannot be larger than a tag, 2^24. */
const FOUR_BYTE_SIZE = 0x10000000;
const ONE_BYTE_NUMBER = 0x80;
const KEYFRAME_FLAG = 0x80;
/** A block's timestamp counts from that of its cluster, in 16 bits. */
const MAX_RELATIVE_MS = 32_767;
const MIN_RELATIVE_MS = -32_768;
const TIMESTAMP_SIZE_BYTES = longUnsigned(ID.Timestamp, 0).length;

/** Where playing can begin in a cluster. */
export interface ClusterCue {
  readonly track: Track;
  readonly ptsMs: number;
  /** Of the block, from the first byte of the cluster's contents on. */
  readonly atByte: number;
}

/** A cluster (RFC 9559 5.1.3) in the making. Its memory is used again for the next one. */
export class Cluster {
  readonly #blocks = new GatheredBytes();
  readonly #blockHead = new Uint8Array(BLOCK_HEAD_SIZE_BYTES);
  readonly #blockHeadView = new DataView(this.#blockHead.buffer);
  readonly frames = { audio: 0, video: 0 };
  dataSizeBytes = 0;
  /** Decode time of the first frame, from which all others count; on the stream's timeline, like the others. */
  startMs = 0;
  earliestMs = Number.POSITIVE_INFINITY;
  endMs = Number.NEGATIVE_INFINITY;
  cue: ClusterCue | undefined;

  get isEmpty(): boolean {
    return this.dataSizeBytes === 0;
  }

  /** Of all its blocks. */
  get sizeBytes(): number {
    return this.#blocks.sizeBytes;
  }

  /** Whether a frame of this time can be told from that of the first. */
  hasPlaceFor(ptsMs: number): boolean {
    const relativeMs = ptsMs - this.startMs;
    return this.isEmpty || (relativeMs >= MIN_RELATIVE_MS && relativeMs <= MAX_RELATIVE_MS);
  }

  /**
   * Adds a block with a copy of the frame's data, which is never empty.
   *
   * @param endMs when the frame has been shown or heard
   */
  add({ track, dtsMs, ptsMs, isKeyframe, data }: Sample, endMs: number): void {
    if (this.isEmpty) this.startMs = dtsMs;
    if (isKeyframe) this.#offerCue(track, ptsMs);
    const head = this.#blockHeadView;
    head.setUint8(0, ID.SimpleBlock);
    head.setUint32(1, FOUR_BYTE_SIZE + BLOCK_PRELUDE_SIZE_BYTES + data.length);
    head.setUint8(5, ONE_BYTE_NUMBER | track.number);
    head.setInt16(6, ptsMs - this.startMs);
    head.setUint8(8, isKeyframe ? KEYFRAME_FLAG : 0);
    this.#blocks.append(this.#blockHead);
    this.#blocks.append(data);
    this.dataSizeBytes += data.length;
    this.frames[track.format.kind]++;
    this.earliestMs = Math.min(this.earliestMs, dtsMs, ptsMs);
    this.endMs = Math.max(this.endMs, endMs);
  }

  /** The first keyframe of video counts; without video the first sound. */
  #offerCue(track: Track, ptsMs: number): void {
    const isBetter =
      this.cue === undefined || (this.cue.track.format.kind === 'audio' && track.format.kind === 'video');
    if (isBetter) this.cue = { track, ptsMs, atByte: TIMESTAMP_SIZE_BYTES + this.#blocks.sizeBytes };
  }

  /** @param timestampMs of its first frame, as the file has it */
  encode(timestampMs: number): { readonly pieces: readonly Uint8Array[]; readonly sizeBytes: number } {
    const contentSizeBytes = TIMESTAMP_SIZE_BYTES + this.#blocks.sizeBytes;
    const start = elementStart(ID.Cluster, contentSizeBytes);
    const pieces = [start, longUnsigned(ID.Timestamp, timestampMs), ...this.#blocks.pieces];
    return { pieces, sizeBytes: start.length + contentSizeBytes };
  }

  /** Empties it for its next use. */
  clear(): void {
    this.#blocks.clear();
    this.frames.audio = 0;
    this.frames.video = 0;
    this.dataSizeBytes = 0;
    this.earliestMs = Number.POSITIVE_INFINITY;
    this.endMs = Number.NEGATIVE_INFINITY;
    this.cue = undefined;
  }
}
