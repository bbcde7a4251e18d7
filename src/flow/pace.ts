import { LONGEST_TIMER_MS } from '../longest-timer.js';
import type { MediaTag } from '../media/tag.js';
import { type Clock, systemClock } from './clock.js';
import { closeSource, Interruption } from './interruption.js';

/** What is due so soon leaves together: fewer wake-ups, and timers are no more exact than that. */
const TOGETHER_MS = 5;
/** Tags may stand a little before the former ones (interleaving). Farther back, the stream's clock was set anew. */
const MAX_STEP_BACK_MS = 1000;

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
  const { speed, signal = new AbortController().signal, clock = systemClock } = options;
  const schedule = new Schedule(speed);
  const interruption = new Interruption(signal);
  const iterator = source[Symbol.asyncIterator]();
  try {
    while (!signal.aborted) {
      const next = await interruption.wait(iterator.next());
      if (next === undefined || next.done === true) return;
      yield* release(next.value, schedule, clock, interruption);
    }
  } finally {
    interruption.dispose();
    await closeSource(iterator, signal);
  }
}

/** Gives the tags one group after the other, each when it is due. */
async function* release(
  tags: readonly MediaTag[],
  schedule: Schedule,
  clock: Clock,
  interruption: Interruption,
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  let from = 0;
  while (from < tags.length && !interruption.isAborted) {
    const nowMs = clock.nowMs();
    const to = schedule.countDue(tags, from, nowMs);
    if (to > from) {
      yield to - from === tags.length ? tags : tags.slice(from, to);
      from = to;
    } else {
      await sleep(schedule.waitMs(nowMs), clock, interruption);
    }
  }
}

/** Longer waits than a timer can are made of several: whoever waits looks again. */
async function sleep(delayMs: number, clock: Clock, interruption: Interruption): Promise<void> {
  let cancel = () => {};
  const timer = new Promise<void>((resolve) => {
    cancel = clock.after(Math.min(delayMs, LONGEST_TIMER_MS), resolve);
  });
  await interruption.wait(timer);
  cancel();
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
