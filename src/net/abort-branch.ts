/**
 * A signal that aborts with its parent, for the same reason, or by itself, until its owner releases it: then the parent knows
 * nothing of it any more.
 *
 * It is for what its parent outlives many times over, as a relay does its attempts to connect. A signal of `AbortSignal.any`
 * cannot be released: the parent keeps an entry for each as long as it lives (nodejs/node#55351, #64476).
 */
export class AbortBranch {
  readonly #parent: AbortSignal;
  readonly #controller = new AbortController();
  readonly #onAbort = (): void => this.#controller.abort(this.#parent.reason);

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    if (parent.aborted) this.#onAbort();
    else parent.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts it, and releases it. */
  abort(reason?: unknown): void {
    this.release();
    this.#controller.abort(reason);
  }

  /** From now on it has nothing to do with its parent. */
  release(): void {
    this.#parent.removeEventListener('abort', this.#onAbort);
  }
}
