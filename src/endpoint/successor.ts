import { AbortBranch } from '../net/abort-branch.js';
import { Redial, type RedialOptions } from './redial.js';

export interface SuccessorOptions<T> extends Pick<RedialOptions, 'retry' | 'signal' | 'clock' | 'random'> {
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** Closes one that is not wanted any more. */
  readonly close: (unwanted: T) => void;
}

/** The connection that takes over from one which the server wants us to leave: opened before the other one is closed. */
export class Successor<T> {
  readonly #options: SuccessorOptions<T>;
  #search: Search<T> | undefined;

  constructor(options: SuccessorOptions<T>) {
    this.#options = options;
  }

  /** Begins to open it. While it is at that, nothing changes. */
  begin(): void {
    this.#search ??= new Search(this.#options);
  }

  /** Whether it was begun. */
  get isWanted(): boolean {
    return this.#search !== undefined;
  }

  /** `undefined` before it is open. */
  get ready(): T | undefined {
    return this.#search?.found;
  }

  /** Hands it over, if it is open. */
  takeReady(): T | undefined {
    const ready = this.ready;
    if (ready !== undefined) this.#search = undefined;
    return ready;
  }

  /** The other connection is over: the same, after the attempt that is under way. */
  async take(): Promise<T | undefined> {
    await this.#search?.finish();
    const ready = this.takeReady();
    this.#search = undefined;
    return ready;
  }

  /** It is not wanted any more. */
  cancel(): void {
    this.#search?.cancel();
    this.#search = undefined;
  }
}

/** The attempts to open one successor. */
class Search<T> {
  readonly #options: SuccessorOptions<T>;
  readonly #branch: AbortBranch;
  readonly #over: Promise<void>;
  #isTrying = false;
  #isLastAttempt = false;
  #isUnwanted = false;
  found: T | undefined;

  constructor(options: SuccessorOptions<T>) {
    this.#options = options;
    this.#branch = new AbortBranch(options.signal);
    this.#over = this.#run();
  }

  async finish(): Promise<void> {
    this.#isLastAttempt = true;
    if (!this.#isTrying) this.#branch.abort();
    await this.#over;
  }

  cancel(): void {
    this.#isUnwanted = true;
    this.#branch.abort();
    if (this.found !== undefined) this.#options.close(this.found);
  }

  async #run(): Promise<void> {
    const { retry } = this.#options;
    const { signal } = this.#branch;
    const redial = new Redial(() => this.#attempt(signal), {
      ...this.#options,
      retry: { ...retry, attempts: Number.POSITIVE_INFINITY }, // the one that is to be left still runs meanwhile
      onRetry: () => {}, // nothing is lost yet
      signal,
    });
    try {
      const opened = await redial.open();
      if (this.#isUnwanted) this.#options.close(opened);
      else this.found = opened;
    } catch {
      // The connection that is there goes on as long as it can, and then is made anew.
    } finally {
      this.#branch.release();
    }
  }

  async #attempt(signal: AbortSignal): Promise<T> {
    this.#isTrying = true;
    try {
      return await this.#options.open(signal);
    } finally {
      this.#isTrying = false;
      if (this.#isLastAttempt) this.#branch.abort();
    }
  }
}
