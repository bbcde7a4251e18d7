import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { Burst } from './burst.js';
import { NO_TAGS, plus, type TagCounts } from './tag-counts.js';

/** No burst: sequence numbers begin at 0. */
export const NONE = -1;

/** A stream whose last video is older than this is joined like one that has only audio: its keyframe may never come. */
const VIDEO_GONE_AFTER_MS = 10_000;
const TYPICAL_GOP_MS = 2000;
/** Bursts may begin a little before the former one (interleaving). Farther back, the stream's clock was set anew. */
const MAX_STEP_BACK_MS = 1000;

interface Entry {
  readonly burst: Burst;
  /** Media time from the first burst of the stream to this one: never goes back, whatever the timestamps do. */
  readonly positionMs: number;
  /** Tags and bytes of the stream before this burst. With them a distance is a subtraction, however far it is. */
  readonly tagsBefore: TagCounts;
  readonly bytesBefore: number;
}

/** The newest bursts of a stream, numbered from 0. It knows where one can join, and which bursts are beyond its bounds. */
export class Ring {
  /** The bound in media time. */
  maxDurationMs: number;
  readonly #maxBytes: number;
  readonly #memory: RecycledMemory | undefined;
  /** The first `#head` places are empty: closing up costs too much to be done each time. */
  readonly #entries: (Entry | undefined)[] = [];
  #head = 0;
  #first = 0;
  #newestKeyframe = NONE;
  #keyframeCount = 0;

  #tagCounts = NO_TAGS;
  #byteCount = 0;
  #newestPositionMs = 0;
  #newestDurationMs = 0;
  #greatestStartMs = 0;
  #videoPositionMs = Number.NEGATIVE_INFINITY;

  /** @param memory gets back the bodies of the bursts that are let go of */
  constructor(maxBytes: number, maxDurationMs: number, memory?: RecycledMemory) {
    this.#memory = memory;
    this.#maxBytes = maxBytes;
    this.maxDurationMs = maxDurationMs;
  }

  /** Number of the oldest burst that it holds. */
  get first(): number {
    return this.#first;
  }

  /** Number of the burst that will come next. */
  get end(): number {
    return this.#first + this.#entries.length - this.#head;
  }

  /** @throws {RangeError} when it does not hold this burst: nobody may ask for one */
  burst(sequence: number): Burst {
    return this.#entry(sequence).burst;
  }

  /** Tags of the stream before this burst; all of them for `end`. Likewise bytes and media time. */
  tagsBefore(sequence: number): TagCounts {
    return sequence === this.end ? this.#tagCounts : this.#entry(sequence).tagsBefore;
  }

  bytesBefore(sequence: number): number {
    return sequence === this.end ? this.#byteCount : this.#entry(sequence).bytesBefore;
  }

  positionMs(sequence: number): number {
    return sequence === this.end ? this.#newestPositionMs + this.#newestDurationMs : this.#entry(sequence).positionMs;
  }

  /** Bytes and media time from the beginning of this burst on. */
  bytesFrom(sequence: number): number {
    return this.bytesBefore(this.end) - this.bytesBefore(sequence);
  }

  msFrom(sequence: number): number {
    return this.positionMs(this.end) - this.positionMs(sequence);
  }

  /** Adds a burst; what is beyond the bounds stays until `dropBefore`. */
  push(burst: Burst): void {
    this.#advance(burst);
    this.#entries.push({
      burst,
      positionMs: this.#newestPositionMs,
      tagsBefore: this.#tagCounts,
      bytesBefore: this.#byteCount,
    });
    this.#tagCounts = plus(this.#tagCounts, burst.tagCounts);
    this.#byteCount += burst.heldBytes;
    if (burst.startsWithKeyframe) {
      this.#newestKeyframe = this.end - 1;
      this.#keyframeCount++;
    } else if (this.#isWithoutVideo()) {
      this.#newestKeyframe = NONE;
    }
  }

  /** The burst where whoever joins gets the newest picture at once; with audio only the newest one. `NONE`: none is held. */
  get newestJoinPoint(): number {
    return this.#isWithoutVideo() && this.end > this.#first ? this.end - 1 : this.#newestKeyframe;
  }

  /** Oldest burst from which the stream can be decoded. */
  get oldestJoinPoint(): number {
    return this.oldestJoinPointFrom(this.#first);
  }

  /** The same, from this burst on. `NONE`: there is none yet. */
  oldestJoinPointFrom(first: number): number {
    for (let sequence = first; sequence < this.end; sequence++) {
      if (this.isJoinPoint(sequence)) return sequence;
    }
    return NONE;
  }

  /** The newest burst of these, the last included, from which the stream can be decoded. `NONE`: there is none. */
  newestJoinPointWithin(first: number, last: number): number {
    for (let sequence = Math.min(last, this.end - 1); sequence >= first; sequence--) {
      if (this.isJoinPoint(sequence)) return sequence;
    }
    return NONE;
  }

  isJoinPoint(sequence: number): boolean {
    return sequence === 0 || this.#isWithoutVideo() || this.burst(sequence).startsWithKeyframe;
  }

  /** Whether all of the stream is here and it has not had a second keyframe yet, or without any is as short as a GOP. */
  get isOneGop(): boolean {
    if (this.#first > 0 || this.#keyframeCount > 1) return false;
    return this.#keyframeCount === 1 || this.msFrom(0) <= TYPICAL_GOP_MS;
  }

  /**
   * The oldest burst within the bounds. The newest GOP may be longer than the bound in time, for who joins needs all of it, but
   * never larger than the one in bytes. The newest burst always stays.
   */
  get oldestWithinBounds(): number {
    const newest = this.end - 1;
    let sequence = this.#first;
    while (sequence < newest && this.#isBeyond(sequence)) {
      sequence++;
    }
    return sequence;
  }

  #isBeyond(sequence: number): boolean {
    if (this.bytesFrom(sequence) > this.#maxBytes) return true;
    const isOfNewestGop = this.#newestKeyframe !== NONE && sequence >= this.#newestKeyframe;
    return !isOfNewestGop && this.msFrom(sequence) > this.maxDurationMs;
  }

  /** Lets go of the bursts before this one, and with them of their encodings. */
  dropBefore(sequence: number): void {
    while (this.#first < sequence) {
      this.#release(this.burst(this.#first));
      this.#entries[this.#head++] = undefined;
      this.#first++;
    }
    if (this.#head > this.#entries.length / 2) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
    if (this.#newestKeyframe < this.#first) {
      this.#newestKeyframe = NONE;
    }
  }

  /** Takes the memory of the encodings together; looks at every burst. */
  get encodedBytes(): number {
    return this.#entries.reduce((sum, entry) => sum + (entry?.burst.encodedBytes ?? 0), 0);
  }

  #isWithoutVideo(): boolean {
    return this.#newestPositionMs - this.#videoPositionMs > VIDEO_GONE_AFTER_MS;
  }

  #advance(burst: Burst): void {
    const stepMs = burst.startMs - this.#greatestStartMs;
    if (this.end > 0 && stepMs > 0) {
      this.#newestPositionMs += stepMs;
    }
    if (this.end === 0 || stepMs > 0 || stepMs < -MAX_STEP_BACK_MS) {
      this.#greatestStartMs = burst.startMs;
    }
    this.#newestDurationMs = burst.endMs - burst.startMs;
    if (burst.tagCounts.video > 0) {
      this.#videoPositionMs = this.#newestPositionMs;
    }
  }

  #release({ tags }: Burst): void {
    if (this.#memory === undefined) return;
    for (const { body } of tags) {
      this.#memory.release(body.buffer);
    }
  }

  #entry(sequence: number): Entry {
    const entry = this.#entries[sequence - this.#first + this.#head];
    if (entry === undefined) {
      throw new RangeError(`burst ${sequence} is not in the ring (${this.#first} to ${this.end - 1})`);
    }
    return entry;
  }
}
