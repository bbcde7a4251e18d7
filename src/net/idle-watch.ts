import { LONGEST_TIMER_MS } from './deadline.js';

/** How late it may be told that nothing moves: one part in so many. */
const MAX_LOOKS = 8;
/** More often than that is not worth a timer. */
const SHORTEST_LOOK_MS = 250;
/** Looks that are farther apart than this, in looks, have something that moved between them. */
const LARGEST_STEP = 1.5;

/** What is needed of a socket. */
export interface TimedSocket {
  setTimeout(timeoutMs: number): unknown;
  on(event: 'timeout', listener: () => void): unknown;
}

/**
 * Tells when nothing has come or gone on a socket for so long.
 *
 * The socket's own timer would be late by up to all of that time for a peer that stops reading: what the system has taken of
 * a write, however long ago, it notices only when it goes off, and then it starts again without a word. So it is asked several
 * times, and what it keeps to itself shows by when it answers.
 */
export class IdleWatch {
  readonly #socket: TimedSocket;
  readonly #onIdle: () => void;
  readonly #nowMs: () => number;
  #idleMs = 0;
  #looks = 1;
  /** Looks one after the other in which nothing had moved. */
  #quietLooks = 0;
  #lookedMs = 0;

  constructor(socket: TimedSocket, onIdle: () => void, nowMs = () => performance.now()) {
    this.#socket = socket;
    this.#onIdle = onIdle;
    this.#nowMs = nowMs;
    socket.on('timeout', () => this.#look());
  }

  get idleMs(): number {
    return this.#idleMs;
  }

  /** Begins anew: it is told once, after this time; 0 never. */
  set idleMs(idleMs: number) {
    this.#idleMs = Math.min(idleMs, LONGEST_TIMER_MS);
    this.#looks = Math.min(Math.max(Math.floor(this.#idleMs / SHORTEST_LOOK_MS), 1), MAX_LOOKS);
    this.#quietLooks = 0;
    this.#lookLater();
  }

  /** Bytes have come, or all of a write has gone. */
  moved(): void {
    this.#quietLooks = 0;
  }

  #look(): void {
    const isNext = this.#nowMs() - this.#lookedMs < LARGEST_STEP * this.#lookMs;
    this.#quietLooks = isNext ? this.#quietLooks + 1 : 1;
    if (this.#quietLooks < this.#looks) {
      this.#lookLater();
    } else {
      this.#onIdle();
    }
  }

  #lookLater(): void {
    this.#lookedMs = this.#nowMs();
    this.#socket.setTimeout(this.#lookMs);
  }

  get #lookMs(): number {
    return this.#idleMs / this.#looks;
  }
}
