import type { MediaTag } from '../media/tag.js';
import type { Burst } from './burst.js';
import { MissedMedia } from './missed-media.js';
import { NONE, type Ring } from './ring.js';
import type { LostMedia, SubscribeOptions } from './sink.js';
import { minus, NO_TAGS, type TagCounts } from './tag-counts.js';

/** Always the burst that comes next of all. */
const ABREAST = -2;

/**
 * Where one subscriber is in a ring: the burst that it gets next, whether the headers of that burst have to go ahead of it, and
 * what it has missed on the way.
 */
export class Place {
  readonly #ring: Ring;
  readonly #missed: MissedMedia;
  readonly #onFoundAgain: (lost: LostMedia) => void;
  /** Number of the burst that comes next. `NONE`: it waits for one where it can join. `ABREAST`: see `keepAbreast`. */
  #next = NONE;
  /** What its decoder knows, as far as the stream has not told it since. */
  #knownHeaders: readonly MediaTag[] | undefined;
  /** The headers of the next burst have to go ahead of it. */
  #needsHeaders = false;

  /** @param onFoundAgain is told what was missed in between, whenever a lost place is followed by a new one */
  constructor(ring: Ring, onFoundAgain: (lost: LostMedia) => void) {
    this.#ring = ring;
    this.#missed = new MissedMedia(ring);
    this.#onFoundAgain = onFoundAgain;
  }

  /** Number of the burst that comes next; of one that is still to come where there is no place. */
  get position(): number {
    return this.#next < 0 ? this.#ring.end : this.#next;
  }

  get hasNext(): boolean {
    return this.#next >= 0 && this.#next < this.#ring.end;
  }

  /** It has a place, and nothing lies between it and the end of the ring. */
  get hasCaughtUp(): boolean {
    return this.#next === this.#ring.end;
  }

  /** Whether all that it needs from now on is each burst that comes. */
  get canKeepAbreast(): boolean {
    return this.hasCaughtUp && !this.#needsHeaders;
  }

  /** Somebody else hands it each burst that comes, and it is always at the end of the ring, until it falls back. */
  keepAbreast(): void {
    this.#next = ABREAST;
  }

  /** It has a place of its own again, before this burst. */
  fallBack(sequence: number): void {
    this.#next = sequence;
  }

  get queueMs(): number {
    return this.#ring.msFrom(this.position);
  }

  get queueBytes(): number {
    return this.#ring.bytesFrom(this.position);
  }

  get dropped(): TagCounts {
    return this.#missed.dropped;
  }

  /** The burst that comes next, or its headers where they have to go ahead. There must be one: see `hasNext`. */
  take(): Burst {
    const burst = this.#ring.burst(this.#next);
    const headerBurst = this.#needsHeaders ? burst.headerBurst : undefined;
    this.#needsHeaders = false;
    if (headerBurst !== undefined) return headerBurst;
    this.#next++;
    return burst;
  }

  /** The same without the frames that no other needs, which count as missed. `undefined`: there was nothing else in it. */
  takeThinned(): Burst | undefined {
    const burst = this.take();
    const { thinned } = burst;
    if (thinned !== burst) this.#missed.leftOut(minus(burst.tagCounts, thinned?.tagCounts ?? NO_TAGS));
    return thinned;
  }

  /** The first place. */
  join(where: SubscribeOptions['join']): void {
    const joinPoint = this.#joinPoint(where);
    if (joinPoint !== NONE) this.#goTo(joinPoint);
  }

  /** Begins anew for another decoder, at a burst that it has had already, or where it is. */
  goBackTo(sequence: number | undefined): void {
    this.#knownHeaders = undefined;
    this.#goTo(sequence ?? this.#next);
  }

  /** Begins anew for another decoder, at the newest keyframe, or at the next one. What lies between is missed. */
  goToNewest(): void {
    this.#knownHeaders = undefined;
    const joinPoint = this.#joinPoint('newest-keyframe');
    if (joinPoint === NONE || joinPoint > this.position) {
      this.#missed.lost(this.position);
      this.#next = NONE;
    }
    if (joinPoint !== NONE) this.#goTo(joinPoint);
  }

  /**
   * A burst was added to the ring, or its bounds have changed: finds a place, or leaves one that is too far behind.
   *
   * @param oldestKept the bursts before this one are about to go
   */
  moveOn(oldestKept: number, maxLagMs: number): void {
    const newest = this.#ring.end - 1;
    if (this.#next === newest) return; // as for all who keep up
    if (this.#next === NONE) {
      if (this.#ring.isJoinPoint(newest)) this.#goTo(newest);
      return;
    }
    const isLost = this.#next < oldestKept;
    if (!isLost && this.queueMs <= maxLagMs) return;
    const joinPoint = this.#ring.newestJoinPoint;
    const canJump = joinPoint > this.#next && joinPoint >= oldestKept;
    if (canJump || isLost) this.#lose();
    if (canJump) this.#goTo(joinPoint);
  }

  /** Goes to the newest keyframe, if that is ahead. */
  skipAhead(): void {
    const joinPoint = this.#ring.newestJoinPoint;
    if (this.#next === NONE || joinPoint <= this.#next) return;
    this.#lose();
    this.#goTo(joinPoint);
  }

  /** Nothing comes any more: what was missed up to the end is told. */
  end(): void {
    this.#tellLoss(this.#ring.end);
  }

  /** Nothing is taken or counted any more. */
  leave(): void {
    this.#missed.close();
    this.#next = NONE;
  }

  #joinPoint(where: SubscribeOptions['join']): number {
    if (this.#ring.end === 0) return 0;
    switch (where) {
      case 'beginning':
        return this.#ring.oldestJoinPoint;
      case 'newest-keyframe':
        return this.#ring.isOneGop ? 0 : this.#ring.newestJoinPoint;
      case 'next-keyframe':
        return NONE;
    }
  }

  #goTo(sequence: number): void {
    this.#next = sequence;
    const { end } = this.#ring;
    // At its end there is no telling yet.
    this.#needsHeaders =
      sequence > 0 && (sequence === end || this.#ring.burst(sequence).headers !== this.#knownHeaders);
    this.#tellLoss(sequence);
  }

  #lose(): void {
    if (!this.#needsHeaders) this.#knownHeaders = this.#ring.burst(this.#next).headers;
    this.#missed.lost(this.#next);
    this.#next = NONE;
  }

  /** What was missed since the place was lost, up to this burst. */
  #tellLoss(sequence: number): void {
    const lost = this.#missed.found(sequence);
    if (lost !== undefined) this.#onFoundAgain(lost);
  }
}
