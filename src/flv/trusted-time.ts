import { isNear } from './framing.js';

/** The time of a file, for one who has lost the way in it: a single timestamp may be damaged, two that agree are believed. */
export class TrustedTime {
  #newestMs: number | undefined;
  #doubtfulMs: number | undefined;

  /** u32 of the newest audio or video that agrees with the one before it. */
  get newestMs(): number | undefined {
    return this.#newestMs;
  }

  /** @param timestampMs u32 of the next audio or video */
  see(timestampMs: number): void {
    const newestMs = this.#newestMs;
    if (newestMs === undefined || isNear(timestampMs, newestMs) || isNear(timestampMs, this.#doubtfulMs)) {
      this.#newestMs = timestampMs;
    } else {
      this.#doubtfulMs = timestampMs;
    }
  }
}
