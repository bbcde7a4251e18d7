import type { Burst } from './burst.js';
import type { TagCounts } from './tag-counts.js';

/**
 * Where a subscriber's bursts go: a socket, a file, a pipe. It never queues bursts itself: when it has enough it says so, and
 * the bursts wait in the broadcast's ring. Every method may call the subscription's `resume` and `close`.
 */
export interface Sink {
  /**
   * Takes a burst; `false` says that it is full: nothing more comes until `subscription.resume()`. (This burst is taken all
   * the same.) Keep `burst.encoded(format)`, never the burst.
   */
  write(burst: Burst): boolean;
  /** The broadcast is over and everything has been written. Nothing comes after this. */
  end(): void;
  /** The subscriber was too far behind: this much was left out, what comes next starts with a keyframe. May come while full. */
  skipped?(lost: LostMedia): void;
  /** It has been removed: it was full for too long, or the broadcast was abandoned. Nothing comes after this. */
  cutOff?(): void;
}

/** What a subscriber did not get. */
export interface LostMedia {
  readonly tags: number;
  readonly durationMs: number;
}

export interface SubscribeOptions {
  /** `live`: whoever is too slow misses something. `lossless`: whoever is too slow makes the source wait (`hasRoom`). */
  readonly mode: 'live' | 'lossless';
  /**
   * `beginning`: the oldest that is still held. `newest-keyframe`: the newest that can be shown at once (without GOP cache the
   * same as the next). `next-keyframe`: nothing older than the join.
   */
  readonly join: 'beginning' | 'newest-keyframe' | 'next-keyframe';
  /** live: farther behind than this, it jumps to the newest keyframe. Default: as far as the ring reaches. */
  readonly maxLagMs?: number;
  /**
   * live: farther behind than this, and behind for longer, it does not get the frames that no other is decoded from, so that it may
   * catch up without a jump. Default: it always gets them.
   */
  readonly thinFromMs?: number;
  /** live: full for so long without any progress, it is removed. Default: never. */
  readonly cutOffAfterMs?: number;
  /**
   * lossless: what was written is held until `delivered`, for `restart`; but no more than so many bytes, beyond which the
   * oldest counts as delivered. Such a sink may be started again after its `end`, so its owner closes the subscription.
   * Default: nothing is held.
   */
  readonly maxHeldBytes?: number;
  /**
   * lossless: when it has taken nothing for so long while the source waits for it and others would go on, it is let go: it
   * misses what the ring does not hold, like a live one, and is lossless again when it has caught up. Default: the source waits
   * for as long as it takes.
   */
  readonly patienceMs?: number;
}

/** A sink's place in a broadcast. The first burst comes after `subscribe` has returned. */
export interface Subscription {
  /** The sink has room again: what waits is written at once, until it is full again or has had its share for this turn. */
  resume(): void;
  /** The sink takes nothing at all until `resume` or `restart`. */
  suspend(): void;
  /** What lies before the newest keyframe is left out, if that is still ahead of it. */
  skipAhead(): void;
  /** Removes the sink; none of its methods is called any more. May be called at any time, any number of times. */
  close(): void;
  /** Whether the source waits for it: not for a live one, nor for one that was let go. */
  readonly isLossless: boolean;
  /** How far it is behind: media time and bytes that wait for it in the ring. */
  readonly queueMs: number;
  readonly queueBytes: number;
  /** How many tags it has missed so far. */
  readonly droppedTags: number;
  /** The same by kind. */
  readonly dropped: TagCounts;
  /** Where it is: the number of the burst that comes next. During `write`: of the one after what is being written. */
  readonly position: number;
  /** Everything before this `position` has arrived where it goes. */
  delivered(position: number): void;
  /**
   * The sink begins anew, on another connection: what comes next are headers, then a keyframe. `live`: the newest one, or
   * the next; what lies between counts as missed. `lossless`: the one before all that is not `delivered`.
   */
  restart(): void;
}
