import type { SampleHistory, SamplePoint } from '../history.js';
import { rounded } from './rounding.js';

/** As many as a screen has columns for; twice that is still quick to draw. */
const MAX_POINTS = 1_024;

interface Bin {
  readonly atMs: number;
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** Values along a stream, in bounded memory: when there are too many points, two of them become one. */
export class SampleSeries {
  #bins: Bin[] = [];
  #perBin = 1;

  add(atMs: number, value: number): void {
    const last = this.#bins.at(-1);
    if (last !== undefined && last.count < this.#perBin) {
      merge(last, { atMs, count: 1, sum: value, min: value, max: value });
      return;
    }
    if (this.#bins.length >= MAX_POINTS) this.#halve();
    this.#bins.push({ atMs, count: 1, sum: value, min: value, max: value });
  }

  get points(): readonly SamplePoint[] {
    return this.#bins.map(({ atMs, count, sum, min, max }) => ({
      atMs,
      mean: rounded(sum / count, 2),
      min: rounded(min, 2),
      max: rounded(max, 2),
    }));
  }

  history(): SampleHistory {
    return { samplesPerPoint: this.#perBin, points: this.points };
  }

  #halve(): void {
    const joined: Bin[] = [];
    for (const [i, bin] of this.#bins.entries()) {
      const before = joined.at(-1);
      if (i % 2 === 1 && before !== undefined) {
        merge(before, bin);
      } else {
        joined.push(bin);
      }
    }
    this.#bins = joined;
    this.#perBin *= 2;
  }
}

function merge(into: Bin, other: Bin): void {
  into.count += other.count;
  into.sum += other.sum;
  into.min = Math.min(into.min, other.min);
  into.max = Math.max(into.max, other.max);
}
