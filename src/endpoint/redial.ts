import { RtmpkitError } from '../errors.js';
import { type Clock, systemClock } from '../flow/clock.js';
import { Interruption } from '../flow/interruption.js';
import { Backoff, type RetryPolicy, type RetryWait } from '../flow/retry.js';

/** A connection was lost, or could not be made, and will be tried again. */
export interface Retry extends RetryWait {
  /** Why. */
  readonly error: RtmpkitError;
}

export interface RedialOptions {
  readonly retry: RetryPolicy;
  /** Told at the beginning of each wait. */
  readonly onRetry: (retry: Retry) => void;
  /** Ends everything with its reason. */
  readonly signal: AbortSignal;
  /** Default: the system's */
  readonly clock?: Clock;
  /** For the jitter: at least 0, less than 1. Default: `Math.random` */
  readonly random?: () => number;
}

/** Opens something until it is open, again and again as the policy allows. */
export class Redial<T> {
  readonly #options: RedialOptions;
  readonly #open: () => Promise<T>;
  readonly #clock: Clock;
  readonly #backoff: Backoff;

  constructor(open: () => Promise<T>, options: RedialOptions) {
    this.#open = open;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#backoff = new Backoff(options.retry, options.random);
  }

  /** @throws the error of the last attempt; the signal's reason when aborted */
  async open(): Promise<T> {
    for (;;) {
      try {
        const opened = await this.#open();
        this.#backoff.succeeded(this.#clock.nowMs());
        return opened;
      } catch (error) {
        await this.#wait(error);
      }
    }
  }

  /**
   * What was open has failed: the same after a wait.
   *
   * @param ranUntilMs until when it was open, whoever had opened it; before all times: never
   * @throws that error when it is not to be tried again
   */
  async reopen(error: unknown, ranUntilMs = this.#clock.nowMs()): Promise<T> {
    this.#backoff.ranUntil(ranUntilMs);
    await this.#wait(error);
    return this.open();
  }

  async #wait(error: unknown): Promise<void> {
    const { signal, onRetry } = this.#options;
    signal.throwIfAborted();
    if (!(error instanceof RtmpkitError)) throw error;
    const wait = this.#backoff.failed(error.code, this.#clock.nowMs());
    if (wait === undefined) throw error;
    onRetry({ ...wait, error });
    await this.#sleep(wait.delayMs);
    signal.throwIfAborted();
  }

  async #sleep(delayMs: number): Promise<void> {
    const interruption = new Interruption(this.#options.signal);
    let cancel = (): void => {};
    const timer = new Promise<void>((resolve) => {
      cancel = this.#clock.after(delayMs, resolve);
    });
    await interruption.wait(timer);
    cancel();
    interruption.dispose();
  }
}
