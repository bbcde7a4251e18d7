import type { MediaTag } from '../media/tag.js';
import { Bell } from './bell.js';

/** What the queue asks of the one who fills it. */
export interface TagQueueOwner {
  /** More waits than should: stop filling. */
  onFull(): void;
  /** There is room again. */
  onRoom(): void;
  /** Nobody takes any more. */
  onLeft(): void;
}

const FULL_BYTES = 1024 * 1024;

/** The objects around a body: many tiny tags cost memory too. */
const TAG_OVERHEAD_BYTES = 256;

/**
 * Brings tags that are pushed (by a socket) to one that pulls (a `for await` loop). Bounded by what the owner does at
 * `onFull`; what was pushed is always delivered before the end or the failure is.
 */
export class TagQueue implements AsyncIterable<readonly MediaTag[]> {
  readonly #owner: TagQueueOwner;
  #waiting: MediaTag[] = [];
  #waitingBytes = 0;
  #isFull = false;
  #end: { readonly error?: unknown } | undefined;
  readonly #news = new Bell();

  constructor(owner: TagQueueOwner) {
    this.#owner = owner;
  }

  /** After the end it has no effect. */
  push(tags: readonly MediaTag[]): void {
    if (this.#end !== undefined) {
      return;
    }
    for (const tag of tags) {
      this.#waiting.push(tag);
      this.#waitingBytes += tag.body.length + TAG_OVERHEAD_BYTES;
    }
    if (this.#waitingBytes > FULL_BYTES && !this.#isFull) {
      this.#isFull = true;
      this.#owner.onFull();
    }
    this.#news.ring();
  }

  end(): void {
    this.#end ??= {};
    this.#news.ring();
  }

  fail(error: unknown): void {
    this.#end ??= { error };
    this.#news.ring();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly MediaTag[]> {
    try {
      for (;;) {
        if (this.#waiting.length > 0) {
          yield this.#take();
        } else if (this.#end === undefined) {
          await this.#news.next();
        } else if (this.#end.error === undefined) {
          return;
        } else {
          throw this.#end.error;
        }
      }
    } finally {
      this.#owner.onLeft();
    }
  }

  #take(): readonly MediaTag[] {
    const tags = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#isFull) {
      this.#isFull = false;
      this.#owner.onRoom();
    }
    return tags;
  }
}
