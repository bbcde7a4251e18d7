import type { BitrateHistory, SampleHistory, StreamHistory } from '../history.js';
import type { PlacedFrame } from './frame-course.js';
import { RateSeries } from './rate-series.js';
import { rounded } from './rounding.js';
import { SampleSeries } from './sample-series.js';

const MAX_RATE_POINTS = 600;
/** So near to the shortest delay of all, the first burst is over. */
const BURST_END_MS = 50;

/** Keeps the whole course of a stream for plots, in bounded memory. */
export class HistoryRecorder {
  readonly #kinds = { video: new KindHistory(), audio: new KindHistory() };
  readonly #keyframes = new SampleSeries();
  readonly #otherFrames = new SampleSeries();
  readonly #gops = new SampleSeries();
  readonly #skews = new SampleSeries();
  #lastKeyframeAtMs: number | undefined;
  #lastMs = 0;

  add(frame: PlacedFrame): void {
    const { kind, isMain, atMs, skewMs } = frame;
    this.#lastMs = Math.max(this.#lastMs, atMs);
    this.#kinds[kind].add(frame);
    if (!isMain) return;
    if (skewMs !== undefined) this.#skews.add(atMs, skewMs);
    if (kind === 'video') this.#addPicture(frame);
  }

  history(): StreamHistory {
    const { video, audio } = this.#kinds;
    const arrivals = video.hasArrivals ? video.arrivals() : audio.hasArrivals ? audio.arrivals() : undefined;
    return {
      durationMs: this.#lastMs,
      videoBitrate: video.bitrate(this.#lastMs),
      audioBitrate: audio.bitrate(this.#lastMs),
      keyframeBytes: this.#keyframes.history(),
      otherFrameBytes: this.#otherFrames.history(),
      gopMs: this.#gops.history(),
      delayMs: arrivals?.delayMs ?? null,
      jitterMs: arrivals?.jitterMs ?? null,
      skewMs: this.#skews.history(),
    };
  }

  #addPicture({ atMs, sizeBytes, isKeyframe }: PlacedFrame): void {
    (isKeyframe ? this.#keyframes : this.#otherFrames).add(atMs, sizeBytes);
    if (!isKeyframe) return;
    const sinceMs = this.#lastKeyframeAtMs;
    // Keyframes that go back in time are told as such.
    if (sinceMs !== undefined && atMs >= sinceMs) this.#gops.add(sinceMs, atMs - sinceMs);
    this.#lastKeyframeAtMs = atMs;
  }
}

/** What is kept of each kind. */
class KindHistory {
  readonly #rates = new RateSeries();
  readonly #delays = new SampleSeries();
  readonly #jitters = new SampleSeries();
  #hasFrames = false;

  add({ atMs, sizeBytes, delayMs, jitterMs }: PlacedFrame): void {
    if (!this.#hasFrames) this.#rates.add(0, 0); // both kinds count from where the stream begins
    this.#hasFrames = true;
    this.#rates.add(atMs, sizeBytes);
    if (delayMs !== undefined) this.#delays.add(atMs, delayMs);
    if (jitterMs !== undefined) this.#jitters.add(atMs, jitterMs);
  }

  get hasArrivals(): boolean {
    return this.#delays.points.length > 0;
  }

  bitrate(durationMs: number): BitrateHistory {
    if (!this.#hasFrames) return { stepMs: 0, kbps: [] };
    const { stepMs, kbps } = this.#rates.steps(durationMs, MAX_RATE_POINTS);
    return { stepMs, kbps: kbps.map((rate) => rounded(rate, 1)) };
  }

  /** Without the burst at the beginning: what a server has kept comes late, and says nothing of the way. */
  arrivals(): { readonly delayMs: SampleHistory; readonly jitterMs: SampleHistory } {
    const delays = this.#delays.history();
    const shortestMs = delays.points.reduce((least, { min }) => Math.min(least, min), Number.POSITIVE_INFINITY);
    const steady = delays.points.slice(delays.points.findIndex(({ min }) => min <= shortestMs + BURST_END_MS));
    const sinceMs = steady[0]?.atMs ?? 0;
    const jitters = this.#jitters.history();
    return {
      delayMs: {
        ...delays,
        points: steady.map(({ atMs, mean, min, max }) => ({
          atMs,
          mean: rounded(mean - shortestMs, 2),
          min: rounded(min - shortestMs, 2),
          max: rounded(max - shortestMs, 2),
        })),
      },
      jitterMs: { ...jitters, points: jitters.points.filter(({ atMs }) => atMs > sinceMs) },
    };
  }
}
