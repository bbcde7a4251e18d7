import type { Clock } from './clock.js';

/**
 * Whether somebody takes less than comes. To be far behind in media time is not enough: a source may send faster than in real time, or
 * leave a gap, and who joins begins with what is there. To be behind for that long is.
 */
export class Slowness {
  readonly #clock: Clock;
  readonly #fromMs: number;
  #behindSinceMs: number;

  /** @param fromMs slow is who is farther behind than this, for longer than this */
  constructor(clock: Clock, fromMs: number) {
    this.#clock = clock;
    this.#fromMs = fromMs;
    this.#behindSinceMs = clock.nowMs();
  }

  /** Up to now it has had everything, or it begins anew. */
  fallsBehind(): void {
    this.#behindSinceMs = this.#clock.nowMs();
  }

  /** @param queueMs how much media waits for it */
  isSlow(queueMs: number): boolean {
    return queueMs > this.#fromMs && this.#clock.nowMs() - this.#behindSinceMs > this.#fromMs;
  }
}
