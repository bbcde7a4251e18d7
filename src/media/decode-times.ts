/** More frames than this are never held back for one another: the largest buffer of decoded pictures that H.264 and H.265 know. */
const MAX_REORDERED_FRAMES = 16;
/** A presentation time that lies so far before the decode time is no reordered frame, but a clock that was set anew. */
const MAX_STEP_BACK_MS = 10_000;

/**
 * Decode times of a video track of which only the presentation times are known, in decode order. They are reckoned as encoders
 * do it: with `d` frames of delay, frame `i` is decoded when the frame that is shown `d` places before it in the order of
 * presentation is shown, and the first `d` as long before their places as the delay lasts. For a constant frame rate that
 * is a constant delay. They never decrease, and none is later than its presentation time as long as `d` is enough.
 */
export class DecodeTimes {
  /** Presentation times that no decode time was taken from yet, ascending. */
  readonly #waitingMs: number[] = [];
  /** Of the first frames, before the first presentation time. */
  readonly #leadingMs: number[];
  #reorderedFrames: number;
  #lastMs = Number.NEGATIVE_INFINITY;

  /**
   * @param firstPresentationMs of the first frames of the track, in decode order: as many as are at hand, up to some seconds
   * @param promisedReorderedFrames what the configuration says, where it says something
   */
  constructor(firstPresentationMs: readonly number[], promisedReorderedFrames = 0) {
    const observed = reorderedFramesOf(firstPresentationMs);
    this.#reorderedFrames = Math.min(Math.max(observed, promisedReorderedFrames), MAX_REORDERED_FRAMES);
    this.#leadingMs = leadingTimes(firstPresentationMs, this.#reorderedFrames);
  }

  /** The decode time of the next frame. */
  next(presentationMs: number): number {
    if (presentationMs < this.#lastMs - MAX_STEP_BACK_MS) this.#beginAnew();
    insertSorted(this.#waitingMs, presentationMs);
    const decodeMs = Math.max(this.#leadingMs.shift() ?? this.#earliest(presentationMs), this.#lastMs);
    this.#lastMs = decodeMs;
    return decodeMs;
  }

  #earliest(presentationMs: number): number {
    const earliestMs = this.#waitingMs[0] ?? presentationMs;
    // One more frame than expected had to wait for this one: from now on the delay is longer.
    if (presentationMs < this.#lastMs && this.#reorderedFrames < MAX_REORDERED_FRAMES) this.#reorderedFrames++;
    if (this.#waitingMs.length > this.#reorderedFrames) this.#waitingMs.shift();
    return earliestMs;
  }

  #beginAnew(): void {
    this.#waitingMs.length = 0;
    this.#lastMs = Number.NEGATIVE_INFINITY;
  }
}

/** The largest number of frames that are shown after a frame but decoded before it. */
function reorderedFramesOf(presentationMs: readonly number[]): number {
  let most = 0;
  for (let i = 0; i < presentationMs.length; i++) {
    const shownMs = presentationMs[i] ?? 0;
    let count = 0;
    for (let before = Math.max(0, i - 2 * MAX_REORDERED_FRAMES); before < i; before++) {
      const aheadMs = (presentationMs[before] ?? 0) - shownMs;
      if (aheadMs > 0 && aheadMs <= MAX_STEP_BACK_MS) count++;
    }
    most = Math.max(most, count);
  }
  return most;
}

function leadingTimes(presentationMs: readonly number[], reorderedFrames: number): number[] {
  const shownMs = [...presentationMs].sort((a, b) => a - b);
  const firstMs = shownMs[0] ?? 0;
  const delayMs = delayOf(shownMs, reorderedFrames);
  return Array.from({ length: reorderedFrames }, (_, i) => (shownMs[i] ?? firstMs) - delayMs);
}

/** How long so many frames are shown; a track that is shorter is thought to go on at its rate. */
function delayOf(shownMs: readonly number[], frameCount: number): number {
  const firstMs = shownMs[0] ?? 0;
  const last = Math.min(frameCount, shownMs.length - 1);
  const shownLastMs = shownMs[last] ?? firstMs;
  return last > 0 ? ((shownLastMs - firstMs) * frameCount) / last : 0;
}

function insertSorted(ascending: number[], value: number): void {
  let at = ascending.length;
  while (at > 0 && (ascending[at - 1] ?? 0) > value) at--;
  ascending.splice(at, 0, value);
}
