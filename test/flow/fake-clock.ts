import type { Clock } from '../../src/flow/clock.js';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until the test moves it, and then runs what is due in order. */
export class FakeClock implements Clock {
  #nowMs = 1_000_000;
  #turn: (() => void)[] = [];
  #timers: Timer[] = [];
  #order = 0;
  /** How often `after` was called. */
  timerCount = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  atEndOfTurn(run: () => void): void {
    this.#turn.push(run);
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, order: this.#order++, run };
    this.timerCount++;
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** When the next timer is due, from now. */
  get nextDelayMs(): number | undefined {
    return this.#timers.length === 0 ? undefined : Math.min(...this.#timers.map((t) => t.atMs)) - this.#nowMs;
  }

  /** One turn of the event loop: what is asked for meanwhile runs in the next one. */
  endTurn(): void {
    const turn = this.#turn;
    this.#turn = [];
    for (const run of turn) {
      run();
    }
  }

  /** Turns until nothing is left to do now. */
  settle(): void {
    while (this.#turn.length > 0) {
      this.endTurn();
    }
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      this.settle();
      const due = this.#timers.filter((t) => t.atMs <= endMs).sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.run();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  /** Time in which nothing else can run: somebody is busy. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }
}
