import type { RtmpkitError } from '../errors.js';

/** Timers of Node count in 31 bits of milliseconds, and go off at once beyond that. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A signal that aborts when the parent does (with the parent's reason) or when the time is up (with the error made then).
 * The owner calls `clear` when the work is done.
 */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;

  constructor(timeoutMs: number, parent: AbortSignal, makeError: () => RtmpkitError) {
    const controller = new AbortController();
    this.#timer = setTimeout(() => controller.abort(makeError()), Math.min(timeoutMs, LONGEST_TIMER_MS));
    this.signal = AbortSignal.any([parent, controller.signal]);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
