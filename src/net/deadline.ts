import type { RtmpkitError } from '../errors.js';

/**
 * A signal that aborts when the parent does (with the parent's reason) or when the time is up (with the error made then).
 * The owner calls `clear` when the work is done.
 */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;

  constructor(timeoutMs: number, parent: AbortSignal, makeError: () => RtmpkitError) {
    const controller = new AbortController();
    this.#timer = setTimeout(() => controller.abort(makeError()), timeoutMs);
    this.signal = AbortSignal.any([parent, controller.signal]);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
