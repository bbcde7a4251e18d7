import type { WarningReport } from '../report.js';
import { median } from './rounding.js';
import { times } from './words.js';

/** Twenty minutes of audio; when there are more, the older half is forgotten. */
const MAX_SAMPLES = 50_000;
/** So near to the shortest delay of all, the first burst is over. */
const BURST_END_MS = 50;
/** With fewer frames there is nothing to measure. */
const MIN_SAMPLES = 10;
/** A frame that comes so much later than its timestamp says has been held up. */
const STALL_MS = 1_000;
/** So many of them are remembered for ever: the longest. */
const MAX_OLD_STALLS = 1_000;
/** A delay that grows so fast, and has grown so much, goes on growing. */
const FALLING_BEHIND_MS_PER_SECOND = 50;
const FALLING_BEHIND_MS = 300;

/**
 * When frames arrive, against when their timestamps say. Servers begin with a burst (what they have kept since the newest
 * keyframe), which says nothing of the way: it is left out.
 */
export class Arrivals {
  readonly #arrivals: number[] = [];
  /** Arrival minus timestamp: the delay, but for a constant. */
  readonly #delays: number[] = [];

  /** Stalls among what is forgotten. */
  #oldStalls: readonly number[] = [];

  see(timestampMs: number, arrivalMs: number): void {
    if (this.#arrivals.length >= MAX_SAMPLES) this.#forget();
    this.#arrivals.push(arrivalMs);
    this.#delays.push(arrivalMs - timestampMs);
  }

  /** Mean change of the delay between frames that follow each other. */
  get jitterMs(): number | undefined {
    const delays = this.#steadyDelays;
    if (delays.length < MIN_SAMPLES) return undefined;
    let sum = 0;
    for (let i = 1; i < delays.length; i++) sum += Math.abs((delays[i] ?? 0) - (delays[i - 1] ?? 0));
    return sum / (delays.length - 1);
  }

  /** By the middle of the first and of the last quarter, so that single late frames do not count. */
  get growthMsPerSecond(): number | undefined {
    const growth = this.#growth();
    return growth === undefined ? undefined : (growth.ms * 1000) / growth.overMs;
  }

  warnings(): WarningReport[] {
    return [...this.#stallWarnings(), ...this.#growthWarnings()];
  }

  #stallWarnings(): WarningReport[] {
    const stalls = [...this.#oldStalls, ...stallsAmong(this.#steadyDelays)];
    if (stalls.length === 0) return [];
    return [
      {
        code: 'WARN_STALL',
        message: `the stream stood still ${times(stalls.length)}, for ${Math.round(Math.max(...stalls))} ms at most`,
        advice: 'look for a source or a link that pauses; players need a buffer as long as that',
      },
    ];
  }

  #growthWarnings(): WarningReport[] {
    const growth = this.#growth();
    if (growth === undefined || growth.ms < FALLING_BEHIND_MS) return [];
    const msPerSecond = Math.round((growth.ms * 1000) / growth.overMs);
    if (msPerSecond < FALLING_BEHIND_MS_PER_SECOND) return [];
    return [
      {
        code: 'WARN_FALLING_BEHIND',
        message: `the stream falls behind by ${msPerSecond} ms each second`,
        advice: 'the link or the source is too slow for it: lower the bitrate, or look for what slows them down',
      },
    ];
  }

  #growth(): { readonly ms: number; readonly overMs: number } | undefined {
    const delays = this.#steadyDelays;
    const quarter = delays.length >> 2;
    if (quarter < MIN_SAMPLES) return undefined;
    const arrivals = this.#arrivals.slice(-delays.length);
    const overMs = (median(arrivals.slice(-quarter)) ?? 0) - (median(arrivals.slice(0, quarter)) ?? 0);
    const ms = (median(delays.slice(-quarter)) ?? 0) - (median(delays.slice(0, quarter)) ?? 0);
    return overMs > 0 ? { ms, overMs } : undefined;
  }

  #forget(): void {
    const half = MAX_SAMPLES >> 1;
    const steady = this.#steadyDelays;
    const forgotten = Math.max(0, half - (this.#delays.length - steady.length));
    // The next one tells whether the last of them stood still.
    const stalls = [...this.#oldStalls, ...stallsAmong(steady.slice(0, forgotten + 1))];
    this.#oldStalls =
      stalls.length > MAX_OLD_STALLS ? stalls.toSorted((one, other) => other - one).slice(0, MAX_OLD_STALLS) : stalls;
    this.#arrivals.splice(0, half);
    this.#delays.splice(0, half);
  }

  get #steadyDelays(): readonly number[] {
    const shortest = this.#delays.reduce((least, delay) => Math.min(least, delay), Number.POSITIVE_INFINITY);
    return this.#delays.slice(this.#delays.findIndex((delay) => delay <= shortest + BURST_END_MS));
  }
}

function stallsAmong(delays: readonly number[]): number[] {
  return delays.map((delay, i) => delay - (delays[i - 1] ?? delay)).filter((step) => step >= STALL_MS);
}
