import type { MediaTag } from '../media/tag.js';
import { type Frame, readFrame } from './frame.js';

/** Timestamps that go back so far count anew: the stream goes on where it was. */
const RESTART_MS = 1_000;

/** A frame, where it stands in its stream, and how it came. */
export interface PlacedFrame extends Frame {
  /** Of the first stream of its kind: what is measured of frames is measured of these. */
  readonly isMain: boolean;
  /** Media time since the first frame of all. */
  readonly atMs: number;
  /** Arrival minus media time: the delay, but for a constant. `undefined` in a file, as the next. */
  readonly delayMs: number | undefined;
  /** How much that has changed since the frame before it, of the same kind. */
  readonly jitterMs: number | undefined;
  /** Video time minus audio time of the newest frames; `undefined` until both have come. */
  readonly skewMs: number | undefined;
}

/** Places the frames of a stream, one after the other. */
export class FrameCourse {
  readonly #mainTrack: { video?: number; audio?: number } = {};
  readonly #newestMs: { video?: number; audio?: number } = {};
  readonly #delaysMs: { video?: number; audio?: number } = {};
  /** Video minus audio, when the newest frame of each kind came: each of them comes first in its own turn. */
  readonly #skewsMs: { video?: number; audio?: number } = {};
  #offsetMs: number | undefined;
  #latestMs = 0;

  /** @param arrivalMs by a clock that never goes back; `undefined`: it came from a file */
  place(tag: MediaTag, arrivalMs: number | undefined): PlacedFrame | undefined {
    const frame = readFrame(tag);
    if (frame === undefined) return undefined;
    const { kind, track, timestampMs } = frame;
    const atMs = this.#placeOf(timestampMs);
    this.#mainTrack[kind] ??= track;
    if (this.#mainTrack[kind] !== track) {
      return { ...frame, isMain: false, atMs, delayMs: undefined, jitterMs: undefined, skewMs: undefined };
    }
    const delayMs = arrivalMs === undefined ? undefined : arrivalMs - atMs;
    const before = this.#delaysMs[kind];
    const jitterMs = delayMs === undefined || before === undefined ? undefined : Math.abs(delayMs - before);
    if (delayMs !== undefined) this.#delaysMs[kind] = delayMs;
    return { ...frame, isMain: true, atMs, delayMs, jitterMs, skewMs: this.#skew(kind, timestampMs) };
  }

  #placeOf(timestampMs: number): number {
    this.#offsetMs ??= -timestampMs;
    if (timestampMs + this.#offsetMs < this.#latestMs - RESTART_MS) this.#offsetMs = this.#latestMs - timestampMs;
    const atMs = Math.max(0, timestampMs + this.#offsetMs);
    this.#latestMs = Math.max(this.#latestMs, atMs);
    return atMs;
  }

  #skew(kind: Frame['kind'], timestampMs: number): number | undefined {
    this.#newestMs[kind] = timestampMs;
    const { video: videoMs, audio: audioMs } = this.#newestMs;
    if (videoMs === undefined || audioMs === undefined) return undefined;
    this.#skewsMs[kind] = videoMs - audioMs;
    const { video = videoMs - audioMs, audio = videoMs - audioMs } = this.#skewsMs;
    return (video + audio) / 2;
  }
}
