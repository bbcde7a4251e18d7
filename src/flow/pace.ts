import type { MediaTag } from '../media/tag.js';
import { type Clock, systemClock } from './clock.js';

/** What is due so soon leaves together: fewer wake-ups, and timers are no more exact than that. */
const TOGETHER_MS = 5;
/** Tags may stand a little before the former ones (interleaving). Farther back, the stream's clock was set anew. */
const MAX_STEP_BACK_MS = 1000;
/** Longer waits are made of several: what `setTimeout` takes ends at 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 30;

export interface PaceOptions {
  /** 1: real time; 2: twice as fast; 0: no pacing. */
  readonly speed: number;
  /** Ends the stream early, without an error, at once wherever it waits. */
  readonly signal?: AbortSignal;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/**
 * Releases tags in their own time, the first one at once. When a tag is due is reckoned from the first one, so that neither
 * late timers nor a slow consumer add up. Gaps are waited for as long as they are; a jump backward is not waited for and
 * counts as a new beginning.
 */
export async function* pace(
  source: AsyncIterable<readonly MediaTag[]>,
  options: PaceOptions,
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  const { speed, signal, clock = systemClock } = options;
  const schedule = new Schedule(speed);
  for await (const tags of untilAborted(source, signal)) {
    let from = 0;
    while (from < tags.length) {
      const nowMs = clock.nowMs();
      const to = schedule.countDue(tags, from, nowMs);
      if (to > from) {
        yield to - from === tags.length ? tags : tags.slice(from, to);
        from = to;
      } else {
        await sleep(schedule.waitMs(nowMs), clock, signal);
      }
      if (signal?.aborted) return;
    }
  }
}

/** When tags are due. */
class Schedule {
  readonly #speed: number;
  /** The clock's reading at which media time 0 was due. */
  #zeroMs: number | undefined;
  #newestMs = 0;
  #nextDueMs = 0;

  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Index of the first tag from `from` on that is not due yet. */
  countDue(tags: readonly MediaTag[], from: number, nowMs: number): number {
    if (this.#speed === 0) return tags.length;
    for (let i = from; i < tags.length; i++) {
      const tag = tags[i];
      if (tag !== undefined && !this.#isDue(tag.timestampMs, nowMs)) return i;
    }
    return tags.length;
  }

  /** Until the tag that was found not to be due. */
  waitMs(nowMs: number): number {
    return this.#nextDueMs - nowMs;
  }

  #isDue(timestampMs: number, nowMs: number): boolean {
    const isNewBeginning = this.#zeroMs === undefined || timestampMs < this.#newestMs - MAX_STEP_BACK_MS;
    if (isNewBeginning) {
      this.#newestMs = timestampMs;
    }
    this.#newestMs = Math.max(this.#newestMs, timestampMs);
    if (this.#zeroMs === undefined || isNewBeginning) {
      this.#zeroMs = nowMs - timestampMs / this.#speed;
    }
    this.#nextDueMs = this.#zeroMs + timestampMs / this.#speed;
    return this.#nextDueMs <= nowMs + TOGETHER_MS;
  }
}

/** Ends when aborted, even while the source has nothing; what the source gives after that is lost. */
async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let state: 'between' | 'waiting' | 'done' = 'between';
  try {
    while (!signal?.aborted) {
      state = 'waiting';
      const next = await orAborted(iterator.next(), signal);
      if (next === undefined) return;
      state = next.done === true ? 'done' : 'between';
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    if (state === 'between') {
      await iterator.return?.();
    } else if (state === 'waiting') {
      // A source that hangs closes when it comes to itself. What it complains about then, nobody has asked for.
      iterator.return?.().catch(() => {});
    }
  }
}

/** The promise's value, or `undefined` when aborted before. Leaves no listener behind, however many tags go by. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function sleep(delayMs: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(Math.min(delayMs, LONGEST_TIMER_MS), wake);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
