import type { MediaTag } from '../media/tag.js';
import type { Burst } from './burst.js';
import type { Clock } from './clock.js';
import { HeldBursts } from './held-bursts.js';
import { MissedMedia } from './missed-media.js';
import { NONE, type Ring } from './ring.js';
import type { Sink, SubscribeOptions, Subscription } from './sink.js';
import { type TagCounts, total } from './tag-counts.js';

/** What one subscriber gets at most in one go. The rest comes in the next turn, after the others. */
const MAX_SHARE_BYTES = 1024 * 1024;

/** What a cursor needs of its broadcast. */
export interface CursorHome {
  readonly ring: Ring;
  readonly clock: Clock;
  readonly isEnded: boolean;
  /** The cursor has moved or gone: the source may have room now. */
  moved(): void;
  remove(cursor: Cursor): void;
  /** `isLossless` has changed. */
  bound(cursor: Cursor): void;
  sinkFailed(error: unknown, sink: Sink): void;
}

/** A subscriber: a place in the ring and a sink. Whatever the sink does not take simply stays in the ring. */
export class Cursor implements Subscription {
  /** How long the source waits for it while it takes nothing and others would go on. */
  readonly patienceMs: number;
  readonly #home: CursorHome;
  readonly #sink: Sink;
  readonly #maxLagMs: number;
  readonly #cutOffAfterMs: number;
  readonly #maxHeldBytes: number | undefined;
  #isLossless: boolean;
  /** It was lossless, and will be again when it has caught up. */
  #isLetGo = false;
  #held: HeldBursts | undefined;

  /** Number of the burst that it gets next. `NONE`: it waits for one where it can join. */
  #next = NONE;
  /** What its decoder knows, as far as the stream has not told it since. */
  #knownHeaders: readonly MediaTag[] | undefined;
  /** The headers of the next burst have to go ahead of it. */
  #needsHeaders = false;
  readonly #missed: MissedMedia;

  #isFull = false;
  #fullSinceMs = 0;
  #isWriting = false;
  #isResumedWhileWriting = false;
  #isContinuing = false;
  #isClosed = false;
  /** Its sink has been told of the end. */
  #hasEnded = false;

  constructor(home: CursorHome, sink: Sink, options: SubscribeOptions) {
    this.#home = home;
    this.#sink = sink;
    this.#missed = new MissedMedia(home.ring);
    this.#isLossless = options.mode === 'lossless';
    this.patienceMs = options.patienceMs ?? Number.POSITIVE_INFINITY;
    this.#maxLagMs = (this.#isLossless ? undefined : options.maxLagMs) ?? Number.POSITIVE_INFINITY;
    this.#cutOffAfterMs = (this.#isLossless ? undefined : options.cutOffAfterMs) ?? Number.POSITIVE_INFINITY;
    this.#maxHeldBytes = this.#isLossless ? options.maxHeldBytes : undefined;
    this.#hold();
  }

  get isLossless(): boolean {
    return this.#isLossless;
  }

  /** How long it has taken nothing; 0 while it takes what comes. */
  idleMs(nowMs: number): number {
    return this.#isFull ? nowMs - this.#fullSinceMs : 0;
  }

  /** Lossless: nobody waits for it any more. What it has not had when the ring lets go of it is missed. */
  letGo(): void {
    this.#isLetGo = true;
    this.#isLossless = false;
    this.#held = undefined;
    this.#home.bound(this);
  }

  /** Number of the oldest burst that it still has to get, or may have to get again. */
  get oldestNeeded(): number {
    return this.#held?.oldest ?? this.position;
  }

  get position(): number {
    return this.#next === NONE ? this.#home.ring.end : this.#next;
  }

  get queueMs(): number {
    return this.#home.ring.msFrom(this.position);
  }

  get queueBytes(): number {
    return this.#home.ring.bytesFrom(this.position);
  }

  get droppedTags(): number {
    return total(this.dropped);
  }

  get dropped(): TagCounts {
    return this.#missed.dropped;
  }

  delivered(position: number): void {
    this.#held?.delivered(Math.min(position, this.position));
  }

  restart(): void {
    if (this.#isClosed) return;
    this.#knownHeaders = undefined;
    this.#hasEnded = false;
    if (this.#isLossless) {
      this.#joinAt(this.#held?.goBack(this.#home.isEnded) ?? this.#next);
    } else {
      this.#rejoin(this.#findJoinPoint('newest-keyframe'));
    }
    this.resume();
  }

  resume(): void {
    if (this.#isWriting) {
      this.#isResumedWhileWriting = true;
    } else if (!this.#isClosed) {
      this.#isFull = false;
      this.#write();
    }
  }

  suspend(): void {
    if (!this.#isFull) this.#fullSinceMs = this.#home.clock.nowMs();
    this.#isFull = true;
  }

  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#missed.close();
      this.#next = NONE;
      this.#home.remove(this);
    }
  }

  /** Takes its first place. Writing begins later, when the sink's owner has got the subscription. */
  join(where: SubscribeOptions['join']): void {
    const joinPoint = this.#findJoinPoint(where);
    if (joinPoint !== NONE) {
      this.#joinAt(joinPoint);
    }
    this.#held?.begin(this.position);
    this.#continueLater();
  }

  /** A burst was added to the ring, or its bounds have changed; those before `oldestKept` are about to go. */
  moveOn(oldestKept: number, nowMs: number): void {
    if (this.#isFull && nowMs - this.#fullSinceMs >= this.#cutOffAfterMs) {
      this.cutOff();
      return;
    }
    this.#findPlace(oldestKept);
    this.#write();
  }

  /** Nothing will be added any more. */
  onEnded(): void {
    this.#write();
  }

  #findJoinPoint(where: SubscribeOptions['join']): number {
    const { ring } = this.#home;
    if (ring.end === 0) return 0;
    switch (where) {
      case 'beginning':
        return ring.oldestJoinPoint;
      case 'newest-keyframe':
        return ring.isOneGop ? 0 : ring.newestJoinPoint;
      case 'next-keyframe':
        return NONE;
    }
  }

  #findPlace(oldestKept: number): void {
    const { ring } = this.#home;
    const newest = ring.end - 1;
    if (this.#next === newest) return; // as for all who keep up
    if (this.#next === NONE) {
      if (ring.isJoinPoint(newest)) {
        this.#joinAt(newest);
      }
      return;
    }
    const isLost = this.#next < oldestKept;
    if (!isLost && this.queueMs <= this.#maxLagMs) return;
    const joinPoint = ring.newestJoinPoint;
    const canJump = joinPoint > this.#next && joinPoint >= oldestKept;
    if (canJump || isLost) {
      this.#losePlace();
    }
    if (canJump) {
      this.#joinAt(joinPoint);
    }
  }

  #losePlace(): void {
    const { ring } = this.#home;
    if (!this.#needsHeaders) {
      this.#knownHeaders = ring.burst(this.#next).headers;
    }
    this.#missed.lost(this.#next);
    this.#next = NONE;
  }

  /** Live: goes to another place, maybe back. `NONE`: to the next keyframe that comes. */
  #rejoin(joinPoint: number): void {
    if (joinPoint === NONE || joinPoint > this.position) {
      this.#missed.lost(this.position);
      this.#next = NONE;
    }
    if (joinPoint !== NONE) {
      this.#joinAt(joinPoint);
    }
  }

  #joinAt(sequence: number): void {
    this.#next = sequence;
    const { ring } = this.#home;
    // At its end there is no telling yet.
    this.#needsHeaders = sequence > 0 && (sequence === ring.end || ring.burst(sequence).headers !== this.#knownHeaders);
    this.#reportLoss(sequence);
  }

  /** What it missed since it lost its place, up to this burst. */
  #reportLoss(sequence: number): void {
    const lost = this.#missed.found(sequence);
    if (lost !== undefined) this.#call(() => this.#sink.skipped?.(lost));
  }

  /** Hands on what there is, until the sink is full, has had its share, or nothing is left. */
  #write(): void {
    if (this.#isWriting) return;
    let shareBytes = MAX_SHARE_BYTES;
    while (this.#canWrite() && shareBytes > 0) {
      const burst = this.#takeBurst();
      shareBytes -= burst.heldBytes;
      this.#writeBurst(burst);
    }
    if (this.#canWrite()) {
      this.#continueLater();
    } else if (this.#home.isEnded && this.position === this.#home.ring.end) {
      this.#finish();
    }
    if (this.#isLetGo) this.#bindAgain();
    if (this.#isLossless) {
      this.#home.moved();
    }
  }

  /** It has caught up: the source waits for it as before. */
  #bindAgain(): void {
    if (this.#isClosed || this.#isFull || this.#next !== this.#home.ring.end) return;
    this.#isLetGo = false;
    this.#isLossless = true;
    this.#hold();
    this.#held?.begin(this.position);
    this.#home.bound(this);
  }

  #hold(): void {
    if (this.#maxHeldBytes !== undefined) this.#held = new HeldBursts(this.#home.ring, this.#maxHeldBytes);
  }

  #canWrite(): boolean {
    return !this.#isClosed && !this.#isFull && this.#next !== NONE && this.#next < this.#home.ring.end;
  }

  #takeBurst(): Burst {
    const burst = this.#home.ring.burst(this.#next);
    const headerBurst = this.#needsHeaders ? burst.headerBurst : undefined;
    this.#needsHeaders = false;
    if (headerBurst !== undefined) return headerBurst;
    this.#next++;
    this.#held?.written(this.#next);
    return burst;
  }

  #writeBurst(burst: Burst): void {
    this.#isWriting = true;
    this.#isResumedWhileWriting = false;
    try {
      const hasRoom = this.#sink.write(burst);
      if (!hasRoom && !this.#isResumedWhileWriting) {
        this.#isFull = true;
        this.#fullSinceMs = this.#home.clock.nowMs();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isWriting = false;
    }
  }

  #continueLater(): void {
    if (!this.#isContinuing) {
      this.#isContinuing = true;
      this.#home.clock.atEndOfTurn(this.#continue);
    }
  }

  readonly #continue = (): void => {
    this.#isContinuing = false;
    this.#write();
  };

  #finish(): void {
    if (this.#isClosed) return;
    this.#reportLoss(this.#home.ring.end);
    if (this.#isClosed) return;
    if (this.#held === undefined) {
      this.close();
    } else if (this.#hasEnded) {
      return;
    }
    this.#hasEnded = true;
    this.#call(() => this.#sink.end());
  }

  /** Removes the subscriber, and tells its sink. */
  cutOff(): void {
    this.close();
    this.#call(() => this.#sink.cutOff?.());
  }

  #call(method: () => void): void {
    try {
      method();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.close();
    this.#home.sinkFailed(error, this.#sink);
  }
}
