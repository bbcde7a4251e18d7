import type { RtmpkitError } from '../errors.js';
import { LONGEST_TIMER_MS } from '../longest-timer.js';
import { AbortBranch } from './abort-branch.js';

/**
 * A signal that aborts when the parent does (with the parent's reason) or when the time is up (with the error made then).
 * The owner calls `clear` when the work is done; after that it does not abort any more.
 */
export class Deadline {
  readonly #branch: AbortBranch;
  readonly #timer: NodeJS.Timeout;

  constructor(timeoutMs: number, parent: AbortSignal, makeError: () => RtmpkitError) {
    this.#branch = new AbortBranch(parent);
    this.#timer = setTimeout(() => this.#branch.abort(makeError()), Math.min(timeoutMs, LONGEST_TIMER_MS));
  }

  get signal(): AbortSignal {
    return this.#branch.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#branch.release();
  }
}
