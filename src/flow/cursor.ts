import type { Burst } from './burst.js';
import type { Clock } from './clock.js';
import { HeldBursts } from './held-bursts.js';
import { Place } from './place.js';
import type { Ring } from './ring.js';
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

  readonly #place: Place;

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
    this.#place = new Place(home.ring, (lost) => this.#call(() => this.#sink.skipped?.(lost)));
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
    return this.#place.position;
  }

  get queueMs(): number {
    return this.#place.queueMs;
  }

  get queueBytes(): number {
    return this.#place.queueBytes;
  }

  get droppedTags(): number {
    return total(this.dropped);
  }

  get dropped(): TagCounts {
    return this.#place.dropped;
  }

  delivered(position: number): void {
    this.#held?.delivered(Math.min(position, this.position));
  }

  restart(): void {
    if (this.#isClosed) return;
    this.#hasEnded = false;
    if (this.#isLossless) {
      this.#place.goBackTo(this.#held?.goBack(this.#home.isEnded));
    } else {
      this.#place.goToNewest();
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
      this.#place.leave();
      this.#home.remove(this);
    }
  }

  /** Takes its first place. Writing begins later, when the sink's owner has got the subscription. */
  join(where: SubscribeOptions['join']): void {
    this.#place.join(where);
    this.#held?.begin(this.position);
    this.#continueLater();
  }

  /** A burst was added to the ring, or its bounds have changed; those before `oldestKept` are about to go. */
  moveOn(oldestKept: number, nowMs: number): void {
    if (this.#isFull && nowMs - this.#fullSinceMs >= this.#cutOffAfterMs) {
      this.cutOff();
      return;
    }
    this.#place.moveOn(oldestKept, this.#maxLagMs);
    this.#write();
  }

  /** Nothing will be added any more. */
  onEnded(): void {
    this.#write();
  }

  /** Hands on what there is, until the sink is full, has had its share, or nothing is left. */
  #write(): void {
    if (this.#isWriting) return;
    let shareBytes = MAX_SHARE_BYTES;
    while (this.#canWrite() && shareBytes > 0) {
      const burst = this.#place.take();
      this.#held?.written(this.position);
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
    if (this.#isClosed || this.#isFull || !this.#place.hasCaughtUp) return;
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
    return !this.#isClosed && !this.#isFull && this.#place.hasNext;
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
    this.#place.end();
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
