import type { Ring } from './ring.js';
import type { LostMedia } from './sink.js';
import { minus, NO_TAGS, plus, type TagCounts, total } from './tag-counts.js';

/** What one subscriber has missed of a ring: counted from where it loses its place to where it finds a new one. */
export class MissedMedia {
  readonly #ring: Ring;
  #lostPlace: { readonly tagsBefore: TagCounts; readonly positionMs: number } | undefined;
  #dropped = NO_TAGS;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** All so far; without a place also what comes. */
  get dropped(): TagCounts {
    if (this.#lostPlace === undefined) return this.#dropped;
    return plus(this.#dropped, minus(this.#ring.tagsBefore(this.#ring.end), this.#lostPlace.tagsBefore));
  }

  /** It has lost its place, which was before this burst, unless it had none. */
  lost(sequence: number): void {
    this.#lostPlace ??= { tagsBefore: this.#ring.tagsBefore(sequence), positionMs: this.#ring.positionMs(sequence) };
  }

  /** It goes on with this burst. @returns what it has missed in between, if it had lost its place */
  found(sequence: number): LostMedia | undefined {
    if (this.#lostPlace === undefined) return undefined;
    const missed = minus(this.#ring.tagsBefore(sequence), this.#lostPlace.tagsBefore);
    const durationMs = this.#ring.positionMs(sequence) - this.#lostPlace.positionMs;
    this.#lostPlace = undefined;
    this.#dropped = plus(this.#dropped, missed);
    return { tags: total(missed), durationMs };
  }

  /** It keeps its place, but has not got these. */
  leftOut(tags: TagCounts): void {
    this.#dropped = plus(this.#dropped, tags);
  }

  /** Nothing is counted any more. */
  close(): void {
    this.#dropped = this.dropped;
    this.#lostPlace = undefined;
  }
}
