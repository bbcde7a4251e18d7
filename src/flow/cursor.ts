import type { Burst } from './burst.js';
import type { Clock } from './clock.js';
import { HeldBursts } from './held-bursts.js';
import type { Pack, PackMember } from './pack.js';
import { Place } from './place.js';
import type { Ring } from './ring.js';
import type { Sink, SubscribeOptions, Subscription } from './sink.js';
import { Slowness } from './slowness.js';
import { type TagCounts, total } from './tag-counts.js';

/** What one subscriber gets at most in one go. The rest comes in the next turn, after the others. */
const MAX_SHARE_BYTES = 1024 * 1024;

/** What a cursor needs of its broadcast. */
export interface CursorHome {
  readonly ring: Ring;
  readonly clock: Clock;
  readonly isEnded: boolean;
  readonly pack: Pack;
  /** The cursor is of the pack from now on, or goes its own way again. */
  keepsUp(cursor: Cursor): void;
  fallsBack(cursor: Cursor): void;
  /** The cursor has moved or gone: the source may have room now. */
  moved(): void;
  remove(cursor: Cursor): void;
  /** `isLossless` has changed. */
  bound(cursor: Cursor): void;
  sinkFailed(error: unknown, sink: Sink): void;
}

/** A subscriber: a place in the ring and a sink. Whatever the sink does not take simply stays in the ring. */
export class Cursor implements Subscription, PackMember {
  /** How long the source waits for it while it takes nothing and others would go on. */
  readonly patienceMs: number;
  readonly #home: CursorHome;
  readonly #sink: Sink;
  readonly #maxLagMs: number;
  readonly #slowness: Slowness;
  readonly #cutOffAfterMs: number;
  readonly #maxHeldBytes: number | undefined;
  readonly #isLive: boolean;
  #isLossless: boolean;
  /** It was lossless, and will be again when it has caught up. */
  #isLetGo = false;
  #held: HeldBursts | undefined;

  readonly #place: Place;

  /** It is of the pack, which hands each burst to its sink. */
  #isAbreast = false;
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
    this.#isLive = options.mode === 'live';
    this.patienceMs = options.patienceMs ?? Number.POSITIVE_INFINITY;
    this.#maxLagMs = (this.#isLossless ? undefined : options.maxLagMs) ?? Number.POSITIVE_INFINITY;
    const thinFromMs = (this.#isLossless ? undefined : options.thinFromMs) ?? Number.POSITIVE_INFINITY;
    this.#slowness = new Slowness(home.clock, thinFromMs);
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
    this.#leavePack();
    this.#hasEnded = false;
    this.#slowness.fallsBehind();
    if (this.#isLossless) {
      this.#place.goBackTo(this.#held?.goBack(this.#home.isEnded));
    } else {
      this.#place.goToNewest();
    }
    this.resume();
  }

  resume(): void {
    this.#leavePack();
    if (this.#isWriting) {
      this.#isResumedWhileWriting = true;
    } else if (!this.#isClosed) {
      this.#isFull = false;
      this.#write();
    }
  }

  suspend(): void {
    this.#leavePack();
    if (!this.#isFull) this.#fullSinceMs = this.#home.clock.nowMs();
    this.#isFull = true;
  }

  skipAhead(): void {
    this.#leavePack();
    if (this.#isClosed) return;
    this.#slowness.fallsBehind();
    this.#place.skipAhead();
  }

  close(): void {
    if (!this.#isClosed) {
      this.#leavePack();
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
    this.#leavePack();
    this.#write();
  }

  handed(hasRoom: boolean): void {
    this.#leavePack();
    this.#isWriting = false;
    this.#took(hasRoom);
    this.#write();
  }

  failed(error: unknown): void {
    this.close();
    this.#home.sinkFailed(error, this.#sink);
  }

  /** Hands on what there is, until the sink is full, has had its share, or nothing is left. */
  #write(): void {
    if (this.#isWriting) return;
    let shareBytes = MAX_SHARE_BYTES;
    while (this.#canWrite() && shareBytes > 0) {
      const burst = this.#slowness.isSlow(this.queueMs) ? this.#place.takeThinned() : this.#place.take();
      this.#held?.written(this.position);
      if (burst === undefined) continue;
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
    } else if (this.#isLive) {
      this.#joinPack();
    }
  }

  #joinPack(): void {
    const { pack, isEnded } = this.#home;
    if (isEnded || pack.isMoving || this.#isClosed || this.#isFull || !this.#place.canKeepAbreast) return;
    this.#isAbreast = true;
    this.#place.keepAbreast();
    this.#home.keepsUp(this);
    pack.add(this, this.#sink);
  }

  #leavePack(): void {
    if (!this.#isAbreast) return;
    const { pack } = this.#home;
    this.#isAbreast = false;
    this.#slowness.fallsBehind();
    this.#isWriting = pack.isBeingHanded(this);
    this.#isResumedWhileWriting = false;
    this.#place.fallBack(pack.remove(this));
    this.#home.fallsBack(this);
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
      this.#took(this.#sink.write(burst));
    } catch (error) {
      this.failed(error);
    } finally {
      this.#isWriting = false;
    }
  }

  #took(hasRoom: boolean): void {
    if (hasRoom || this.#isResumedWhileWriting) return;
    this.#isFull = true;
    this.#fullSinceMs = this.#home.clock.nowMs();
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
      this.failed(error);
    }
  }
}
