import type { MediaTag } from '../media/tag.js';
import { isFrame } from '../media/tag-info.js';

/** Frames that follow may be so much earlier than the first one: audio and video are interleaved only roughly. */
const MAX_INTERLEAVING_MS = 1_000;

/** Moves the tags of one part so that its first frame is at 0. All are moved by the same; none gets a time below 0. */
export class PartTimeline {
  #baseMs: number | undefined;

  /** @param tags at hand: this one is at `index`, and those behind it belong to the part too */
  place(tag: MediaTag, tags: readonly MediaTag[], index: number): MediaTag {
    if (this.#baseMs === undefined && isFrame(tag)) {
      this.#baseMs = earliestMs(tag.timestampMs, tags.slice(index));
    }
    const timestampMs = this.#baseMs === undefined ? 0 : Math.max(0, tag.timestampMs - this.#baseMs);
    return timestampMs === tag.timestampMs ? tag : { kind: tag.kind, timestampMs, body: tag.body };
  }
}

/** Of the frames at hand that belong together with the first one. */
function earliestMs(firstMs: number, tags: readonly MediaTag[]): number {
  let earliest = firstMs;
  for (const tag of tags) {
    if (isFrame(tag) && tag.timestampMs < earliest && tag.timestampMs >= firstMs - MAX_INTERLEAVING_MS) {
      earliest = tag.timestampMs;
    }
  }
  return earliest;
}
