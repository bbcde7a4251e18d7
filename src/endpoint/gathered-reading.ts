import type { Beat } from '../flow/beat.js';

/** Whoever gets more than this from one beat to the next is read at once: his wait would be for the memory of his socket. */
const MUCH_BYTES = 64 * 1024;

export interface GatheredReadingOptions {
  readonly beat: Beat;
  /** What has come on the connection so far. */
  readonly receivedBytes: () => number;
  /** Nothing is to be read for now, or again. */
  readonly onRest: (isResting: boolean) => void;
}

/**
 * Reads a connection at a beat, instead of whenever something comes. What a stream costs a process is mostly how often it
 * wakes up for it: for each read, and for each write that follows from it.
 */
export class GatheredReading {
  readonly #options: GatheredReadingOptions;
  /** At the last look. */
  #receivedBytes = 0;
  #isWaiting = false;

  constructor(options: GatheredReadingOptions) {
    this.#options = options;
  }

  /** Something has come. What else is there is read in this turn of the event loop, too. */
  came(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#options.beat.atEndOfTurn(this.#rest);
  }

  readonly #rest = (): void => {
    const { beat, receivedBytes, onRest } = this.#options;
    const newBytes = receivedBytes() - this.#receivedBytes;
    this.#receivedBytes += newBytes;
    if (newBytes > MUCH_BYTES) {
      this.#isWaiting = false;
    } else {
      onRest(true);
      beat.next(this.#goOn);
    }
  };

  readonly #goOn = (): void => {
    this.#isWaiting = false;
    this.#options.onRest(false);
  };
}
