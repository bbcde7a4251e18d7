/** How late it may be told: one part in so many. */
const LOOKS = 8;

/**
 * Tells once when what is waited for does not come for so long, never early and at most an eighth late. It counts looks, not
 * time: all those that a process misses while it is stopped are one.
 */
export class SilenceWatch {
  readonly #onSilence: () => void;
  readonly #timer: NodeJS.Timeout;
  #isAwaited = false;
  /** Something came, or was first waited for, since the last look. */
  #hasNews = true;
  #quietLooks = 0;

  constructor(silenceMs: number, onSilence: () => void) {
    this.#onSilence = onSilence;
    this.#timer = setInterval(() => this.#look(), silenceMs / LOOKS).unref();
  }

  /** Waits for this; nobody else may wait meanwhile. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#isAwaited = true;
    this.#hasNews = true;
    try {
      return await work;
    } finally {
      this.#isAwaited = false;
    }
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#quietLooks = this.#hasNews || !this.#isAwaited ? 0 : this.#quietLooks + 1;
    this.#hasNews = false;
    if (this.#quietLooks < LOOKS) return;
    this.end();
    this.#onSilence();
  }
}
