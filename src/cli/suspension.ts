/** What shows something that moves or takes the whole terminal, and makes room for the shell while we are stopped. */
export interface Suspendable {
  /** Leaves the terminal as a shell wants it, at once. */
  suspend(): void;
  /** Shows what was there before. */
  resume(): void;
}

/** Lets the process be stopped and go on, as Ctrl-Z and `fg` do it, without a terminal in disorder. */
export class Suspension {
  readonly #systemMs: () => number;
  #shown: Suspendable | undefined;
  #stoppedMs = 0;

  /** @param systemMs a clock that goes on while the process is stopped, and never back */
  constructor(systemMs = () => performance.now()) {
    this.#systemMs = systemMs;
  }

  /** Milliseconds that only go forward, and not while the process is stopped. */
  get nowMs(): number {
    return this.#systemMs() - this.#stoppedMs;
  }

  /** From now on this is what has to make room. */
  watch(shown: Suspendable): void {
    this.#shown = shown;
  }

  /** @param stop stops the process, and returns when it goes on */
  during(stop: () => void): void {
    const shown = this.#shown;
    shown?.suspend();
    const sinceMs = this.#systemMs();
    stop();
    this.#stoppedMs += this.#systemMs() - sinceMs;
    shown?.resume();
  }
}
