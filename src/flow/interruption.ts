/**
 * Lets one loop wait for this or for that, but never longer than a signal allows. It listens to the signal once, however
 * many waits there are: `Promise.race` with one long-lived promise would keep every loser in memory until the end.
 */
export class Interruption {
  readonly #signal: AbortSignal;
  #wake = (): void => {};
  readonly #onAbort = (): void => this.#wake();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort);
  }

  get isAborted(): boolean {
    return this.#signal.aborted;
  }

  /** The result of the work; `undefined` as soon as the signal aborts. One wait at a time. */
  wait<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined);
      work.then(resolve, reject);
      if (this.#signal.aborted) {
        this.#wake();
      }
    });
  }

  dispose(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}

/** Closes a source. One that is stuck in a read cannot be waited for: whoever aborted also ends what it reads from. */
export async function closeSource(source: AsyncIterator<unknown>, signal: AbortSignal): Promise<void> {
  const closing = source.return?.();
  if (signal.aborted) {
    closing?.catch(() => {});
  } else {
    await closing;
  }
}
