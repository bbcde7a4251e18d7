import { LONGEST_TIMER_MS } from '../../longest-timer.js';
import type { AnalysisReport } from '../../report.js';

type End = AnalysisReport['endedBy'];

/** Ends the watching, at the latest when the time is up. */
export class WatchLimit {
  readonly #onReached: (why: End) => void;
  readonly #nowMs: () => number;
  #timer: NodeJS.Timeout | undefined;
  #hasMost = false;

  /** @param nowMs the clock that counts; a timer may go off while that stands still */
  constructor(onReached: (why: End) => void, nowMs: () => number) {
    this.#onReached = onReached;
    this.#nowMs = nowMs;
  }

  /** From now on, in place of what was set before. */
  after(waitMs: number, why: End): void {
    this.#waitUntil(this.#nowMs() + waitMs, why);
  }

  /** Counts once, from the first time on. */
  atMost(waitMs: number): void {
    if (this.#hasMost) return;
    this.#hasMost = true;
    this.after(waitMs, 'duration');
  }

  reached(why: End): void {
    this.clear();
    this.#onReached(why);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #waitUntil(untilMs: number, why: End): void {
    this.clear();
    const restMs = Math.ceil(untilMs - this.#nowMs());
    if (restMs <= 0) {
      this.#timer = setTimeout(() => this.reached(why), 0);
    } else {
      this.#timer = setTimeout(() => this.#waitUntil(untilMs, why), Math.min(restMs, LONGEST_TIMER_MS));
    }
  }
}
