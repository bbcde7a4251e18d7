import { LONGEST_TIMER_MS } from '../longest-timer.js';

/** How late it may be told that nothing moves: one part in so many. */
const LOOKS = 8;

/** What is needed of a socket: counts that change with whatever moves. */
export interface CountingSocket {
  readonly bytesRead: number;
  /** All that was written to it, and what of that the system has not taken. */
  readonly bytesWritten: number;
  readonly writableLength: number;
}

/**
 * Tells when nothing has come or gone on a socket for so long, never early and at most an eighth late.
 *
 * It looks at the socket's counts now and then. The socket's own timer costs something at every read and write instead, and
 * is late by up to all of its time for a peer that stops reading, since it counts from when it last saw the system take a
 * part of a write, not from when that was.
 */
export class IdleWatch {
  readonly #socket: CountingSocket;
  readonly #onIdle: () => void;
  #idleMs = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Looks one after the other in which nothing had moved. */
  #quietLooks = 0;
  #receivedBytes = 0;
  #goneBytes = 0;

  constructor(socket: CountingSocket, onIdle: () => void) {
    this.#socket = socket;
    this.#onIdle = onIdle;
  }

  get idleMs(): number {
    return this.#idleMs;
  }

  /** Begins anew: it is told once, after this time; 0 never. */
  set idleMs(idleMs: number) {
    this.#idleMs = Math.min(idleMs, LONGEST_TIMER_MS);
    clearInterval(this.#timer);
    this.#hasMoved();
    this.#quietLooks = 0;
    if (idleMs > 0) {
      this.#timer = setInterval(() => this.#look(), this.#idleMs / LOOKS).unref();
    }
  }

  /** Begins anew with the same time. */
  restart(): void {
    this.idleMs = this.#idleMs;
  }

  #look(): void {
    this.#quietLooks = this.#hasMoved() ? 0 : this.#quietLooks + 1;
    if (this.#quietLooks === LOOKS) {
      clearInterval(this.#timer);
      this.#onIdle();
    }
  }

  /** Since the last look. */
  #hasMoved(): boolean {
    const { bytesRead, bytesWritten, writableLength } = this.#socket;
    const goneBytes = bytesWritten - writableLength;
    const hasMoved = bytesRead !== this.#receivedBytes || goneBytes !== this.#goneBytes;
    this.#receivedBytes = bytesRead;
    this.#goneBytes = goneBytes;
    return hasMoved;
  }
}
