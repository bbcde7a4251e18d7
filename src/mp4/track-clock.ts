import type { TrackFormat } from '../media/track/track.js';

const VIDEO_TIMESCALE = 1000;
/** A longer pause is shortened to this, so that every step can be written in 32 bits at any sample rate. */
const MAX_STEP_MS = 12 * 3600 * 1000;
/** How far a timestamp in whole milliseconds may be from the time that it means. */
const ROUNDING_MS = 1;

/** Units per second of a track's own time. */
export function timescaleOf(format: TrackFormat): number {
  return format.kind === 'video' ? VIDEO_TIMESCALE : format.sampleRateHz;
}

/** Where the next frame of a track stands. */
export interface Tick {
  readonly dtsTicks: number;
  /** Presentation time minus decode time. */
  readonly compositionTicks: number;
}

/**
 * The time of one track in units of its own. Streams count in whole milliseconds, which is exact for video here. Frames of
 * sound have a length in samples: as long as timestamps are what rounding makes of them, they stand one exactly behind the
 * other; from a timestamp that is farther off, a pause, counting begins anew. Decode times never go back.
 */
export class TrackClock {
  readonly #timescale: number;
  readonly #frameTicks: number | undefined;
  readonly #startMs: number;
  /** What long pauses were shortened by. */
  #omittedMs = 0;
  #lastMs: number | undefined;
  #lastTicks = 0;
  #nextTicks: number | undefined;

  /** @param startMs what is 0 in the file */
  constructor(format: TrackFormat, startMs: number) {
    this.#startMs = startMs;
    this.#timescale = timescaleOf(format);
    this.#frameTicks = format.kind === 'video' ? undefined : format.frameLengthSamples;
  }

  next(dtsMs: number, ptsMs: number): Tick {
    this.#omittedMs += Math.max(0, dtsMs - (this.#lastMs ?? dtsMs) - MAX_STEP_MS);
    this.#lastMs = dtsMs;
    const offsetMs = this.#startMs + this.#omittedMs;
    const wantedTicks = this.#place(dtsMs - offsetMs);
    const dtsTicks = Math.max(wantedTicks, this.#lastTicks);
    this.#lastTicks = dtsTicks;
    this.#nextTicks = this.#frameTicks === undefined ? undefined : dtsTicks + this.#frameTicks;
    const compositionTicks = ptsMs === dtsMs ? 0 : this.#ticks(ptsMs - offsetMs) - dtsTicks;
    return { dtsTicks, compositionTicks };
  }

  #toMs(ticks: number): number {
    return (ticks * 1000) / this.#timescale;
  }

  #place(ms: number): number {
    const next = this.#nextTicks;
    return next !== undefined && Math.abs(this.#toMs(next) - ms) < ROUNDING_MS ? next : this.#ticks(ms);
  }

  #ticks(ms: number): number {
    return Math.round((ms * this.#timescale) / 1000);
  }
}
