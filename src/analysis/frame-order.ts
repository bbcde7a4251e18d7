import type { WarningReport } from '../report.js';

/** No codec here lets more frames wait for another. */
const MAX_DEPTH = 16;
/** Nobody shows a frame so much later than it is decoded. */
const MAX_COMPOSITION_MS = 5_000;

/** Whether frames are shown in another order than they are sent in, and how far they are moved. */
export class FrameOrder {
  readonly #shown: number[] = [];
  #depth: number | undefined;
  #strange: { count: number; worstMs: number } = { count: 0, worstMs: 0 };

  see(timestampMs: number, compositionTimeMs: number): void {
    const shownMs = timestampMs + compositionTimeMs;
    const waiting = this.#shown.filter((other) => other > shownMs).length;
    this.#depth = Math.max(this.#depth ?? 0, waiting);
    this.#shown.push(shownMs);
    if (this.#shown.length > MAX_DEPTH) this.#shown.shift();
    if (Math.abs(compositionTimeMs) > MAX_COMPOSITION_MS) this.#seeStrange(compositionTimeMs);
  }

  get isReordered(): boolean {
    return (this.#depth ?? 0) > 0;
  }

  /** How many frames had to wait for one that is shown before them. */
  get depth(): number | undefined {
    return this.#depth;
  }

  warnings(): WarningReport[] {
    const { count, worstMs } = this.#strange;
    if (count === 0) return [];
    return [
      {
        code: 'WARN_COMPOSITION_TIME',
        message: `${count} video frames are to be shown up to ${worstMs} ms from when they are decoded`,
        advice: 'look at what packs the stream: presentation times are counted from another origin than decode times',
      },
    ];
  }

  #seeStrange(compositionTimeMs: number): void {
    const { count, worstMs } = this.#strange;
    const isWorse = Math.abs(compositionTimeMs) > Math.abs(worstMs);
    this.#strange = { count: count + 1, worstMs: isWorse ? compositionTimeMs : worstMs };
  }
}
