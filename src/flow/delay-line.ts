import type { MediaTag } from '../media/tag.js';
import type { Clock } from './clock.js';

/** What media that is sent on later may take of the memory, where nobody says otherwise. */
export const DEFAULT_MAX_DELAY_BYTES = 512 * 1024 * 1024;
/** The objects around a body: many tiny tags cost memory too. */
const TAG_OVERHEAD_BYTES = 256;
/** Closed up when so many places at the front are empty. */
const MOST_EMPTY = 1_024;

export interface DelayLineOptions {
  readonly delayMs: number;
  /** What it may hold at most: bodies and about what holds them. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly onTags: (tags: readonly MediaTag[]) => void;
  /** More came than it may hold: it has let go of everything, and takes nothing any more. */
  readonly onOverflow: () => void;
}

interface Held {
  readonly tags: readonly MediaTag[];
  readonly sizeBytes: number;
  readonly dueMs: number;
}

/** Passes tags on later, each by the same time. It owns at most one timer, until `stop`. */
export class DelayLine {
  readonly #options: DelayLineOptions;
  #held: (Held | undefined)[] = [];
  #head = 0;
  #heldBytes = 0;
  #cancelTimer: (() => void) | undefined;
  #isOver = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: DelayLineOptions) {
    this.#options = options;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  push(tags: readonly MediaTag[]): void {
    if (this.#isOver || tags.length === 0) return;
    const { delayMs, maxBytes, clock } = this.#options;
    const sizeBytes = tags.reduce((sum, { body }) => sum + body.length + TAG_OVERHEAD_BYTES, 0);
    this.#held.push({ tags, sizeBytes, dueMs: clock.nowMs() + delayMs });
    this.#heldBytes += sizeBytes;
    if (this.#heldBytes > maxBytes) {
      this.stop();
      this.#options.onOverflow();
    } else {
      this.#cancelTimer ??= clock.after(delayMs, this.#release);
    }
  }

  /** Calls back as soon as it holds nothing: at once, if that is so now. */
  onceEmpty(run: () => void): void {
    if (this.#heldBytes === 0) run();
    else this.#onEmpty = run;
  }

  /** Lets go of everything, and takes nothing any more. */
  stop(): void {
    this.#isOver = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#held = [];
    this.#head = 0;
    this.#heldBytes = 0;
  }

  readonly #release = (): void => {
    this.#cancelTimer = undefined;
    const { clock, onTags } = this.#options;
    const nowMs = clock.nowMs();
    for (let next = this.#held[this.#head]; next !== undefined && next.dueMs <= nowMs; next = this.#held[this.#head]) {
      this.#held[this.#head++] = undefined;
      this.#heldBytes -= next.sizeBytes;
      onTags(next.tags);
    }
    this.#closeUp();
    const next = this.#held[this.#head];
    if (next === undefined) this.#onEmpty?.();
    else this.#cancelTimer = clock.after(Math.max(next.dueMs - clock.nowMs(), 0), this.#release);
  };

  #closeUp(): void {
    if (this.#head === this.#held.length || this.#head > MOST_EMPTY) {
      this.#held.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
