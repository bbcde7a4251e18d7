/** Time as `flow/` sees it. Tests put their own in place, so that none of them sleeps. */
export interface Clock {
  /** Milliseconds that only go forward; where they count from does not matter. */
  nowMs(): number;
  /** Runs once everything that the current turn of the event loop had to read has been handled. */
  atEndOfTurn(run: () => void): void;
  /** Runs after `delayMs`, at most `LONGEST_TIMER_MS`. Gives back a function that prevents it. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  atEndOfTurn: (run) => {
    setImmediate(run);
  },
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
