import type { FragmentRun } from './fragment.js';
import type { SampleWalk } from './sample-walk.js';

/** Flags of samples (ISO/IEC 14496-12 8.8.3.1) that are no keyframes: no decoder can begin with them, or they depend on others. */
const NO_KEYFRAME = 0x00010000 | 0x01000000;

/** Goes along the samples of one track in one fragment. */
export class FragmentWalk implements SampleWalk {
  offset = 0;
  sizeBytes = 0;
  decodeTicks: number;
  durationTicks = 0;
  compositionTicks = 0;
  isKeyframe = false;
  readonly #runs: readonly FragmentRun[];
  #run: FragmentRun | undefined;
  #nextRun = 0;
  #row = -1;

  /** @param startTicks when its first sample is decoded, unless the fragment says so itself */
  constructor(runs: readonly FragmentRun[], startTicks: number) {
    this.#runs = runs;
    this.decodeTicks = startTicks;
  }

  /** When the sample at hand is over. */
  get endTicks(): number {
    return this.decodeTicks + this.durationTicks;
  }

  next(): boolean {
    this.decodeTicks += this.durationTicks;
    this.offset += this.sizeBytes;
    this.#row += 1;
    while (this.#run === undefined || this.#row >= this.#run.count) {
      const run = this.#runs[this.#nextRun];
      if (run === undefined) {
        this.durationTicks = 0;
        this.sizeBytes = 0;
        return false;
      }
      this.#enter(run);
    }
    this.#read(this.#run);
    return true;
  }

  #enter(run: FragmentRun): void {
    this.#run = run;
    this.#nextRun += 1;
    this.#row = 0;
    this.offset = run.dataAt;
    this.decodeTicks = run.decodeTicks ?? this.decodeTicks;
  }

  #read({ rows, layout, defaults, firstFlags }: FragmentRun): void {
    const { rowSizeBytes, durationAt, sizeAt, flagsAt, compositionAt } = layout;
    const at = this.#row * rowSizeBytes;
    this.durationTicks = durationAt === undefined ? defaults.durationTicks : rows.getUint32(at + durationAt);
    this.sizeBytes = sizeAt === undefined ? defaults.sizeBytes : rows.getUint32(at + sizeAt);
    const usualFlags = flagsAt === undefined ? defaults.flags : rows.getUint32(at + flagsAt);
    const flags = this.#row === 0 ? (firstFlags ?? usualFlags) : usualFlags;
    this.isKeyframe = (flags & NO_KEYFRAME) === 0;
    this.compositionTicks = compositionAt === undefined ? 0 : rows.getInt32(at + compositionAt);
  }
}
