import { MAX_FRAME_LENGTH_MS, UNKNOWN_FRAME_LENGTH_MS } from '../media/track/part-rule.js';
import type { Track } from '../media/track/track.js';
import type { TimedSample } from './fragment.js';
import type { TrackLayout } from './movie.js';
import { SampleTable, type TableSample } from './sample-table.js';
import { TrackClock, timescaleOf } from './track-clock.js';

/** One track of a movie in the making: its clock, and what is certainly in the file of it. */
export class MovieTrack {
  readonly track: Track;
  readonly #isFirstOfKind: boolean;
  readonly table = new SampleTable();
  readonly #timescale: number;
  #clock: TrackClock | undefined;
  /** What composition offsets in fragments are raised by. */
  compositionShiftTicks = 0;

  constructor(track: Track, isFirstOfKind: boolean) {
    this.track = track;
    this.#isFirstOfKind = isFirstOfKind;
    this.#timescale = timescaleOf(track.format);
  }

  /** No sample of it has a place yet. */
  get isNew(): boolean {
    return this.#clock === undefined;
  }

  /** Gives samples their places on the track's own timeline. To be called with all of them, in their order. */
  place(samples: readonly TimedSample[], startMs: number): readonly TableSample[] {
    const { isNew } = this;
    const clock = this.#clock ?? new TrackClock(this.track.format, startMs);
    this.#clock = clock;
    const placed = samples.map(({ dtsMs, ptsMs, sizeBytes, isKeyframe }): TableSample => {
      const { dtsTicks, compositionTicks } = clock.next(dtsMs, ptsMs);
      return { dtsTicks, compositionTicks, sizeBytes, isKeyframe };
    });
    if (isNew) {
      this.compositionShiftTicks = placed.reduce((most, { compositionTicks }) => Math.max(most, -compositionTicks), 0);
    }
    return placed;
  }

  /** How long the last of these samples lasts, as far as it can be told without the next. */
  lastDurationTicks(samples: readonly TableSample[]): number {
    const { format } = this.track;
    if (format.kind === 'audio' && format.frameLengthSamples !== undefined) return format.frameLengthSamples;
    const last = samples.at(-1);
    const former = samples.at(-2);
    const stepTicks =
      last !== undefined && former !== undefined ? last.dtsTicks - former.dtsTicks : this.table.lastStepTicks;
    const isLength = stepTicks > 0 && stepTicks <= (MAX_FRAME_LENGTH_MS * this.#timescale) / 1000;
    return isLength ? stepTicks : Math.round((UNKNOWN_FRAME_LENGTH_MS * this.#timescale) / 1000);
  }

  /** Where it ends in the file. */
  get endMs(): number {
    if (this.table.samples === 0) return 0;
    return this.#toMs(this.table.lastTicks + this.lastDurationTicks([]));
  }

  /** In the head of a file of fragments, each of which knows its own time. */
  get openLayout(): TrackLayout {
    return {
      track: this.track,
      timescale: this.#timescale,
      isFirstOfKind: this.#isFirstOfKind,
      durationTicks: 0,
      delayMs: 0,
      mediaStartTicks: this.compositionShiftTicks,
    };
  }

  /**
   * Of a track that begins later, the edit list names the first picture, not the first decode time: where an edit begins
   * before the first picture, FFmpeg and all who play by it show that at the edit's beginning, ahead of the sound.
   */
  get completeLayout(): TrackLayout {
    const { startTicks, shownAfterTicks, lastTicks } = this.table;
    const mediaStartTicks = startTicks === 0 ? 0 : shownAfterTicks;
    return {
      ...this.openLayout,
      durationTicks: lastTicks + this.lastDurationTicks([]) - startTicks,
      delayMs: Math.round(this.#toMs(startTicks + mediaStartTicks)),
      mediaStartTicks,
    };
  }

  #toMs(ticks: number): number {
    return (ticks * 1000) / this.#timescale;
  }
}
