/** How long a frame lasts of which nothing else is known. */
const UNKNOWN_FRAME_MS = 40;
/** A longer step between two frames is a gap, not the length of the frame before it. */
const MAX_FRAME_MS = 10_000;
/** Steps of a steady rate differ from the mean by less than 1 where they are rounded; the mean is not exact either. */
const MAX_STEP_DEVIATION_MS = 1.5;
/** The newest frame may be so far from where it is reckoned to be: it is rounded, and so is the first one. */
const MAX_GRID_DEVIATION_MS = 1.25;
/** Two frames make a step, but no rate. */
const MIN_STEADY_FRAMES = 3;

/**
 * Tells when the newest of some frames is over. Timestamps are rounded to whole milliseconds, frames do not last whole
 * milliseconds (1024 samples at 44.1 kHz last 23.22): where they come at a steady rate the rate is measured over all of them (by
 * least squares), so that the end is right to a fraction of a millisecond. Otherwise the newest frame lasts as long as the one before.
 */
export class FrameGrid {
  #firstMs = 0;
  #newestMs = 0;
  /** Since the rate last changed. */
  #count = 0;
  #stepMs = UNKNOWN_FRAME_MS;
  #meanMs = 0;
  /** Of the number of a frame and its timestamp, times the count. */
  #covariance = 0;

  /** Frames must come in order; of those that share a timestamp only one counts. */
  add(timestampMs: number): void {
    if (this.#count > 0) {
      const stepMs = timestampMs - this.#newestMs;
      if (stepMs <= 0) return;
      if (stepMs <= MAX_FRAME_MS) this.#stepMs = stepMs;
      if (this.#isChange(stepMs)) this.#restart();
    }
    this.#append(timestampMs);
  }

  /** `undefined` before the first frame. */
  get endMs(): number | undefined {
    if (this.#count === 0) return undefined;
    return this.#steadyEndMs ?? this.#newestMs + this.#stepMs;
  }

  get #steadyEndMs(): number | undefined {
    const n = this.#count;
    if (n < MIN_STEADY_FRAMES) return undefined;
    const frameMs = (this.#covariance * 12) / (n * (n * n - 1));
    const endMs = this.#firstMs + n * frameMs;
    const isSteady = Math.abs(endMs - frameMs - this.#newestMs) <= MAX_GRID_DEVIATION_MS;
    return isSteady ? Math.max(endMs, this.#newestMs + 1) : undefined;
  }

  #isChange(stepMs: number): boolean {
    if (this.#count < 2) return false;
    const meanStepMs = (this.#newestMs - this.#firstMs) / (this.#count - 1);
    return Math.abs(stepMs - meanStepMs) > MAX_STEP_DEVIATION_MS;
  }

  /** Another rate begins with the newest frame. */
  #restart(): void {
    this.#count = 0;
    this.#append(this.#newestMs);
  }

  #append(timestampMs: number): void {
    if (this.#count === 0) {
      this.#firstMs = timestampMs;
      this.#meanMs = timestampMs;
      this.#covariance = 0;
    }
    this.#count++;
    const overMeanNumber = this.#count / 2; // its own number over the mean of those before
    this.#meanMs += (timestampMs - this.#meanMs) / this.#count;
    this.#covariance += overMeanNumber * (timestampMs - this.#meanMs);
    this.#newestMs = timestampMs;
  }
}
