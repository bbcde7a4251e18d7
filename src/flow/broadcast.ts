import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { MediaTag } from '../media/tag.js';
import { isKeyframe, trackId } from '../media/tag-info.js';
import { burstLengthMs, DEFAULT_MAX_BURST_MS, gatheringMs } from './burst-length.js';
import { type Clock, systemClock } from './clock.js';
import { Cursor, type CursorHome } from './cursor.js';
import { Gathering } from './gathering.js';
import { Pack } from './pack.js';
import { Patience } from './patience.js';
import { Ring } from './ring.js';
import type { Sink, SubscribeOptions, Subscription } from './sink.js';

export type { Sink, SubscribeOptions, Subscription } from './sink.js';

/** What comes so soon after a burst was sent was there before. */
const RIGHT_AFTER_MS = 2;

export interface BroadcastOptions {
  /**
   * How much media the ring may hold, and how much a lossless subscriber may be behind before the source has to wait. Bodies
   * and about what holds them; each format that subscribers use needs as much again for encodings.
   */
  readonly maxBytes: number;
  /** The same in media time; the newest GOP may be longer. Default: without limit. */
  readonly maxDurationMs?: number;
  /** Whether whoever joins gets the newest GOP at once. Without, the ring holds only what somebody still has to get. */
  readonly gopCache: boolean;
  /** The longest that a tag waits for others to travel with, however many subscribe. Default 40. */
  readonly maxBurstMs?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /**
   * Where the bodies of the tags come from: it gets them back as soon as every subscriber has had them. For streams of which
   * nobody else keeps a tag.
   */
  readonly memory?: RecycledMemory | undefined;
  /** A sink threw; it has been removed. Default: the error is thrown again, outside of the broadcast. */
  readonly onSinkError?: (error: unknown, sink: Sink) => void;
}

export interface BroadcastStats {
  readonly subscribers: number;
  /** Tags and bytes of bodies appended since the beginning. */
  readonly tags: number;
  readonly bytes: number;
  /** What the ring holds now. */
  readonly ringBursts: number;
  readonly ringBytes: number;
  readonly ringMs: number;
  /** Memory of all that, encodings included. Counted when asked for. */
  readonly memoryBytes: number;
}

/**
 * One stream on its way from one source to any number of sinks.
 *
 * Tags are appended and gather into a burst. When the burst is sealed it goes into a ring, and every subscriber, which is
 * no more than a place in that ring and a sink, is handed what it has not had yet. All get the same burst, which encodes
 * itself once per format. Whoever cannot take it stays where it is: nothing is queued, copied or kept per subscriber.
 */
export class Broadcast {
  readonly #options: BroadcastOptions;
  readonly #clock: Clock;
  readonly #ring: Ring;
  readonly #gathering = new Gathering();
  readonly #home: CursorHome & { isEnded: boolean };
  readonly #cursors = new Set<Cursor>();
  /** Every cursor is either of the pack or a straggler. */
  readonly #pack: Pack;
  readonly #stragglers = new Set<Cursor>();
  readonly #losslessCursors = new Set<Cursor>();

  #isSealDue = false;
  /** When the last burst was sealed, and when it had been handed to everybody. */
  #sealedMs = 0;
  #sentMs = 0;

  #bytes = 0;
  #tags = 0;
  #waitForRoom: (() => void)[] = [];
  readonly #patience: Patience;

  constructor(options: BroadcastOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { maxBytes, maxDurationMs = Number.POSITIVE_INFINITY, memory } = options;
    this.#ring = new Ring(maxBytes, maxDurationMs, memory);
    this.#pack = new Pack(this.#ring);
    this.#home = this.#makeHome();
    this.#patience = new Patience(this.#clock, this.#losslessCursors, (cursor) => this.#isTooFarBehind(cursor));
  }

  /** More of the stream, of which nothing may be changed any more. After `end` it has no effect. */
  append(tags: readonly MediaTag[]): void {
    for (const tag of tags) {
      if (this.#home.isEnded) return;
      this.#gather(tag);
    }
    this.#sealLater();
  }

  /** Nothing more will come: every subscriber gets the rest, a slow one in its own time, then its `end`. */
  end(): void {
    if (this.#home.isEnded) return;
    this.#seal();
    this.#patience.end();
    this.#home.isEnded = true;
    for (const cursor of this.#cursors) {
      cursor.onEnded();
    }
  }

  /** Ends it at once: whoever has not got everything is cut off. */
  abandon(): void {
    this.end();
    for (const cursor of this.#cursors) {
      cursor.cutOff();
    }
  }

  /** Changes how much media time the ring may hold, at once. */
  set maxDurationMs(durationMs: number) {
    this.#ring.maxDurationMs = durationMs;
    if (this.#ring.end > this.#ring.first) {
      this.#moveOn();
    }
  }

  /** Adds a sink. What it has to get comes from the end of this event-loop turn on; after `end` too. */
  subscribe(sink: Sink, options: SubscribeOptions): Subscription {
    const cursor = new Cursor(this.#home, sink, options);
    this.#cursors.add(cursor);
    this.#stragglers.add(cursor);
    if (cursor.isLossless) {
      this.#losslessCursors.add(cursor);
    }
    const isTooOld = options.join === 'newest-keyframe' && !this.#options.gopCache;
    cursor.join(isTooOld ? 'next-keyframe' : options.join);
    return cursor;
  }

  /** The metadata and sequence headers in force. */
  get headers(): readonly MediaTag[] {
    return this.#gathering.headers;
  }

  /** Whether the source may go on: false while a lossless subscriber is farther behind than the ring's bounds. */
  get hasRoom(): boolean {
    for (const cursor of this.#losslessCursors) {
      if (this.#isTooFarBehind(cursor)) return false;
    }
    return true;
  }

  /** Resolves when `hasRoom` is true. */
  room(): Promise<void> {
    if (this.hasRoom) return Promise.resolve();
    const room = new Promise<void>((resolve) => {
      this.#waitForRoom.push(resolve);
    });
    this.#patience.begin();
    return room;
  }

  /** How long a tag waits for others at the present number of subscribers; 0: until the end of the event-loop turn. */
  get burstLengthMs(): number {
    return burstLengthMs(this.#cursors.size, this.#options.maxBurstMs ?? DEFAULT_MAX_BURST_MS);
  }

  get stats(): BroadcastStats {
    const ring = this.#ring;
    const ringBytes = ring.bytesFrom(ring.first);
    return {
      subscribers: this.#cursors.size,
      tags: this.#tags,
      bytes: this.#bytes,
      ringBursts: ring.end - ring.first,
      ringBytes,
      ringMs: ring.msFrom(ring.first),
      memoryBytes: ringBytes + ring.encodedBytes + this.#gathering.bytes,
    };
  }

  #isTooFarBehind({ queueBytes, queueMs }: Cursor): boolean {
    const { maxBytes, maxDurationMs = Number.POSITIVE_INFINITY } = this.#options;
    return queueBytes + this.#gathering.bytes > maxBytes || queueMs > maxDurationMs;
  }

  #gather(tag: MediaTag): void {
    const startsGop = isKeyframe(tag) && trackId(tag) === 0;
    if (startsGop) {
      this.#seal();
    }
    this.#gathering.add(tag, startsGop);
    this.#bytes += tag.body.length;
    this.#tags++;
    if (this.#gathering.isFull) {
      this.#seal();
    }
  }

  #sealLater(): void {
    if (this.#gathering.isEmpty || this.#isSealDue) return;
    this.#isSealDue = true;
    const lengthMs = this.burstLengthMs;
    if (lengthMs === 0) {
      this.#clock.atEndOfTurn(this.#sealNow);
    } else {
      const { unreadMs, sendingMs } = this.#delays();
      this.#clock.after(gatheringMs(lengthMs, unreadMs, sendingMs), this.#sealNow);
    }
  }

  /** What the last burst does to the next one: while it was sent, nobody read what had come. */
  #delays(): { unreadMs: number; sendingMs: number } {
    const sendingMs = this.#sentMs - this.#sealedMs;
    const wasThereBefore = this.#clock.nowMs() - this.#sentMs < RIGHT_AFTER_MS;
    return { unreadMs: wasThereBefore ? sendingMs : 0, sendingMs };
  }

  /** What was gathering when this was ordered may have been sealed since; then a younger burst goes a little earlier. */
  readonly #sealNow = (): void => {
    this.#isSealDue = false;
    this.#seal();
  };

  #seal(): void {
    if (this.#gathering.isEmpty) return;
    this.#ring.push(this.#gathering.take());
    this.#moveOn();
  }

  /** Lets everybody go on who can, and lets go of what is beyond the bounds. */
  #moveOn(): void {
    if (this.#pack.isMoving) return; // a sink has added this burst: its turn comes
    const oldestKept = oldestNeeded(this.#losslessCursors, this.#ring.oldestWithinBounds);
    const nowMs = this.#clock.nowMs();
    this.#pack.moveOn();
    for (const cursor of this.#stragglers) {
      cursor.moveOn(oldestKept, nowMs);
    }
    this.#sealedMs = nowMs;
    this.#sentMs = this.#clock.nowMs();
    this.#ring.dropBefore(this.#options.gopCache ? oldestKept : oldestNeeded(this.#stragglers, this.#ring.end));
  }

  #makeHome(): CursorHome & { isEnded: boolean } {
    return {
      ring: this.#ring,
      clock: this.#clock,
      isEnded: false,
      pack: this.#pack,
      keepsUp: (cursor) => this.#stragglers.delete(cursor),
      fallsBack: (cursor) => this.#stragglers.add(cursor),
      moved: () => this.#releaseSource(),
      remove: (cursor) => {
        this.#cursors.delete(cursor);
        this.#stragglers.delete(cursor);
        this.#losslessCursors.delete(cursor);
        this.#releaseSource();
      },
      bound: (cursor) => {
        if (cursor.isLossless) this.#losslessCursors.add(cursor);
        else this.#losslessCursors.delete(cursor);
        this.#releaseSource();
      },
      sinkFailed: (error, sink) => this.#reportSinkError(error, sink),
    };
  }

  #releaseSource(): void {
    if (this.#waitForRoom.length === 0 || !this.hasRoom) return;
    this.#patience.end();
    const waiting = this.#waitForRoom;
    this.#waitForRoom = [];
    for (const release of waiting) {
      release();
    }
  }

  #reportSinkError(error: unknown, sink: Sink): void {
    if (this.#options.onSinkError !== undefined) {
      this.#options.onSinkError(error, sink);
      return;
    }
    this.#clock.atEndOfTurn(() => {
      throw error;
    });
  }
}

/** The oldest burst that one of these still has to get, if that is older than `otherwise`. */
function oldestNeeded(cursors: Iterable<Cursor>, otherwise: number): number {
  let oldest = otherwise;
  for (const cursor of cursors) {
    oldest = Math.min(oldest, cursor.oldestNeeded);
  }
  return oldest;
}
