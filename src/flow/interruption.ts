/**
 * Lets one loop wait for this or for that, but never longer than a signal allows. It listens to the signal once, however
 * many waits there are: `Promise.race` with one long-lived promise would keep every loser in memory until the end.
 */
export class Interruption {
  readonly #signal: AbortSignal;
  #wake: (result: undefined) => void = () => {};
  readonly #onAbort = (): void => this.#wake(undefined);

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
      // Not a closure around it: with one, V8 found every result in use until the next full garbage collection.
      this.#wake = resolve;
      work.then(resolve, reject);
      if (this.#signal.aborted) {
        resolve(undefined);
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
