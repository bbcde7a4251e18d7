import { LONGEST_TIMER_MS } from '../../longest-timer.js';
import type { AnalysisReport } from '../../report.js';

/** Ends the watching, at the latest when the time is up. */
export class WatchLimit {
  readonly #onReached: (why: AnalysisReport['endedBy']) => void;
  #timer: NodeJS.Timeout | undefined;
  #hasMost = false;

  constructor(onReached: (why: AnalysisReport['endedBy']) => void) {
    this.#onReached = onReached;
  }

  /** From now on, in place of what was set before. */
  after(waitMs: number, why: AnalysisReport['endedBy']): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.reached(why), Math.min(waitMs, LONGEST_TIMER_MS));
  }

  /** Counts once, from the first time on. */
  atMost(waitMs: number): void {
    if (this.#hasMost) return;
    this.#hasMost = true;
    this.after(waitMs, 'duration');
  }

  reached(why: AnalysisReport['endedBy']): void {
    this.clear();
    this.#onReached(why);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
