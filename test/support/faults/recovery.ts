import { eventually } from '../eventually.js';

const LOOKS_EVERY_MS = 5;

/** How long it takes from the end of a fault until something comes out again. */
export class Recovery {
  readonly #looks: NodeJS.Timeout;
  #tookMs: number | undefined;

  /** Counts from now on. @param receivedTags how many have come out */
  constructor(receivedTags: () => number) {
    const [liftedMs, before] = [performance.now(), receivedTags()];
    this.#looks = setInterval(() => {
      if (receivedTags() === before) return;
      this.#tookMs = performance.now() - liftedMs;
      this.stop();
    }, LOOKS_EVERY_MS);
  }

  async tookMs(): Promise<number> {
    await eventually('something comes again', () => this.#tookMs !== undefined);
    return this.#tookMs ?? Number.NaN;
  }

  stop(): void {
    clearInterval(this.#looks);
  }
}
