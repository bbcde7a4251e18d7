/**
 * Turns 32-bit millisecond timestamps, which wrap after 49 days, into a timeline that goes on (RTMP 4, serial arithmetic).
 * Each value is taken as the one nearest to the value before it, so steps backward stay backward. The first stays as it is.
 */
export class TimestampUnwrapper {
  #lastMs: number | undefined;

  /** Maps `timestampMs` (u32) and moves the timeline there. For audio and video. */
  unwrap(timestampMs: number): number {
    this.#lastMs = this.nearest(timestampMs);
    return this.#lastMs;
  }

  /**
   * Maps `timestampMs` (u32) without moving the timeline. For data tags, whose time is often 0 in mid-stream: were they
   * to move the timeline, media beyond 2^31 ms would be taken for a step backward.
   */
  nearest(timestampMs: number): number {
    const lastMs = this.#lastMs;
    return lastMs === undefined ? timestampMs : lastMs + ((timestampMs - lastMs) | 0);
  }
}
