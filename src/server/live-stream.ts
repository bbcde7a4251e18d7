import { Broadcast } from '../flow/broadcast.js';
import { Splicer } from '../flow/splice.js';
import type { MediaTag } from '../media/tag.js';

/** Media time that is held for players who are behind; the newest GOP is held whatever its length. */
const MAX_HELD_MS = 10_000;

/** Which stream, as everybody who publishes or plays it names it. */
export interface StreamId {
  readonly app: string;
  readonly streamName: string;
}

export interface LiveStreamOptions {
  readonly gopCache: boolean;
  readonly maxBytes: number;
  /** How long players are kept while no publisher is there. */
  readonly graceMs: number;
  /** The stream is over: forget it. */
  readonly onOver: () => void;
}

/** One live stream: at most one publisher, its broadcast, and a time of grace when the publisher goes away. */
export class LiveStream {
  readonly id: StreamId;
  readonly broadcast: Broadcast;
  readonly #options: LiveStreamOptions;
  /** Keeps one timeline for the players when publishers follow one another. */
  readonly #splicer = new Splicer();
  #hasPublisher = false;
  #isOver = false;
  #grace: NodeJS.Timeout | undefined;

  constructor(id: StreamId, options: LiveStreamOptions) {
    this.id = id;
    this.#options = options;
    this.broadcast = new Broadcast({
      maxBytes: options.maxBytes,
      maxDurationMs: MAX_HELD_MS,
      gopCache: options.gopCache,
    });
  }

  get isPublished(): boolean {
    return this.#hasPublisher;
  }

  /** A publisher takes the stream, maybe again. */
  takeOver(): void {
    clearTimeout(this.#grace);
    this.#hasPublisher = true;
    this.#splicer.beginPiece();
  }

  append(tags: readonly MediaTag[]): void {
    this.broadcast.append(this.#splicer.splice(tags));
  }

  /** The publisher ended the stream on purpose. */
  finish(): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    this.#hasPublisher = false;
    clearTimeout(this.#grace);
    this.broadcast.end();
    this.#options.onOver();
  }

  /** The publisher was lost: it may come back. */
  lose(): void {
    if (this.#isOver) {
      return;
    }
    this.#hasPublisher = false;
    this.#grace = setTimeout(() => this.finish(), this.#options.graceMs);
  }
}
