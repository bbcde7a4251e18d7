/** A media time this far behind all slots is no stream of a length that anybody has: its rates would fill the memory. */
const MAX_SLOTS = 4_096;
const MAX_POINTS = 60;
const SECOND_MS = 1_000;

/**
 * How many bytes come in each second of media time. Memory is bounded: when there are too many seconds, two slots become
 * one.
 */
export class RateSeries {
  #slotMs = SECOND_MS;
  #slots: number[] = [];
  #firstMs: number | undefined;
  #second = 0;
  #secondBytes = 0;
  #peakBytes = 0;

  add(timestampMs: number, sizeBytes: number): void {
    this.#firstMs ??= timestampMs;
    const sinceMs = Math.max(timestampMs - this.#firstMs, 0);
    this.#countSecond(Math.floor(sinceMs / SECOND_MS), sizeBytes);
    while (sinceMs / this.#slotMs >= MAX_SLOTS) this.#joinSlots();
    const slot = Math.floor(sinceMs / this.#slotMs);
    this.#slots[slot] = (this.#slots[slot] ?? 0) + sizeBytes;
  }

  /** Of the second with the most, in bytes. */
  get peakBytesPerSecond(): number {
    return Math.max(this.#peakBytes, this.#secondBytes);
  }

  /**
   * Rates in kbit/s, over at most 60 steps of equal length.
   *
   * @param durationMs of the stream: the last step is seldom a whole one
   */
  seriesKbps(durationMs: number): number[] {
    return this.steps(durationMs, MAX_POINTS).kbps;
  }

  /** The same over another number of steps at most, with their length. */
  steps(durationMs: number, maxPoints: number): { readonly stepMs: number; readonly kbps: number[] } {
    const perPoint = Math.max(1, Math.ceil(this.#slots.length / maxPoints));
    const stepMs = perPoint * this.#slotMs;
    const kbps: number[] = [];
    for (let at = 0; at < this.#slots.length; at += perPoint) {
      let bytes = 0;
      for (let i = at; i < at + perPoint; i++) bytes += this.#slots[i] ?? 0;
      const lengthMs = Math.min(stepMs, durationMs - at * this.#slotMs);
      // A step of a few frames only shows how frames differ.
      if (lengthMs >= this.#slotMs / 2 || kbps.length === 0) kbps.push((bytes * 8) / Math.max(lengthMs, 1));
    }
    return { stepMs, kbps };
  }

  #countSecond(second: number, sizeBytes: number): void {
    if (second !== this.#second) {
      this.#peakBytes = this.peakBytesPerSecond;
      this.#second = second;
      this.#secondBytes = 0;
    }
    this.#secondBytes += sizeBytes;
  }

  #joinSlots(): void {
    const joined: number[] = [];
    for (let at = 0; at < this.#slots.length; at += 2) {
      joined.push((this.#slots[at] ?? 0) + (this.#slots[at + 1] ?? 0));
    }
    this.#slots = joined;
    this.#slotMs *= 2;
  }
}
