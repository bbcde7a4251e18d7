import { GatheredBytes } from '../bytes/gathered-bytes.js';
import type { Sample, Track } from '../media/track/track.js';

/** What is remembered of a sample besides its data. */
export interface TimedSample {
  readonly dtsMs: number;
  readonly ptsMs: number;
  readonly sizeBytes: number;
  readonly isKeyframe: boolean;
}

/** The samples of one track in a fragment. */
export interface Run {
  readonly track: Track;
  readonly samples: TimedSample[];
  readonly data: GatheredBytes;
}

/** Memory that a sample takes besides its data, about. */
const SAMPLE_OVERHEAD_BYTES = 100;

/**
 * What a movie fragment will be made of: samples with their data, those of one track together. The memory is used again for
 * the next one.
 */
export class Fragment {
  readonly runs: Run[] = [];
  /** Memory of former runs. */
  readonly #spare: GatheredBytes[] = [];
  #sizeBytes = 0;
  #startMs = 0;

  get isEmpty(): boolean {
    return this.runs.length === 0;
  }

  /** Memory that it takes. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Decode time of the first sample that came. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Copies the sample's data. */
  add({ track, dtsMs, ptsMs, isKeyframe, data }: Sample): void {
    if (this.isEmpty) this.#startMs = dtsMs;
    const run = this.#runOf(track);
    run.samples.push({ dtsMs, ptsMs, sizeBytes: data.length, isKeyframe });
    run.data.append(data);
    this.#sizeBytes += SAMPLE_OVERHEAD_BYTES + data.length;
  }

  #runOf(track: Track): Run {
    for (const run of this.runs) {
      if (run.track === track) return run;
    }
    const run: Run = { track, samples: [], data: this.#spare.pop() ?? new GatheredBytes() };
    this.runs.push(run);
    return run;
  }

  /** Empties it for its next use. */
  clear(): void {
    for (const { data } of this.runs) {
      data.clear();
      this.#spare.push(data);
    }
    this.runs.length = 0;
    this.#sizeBytes = 0;
  }
}
