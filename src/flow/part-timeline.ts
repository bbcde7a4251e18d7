import type { MediaTag } from '../media/tag.js';
import { isFrame } from '../media/tag-info.js';

/** Audio and video are interleaved only roughly; a step back of more than this is another clock. */
const MAX_INTERLEAVING_MS = 1_000;
/** From one clock to the next: no two frames of a kind may come at the same time. */
const UNKNOWN_STEP_MS = 40;

/**
 * The timeline of one part of a recording: its first frame is where the part begins, and all other tags keep their distance to
 * it. Where the stream's own time jumps back, the part goes on from where it is. No tag comes before the beginning.
 *
 * Unlike a `Splicer` it never holds a tag, whose memory a writer must not look at for longer than it is being given it.
 */
export class PartTimeline {
  readonly #startMs: number;
  #shiftMs: number | undefined;
  #newestMs: number;

  /** @param startMs where the part begins */
  constructor(startMs = 0) {
    this.#startMs = startMs;
    this.#newestMs = startMs;
  }

  /** Where a frame would come. */
  positionOf(frame: MediaTag): number {
    return frame.timestampMs + this.#shiftFor(frame, [frame], 0);
  }

  /** @param tags at hand: this one is at `index`, and those behind it belong to the part too */
  place(tag: MediaTag, tags: readonly MediaTag[], index: number): MediaTag {
    if (isFrame(tag)) {
      this.#shiftMs = this.#shiftFor(tag, tags, index);
      this.#newestMs = Math.max(this.#newestMs, tag.timestampMs + this.#shiftMs);
    }
    const placedMs = this.#shiftMs === undefined ? this.#startMs : tag.timestampMs + this.#shiftMs;
    const timestampMs = Math.max(this.#startMs, placedMs);
    return timestampMs === tag.timestampMs ? tag : { kind: tag.kind, timestampMs, body: tag.body };
  }

  #shiftFor(frame: MediaTag, tags: readonly MediaTag[], index: number): number {
    if (this.#shiftMs === undefined) return this.#startMs - earliestMs(frame.timestampMs, tags, index);
    const isJump = frame.timestampMs + this.#shiftMs < this.#newestMs - MAX_INTERLEAVING_MS;
    return isJump ? this.#newestMs + UNKNOWN_STEP_MS - frame.timestampMs : this.#shiftMs;
  }
}

/** Of the frames from `index` on that belong together with the first one. */
function earliestMs(firstMs: number, tags: readonly MediaTag[], index: number): number {
  let earliest = firstMs;
  for (const tag of tags.slice(index)) {
    if (isFrame(tag) && tag.timestampMs < earliest && tag.timestampMs >= firstMs - MAX_INTERLEAVING_MS) {
      earliest = tag.timestampMs;
    }
  }
  return earliest;
}
