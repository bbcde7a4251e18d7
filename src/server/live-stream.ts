import { Broadcast } from '../flow/broadcast.js';
import { MetadataNews } from '../flow/metadata-news.js';
import { Splicer } from '../flow/splicer.js';
import { LONGEST_TIMER_MS } from '../longest-timer.js';
import type { MediaTag } from '../media/tag.js';

/** Media time that is held for players who are behind; the newest GOP is held whatever its length. */
const MAX_HELD_MS = 10_000;
/** The same when memory is short: the newest GOP alone. */
const SHORT_HELD_MS = 0;

/** Which stream, as everybody who publishes or plays it names it. */
export interface StreamId {
  readonly app: string;
  readonly streamName: string;
}

export interface LiveStreamOptions {
  readonly gopCache: boolean;
  readonly maxBytes: number;
  /** How long media may gather before it leaves for many players at once. */
  readonly maxLatencyMs: number;
  /** How long players are kept while no publisher is there. */
  readonly graceMs: number;
  /** The stream is over: nobody finds it any more. Its players may still be on their way to its end. */
  readonly onOver: () => void;
  /** A sink has failed, which is a fault of ours; it has been removed. */
  readonly onSinkError: (error: unknown) => void;
}

/** One live stream: at most one publisher, its broadcast, and a time of grace when the publisher goes away. */
export class LiveStream {
  readonly id: StreamId;
  readonly broadcast: Broadcast;
  readonly #options: LiveStreamOptions;
  /** Keeps one timeline for the players when publishers follow one another. */
  readonly #splicer = new Splicer();
  readonly #news = new MetadataNews();
  #isOver = false;
  #grace: NodeJS.Timeout | undefined;
  /** Takes it away from its publisher; `undefined` without one. */
  #revoke: (() => void) | undefined;

  constructor(id: StreamId, options: LiveStreamOptions) {
    this.id = id;
    this.#options = options;
    this.broadcast = new Broadcast({
      maxBytes: options.maxBytes,
      maxDurationMs: MAX_HELD_MS,
      gopCache: options.gopCache,
      maxBurstMs: options.maxLatencyMs,
      onSinkError: (error, sink) => {
        sink.cutOff?.();
        options.onSinkError(error);
      },
    });
  }

  /** Memory of what it holds. */
  get heldBytes(): number {
    return this.broadcast.stats.memoryBytes + this.#splicer.heldBytes;
  }

  /** How long media gathers now before it leaves. */
  get latencyMs(): number {
    return this.broadcast.burstLengthMs;
  }

  /** Whether it is over and everybody has got its end. */
  get isGone(): boolean {
    return this.#isOver && this.broadcast.stats.subscribers === 0;
  }

  get isPublished(): boolean {
    return this.#revoke !== undefined;
  }

  /**
   * A publisher takes the stream, maybe again.
   *
   * @param revoke called when the stream is taken away from it
   */
  takeOver(revoke: () => void): void {
    clearTimeout(this.#grace);
    this.#revoke = revoke;
    this.#pass(this.#splicer.beginPiece());
  }

  append(tags: readonly MediaTag[]): void {
    this.#pass(this.#splicer.splice(tags));
  }

  set isMemoryShort(isShort: boolean) {
    this.broadcast.maxDurationMs = isShort ? SHORT_HELD_MS : MAX_HELD_MS;
  }

  /** Ends the stream at once, for its publisher and its players. */
  giveUp(): void {
    const revoke = this.#revoke;
    this.finish();
    revoke?.();
    this.broadcast.abandon();
  }

  /** The publisher ended the stream on purpose. */
  finish(): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    this.#revoke = undefined;
    clearTimeout(this.#grace);
    this.#pass(this.#splicer.end());
    this.broadcast.end();
    this.#options.onOver();
  }

  /** The publisher was lost: it may come back. */
  lose(): void {
    if (this.#isOver) {
      return;
    }
    this.#revoke = undefined;
    this.#grace = setTimeout(() => this.finish(), Math.min(this.#options.graceMs, LONGEST_TIMER_MS));
  }

  #pass(tags: readonly MediaTag[]): void {
    this.broadcast.append(this.#news.of(tags));
  }
}
