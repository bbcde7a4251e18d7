import type { MediaTag } from '../media/tag.js';

/** More than this does not count, and neither does being farther behind. */
const MAX_LEAD_MS = 10_000;
/** A longer step between two tags is a gap or damage, and no media. */
const MAX_STEP_MS = 10_000;
/** Tags may stand a little before the former ones (interleaving). Farther back, the stream's clock was set anew. */
const MAX_STEP_BACK_MS = 1_000;

/** How far a publisher is ahead of real time: the media that has come, less the time in which it came, over the last while. */
export class Lead {
  #leadMs = 0;
  #countedMs: number | undefined;
  #newestMs: number | undefined;

  /** Below 0: it is behind, and may catch up. */
  leadMs(nowMs: number): number {
    return Math.max(this.#leadMs - (nowMs - (this.#countedMs ?? nowMs)), -MAX_LEAD_MS);
  }

  add(tags: readonly MediaTag[], nowMs: number): void {
    const mediaMs = this.#lengthOf(tags);
    this.#leadMs = Math.min(this.leadMs(nowMs) + mediaMs, MAX_LEAD_MS);
    this.#countedMs = nowMs;
  }

  #lengthOf(tags: readonly MediaTag[]): number {
    let lengthMs = 0;
    for (const { kind, timestampMs } of tags) {
      const stepMs = timestampMs - (this.#newestMs ?? timestampMs);
      if (kind !== 'data' && (stepMs >= 0 || stepMs < -MAX_STEP_BACK_MS)) {
        this.#newestMs = timestampMs;
        lengthMs += stepMs > 0 && stepMs <= MAX_STEP_MS ? stepMs : 0;
      }
    }
    return lengthMs;
  }
}
