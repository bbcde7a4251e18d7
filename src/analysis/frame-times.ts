import type { WarningReport } from '../report.js';
import { median } from './rounding.js';
import { times } from './words.js';

/** So many steps tell how far frames usually are from each other. */
const MAX_SAMPLED_STEPS = 512;
/** So many long steps are remembered; more are only counted. */
const MAX_REMEMBERED_STEPS = 64;
/** A step is a gap from this length on, and from so many times the usual step on. */
const MIN_GAP_MS = 1_000;
const MIN_GAP_STEPS = 5;

interface Step {
  readonly atMs: number;
  readonly lengthMs: number;
}

/** The timestamps of the frames of one stream: how they follow each other, and where they do not. */
export class FrameTimes {
  frames = 0;
  firstMs: number | undefined;
  /** Of the newest frame. */
  lastMs = 0;
  #latestMs = 0;
  /** Before the stream began to count anew, if it did. */
  #finishedMs = 0;
  /** A frame that lies far behind the others: by itself, or the first of those that count anew. */
  #suspectMs: number | undefined;
  readonly #steps: number[] = [];
  readonly #longSteps: Step[] = [];
  #backwards = 0;
  #worstBackward: Step | undefined;

  see(timestampMs: number): void {
    if (this.firstMs === undefined) {
      this.firstMs = timestampMs;
      this.#latestMs = timestampMs;
    } else {
      this.#followRestart(timestampMs);
      this.#seeStep(timestampMs);
    }
    this.frames++;
    this.lastMs = timestampMs;
    this.#latestMs = Math.max(this.#latestMs, timestampMs);
  }

  /** From the first frame to the end of the last. */
  get durationMs(): number {
    return this.spanMs + (this.usualStepMs ?? 0);
  }

  /** From the first timestamp to the latest; over all parts, where the stream counts anew. */
  get spanMs(): number {
    return this.#finishedMs + this.#latestMs - (this.firstMs ?? this.#latestMs);
  }

  /** Frames per second by their timestamps, but for the gaps; `undefined` with too few. */
  get rate(): number | undefined {
    const { gaps } = this;
    const steps = this.frames - 1 - gaps.length;
    const overMs = gaps.reduce((restMs, { lengthMs }) => restMs - lengthMs, this.spanMs);
    return steps > 0 && overMs > 0 ? (steps * 1000) / overMs : undefined;
  }

  get usualStepMs(): number | undefined {
    return median(this.#steps);
  }

  get backwards(): number {
    return this.#backwards;
  }

  get gaps(): readonly Step[] {
    const least = Math.max(MIN_GAP_MS, MIN_GAP_STEPS * (this.usualStepMs ?? 0));
    return this.#longSteps.filter(({ lengthMs }) => lengthMs >= least);
  }

  /** @param name what the frames are, such as `video` */
  warnings(name: string): WarningReport[] {
    const warnings: WarningReport[] = [];
    const worst = this.#worstBackward;
    if (worst !== undefined) {
      warnings.push({
        code: 'WARN_TIMESTAMP_BACKWARD',
        message: `${name} timestamps go back ${times(this.#backwards)}, by ${-worst.lengthMs} ms at ${worst.atMs} ms`,
        advice: 'players stumble over it: look at the encoder, and at what joins or relays its streams',
      });
    }
    const longest = this.gaps.toSorted((one, other) => other.lengthMs - one.lengthMs)[0];
    if (longest !== undefined) {
      warnings.push({
        code: 'WARN_TIMESTAMP_GAP',
        message: `${name} leaps ahead ${times(this.gaps.length)}, by ${longest.lengthMs} ms at ${longest.atMs} ms`,
        advice: 'frames are missing: look for drops at the encoder and for a link that is too slow',
      });
    }
    return warnings;
  }

  /** One frame far behind is a slip; when the next one goes on from there, the stream counts anew. */
  #followRestart(timestampMs: number): void {
    const suspectMs = this.#suspectMs;
    if (suspectMs !== undefined && Math.abs(timestampMs - suspectMs) < MIN_GAP_MS) {
      this.#finishedMs = this.spanMs;
      this.firstMs = suspectMs;
      this.#latestMs = suspectMs;
    }
    this.#suspectMs = timestampMs <= this.#latestMs - MIN_GAP_MS ? timestampMs : undefined;
  }

  #seeStep(timestampMs: number): void {
    const lengthMs = timestampMs - this.lastMs;
    if (this.#steps.length < MAX_SAMPLED_STEPS) this.#steps.push(lengthMs);
    // The way back from a slip is no leap.
    const leapMs = timestampMs - this.#latestMs;
    if (leapMs >= MIN_GAP_MS && this.#longSteps.length < MAX_REMEMBERED_STEPS) {
      this.#longSteps.push({ atMs: timestampMs, lengthMs: leapMs });
    }
    if (lengthMs < 0) this.#seeBackward({ atMs: timestampMs, lengthMs });
  }

  #seeBackward(step: Step): void {
    this.#backwards++;
    if (this.#worstBackward === undefined || step.lengthMs < this.#worstBackward.lengthMs) this.#worstBackward = step;
  }
}
