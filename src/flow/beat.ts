import { type Clock, systemClock } from './clock.js';

/**
 * A beat that many streams of a process have in common: whatever they put off happens together, at the next one. It owns a timer
 * only while something waits, until `stop`.
 */
export class Beat {
  readonly #everyMs: number;
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor(everyMs: number, clock: Clock = systemClock) {
    this.#everyMs = everyMs;
    this.#clock = clock;
  }

  /** Runs this at the next beat, which is at most one beat away. */
  next(run: () => void): void {
    this.#waiting.push(run);
    this.#cancelTimer ??= this.#clock.after(this.#everyMs, this.#strike);
  }

  /** What comes at the end of the present turn of the event loop belongs to this beat. */
  atEndOfTurn(run: () => void): void {
    this.#clock.atEndOfTurn(run);
  }

  /** Whoever waits, waits in vain. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#waiting = [];
  }

  readonly #strike = (): void => {
    this.#cancelTimer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  };
}
