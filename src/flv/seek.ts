import type { MediaTag } from '../media/tag.js';
import { headerSlot, isKeyframe, NO_HEADER_SLOT, trackId } from '../media/tag-info.js';

/** How far other tags may be ahead of video; beyond that the video is over and there is nothing to wait for. */
const MAX_INTERLEAVE_MS = 5_000;
/** A start this little behind the last frame is still inside of it. */
const MAX_FRAME_LENGTH_MS = 1_000;

/**
 * What a tag means for a search. `start`: the best place to begin so far. `past`: too late, begin at the newest start.
 * `between`: neither.
 */
export type SeekStep = 'start' | 'past' | 'between';

/**
 * Finds where to begin playing, among the tags of a file as they go by: at the newest keyframe that is not behind the wanted
 * time; without video at the frame that plays then; without any keyframe at the first frame.
 */
export class SeekSearch {
  readonly #startMs: number;
  #firstMs: number | undefined;
  #lastMs = 0;
  #hasVideo = false;

  /**
   * @param startMs wanted, counted from the first frame
   * @param firstMs timestamp of the first frame, where the search does not begin with it
   */
  constructor(startMs: number, firstMs?: number) {
    this.#startMs = startMs;
    this.#firstMs = firstMs;
  }

  see(tag: MediaTag): SeekStep {
    if (tag.kind === 'data' || tag.body.length === 0 || headerSlot(tag) !== NO_HEADER_SLOT) return 'between';
    const { timestampMs } = tag;
    this.#lastMs = timestampMs;
    const isFirst = this.#firstMs === undefined;
    this.#firstMs ??= timestampMs;
    const step = this.#judge(tag, timestampMs - this.#firstMs - this.#startMs);
    return isFirst ? 'start' : step;
  }

  /** @param overMs how far the tag is behind the wanted time */
  #judge(tag: MediaTag, overMs: number): SeekStep {
    if (overMs > MAX_INTERLEAVE_MS) return 'past';
    if (tag.kind === 'video') {
      this.#hasVideo = true;
      if (overMs > 0) return 'past';
      return isKeyframe(tag) && trackId(tag) === 0 ? 'start' : 'between';
    }
    if (this.#hasVideo) return 'between';
    return overMs > 0 ? 'past' : 'start';
  }

  /** Asked when all tags have gone by without `past`: whether the wanted time is still inside the last frame. */
  get isInsideLastFrame(): boolean {
    return this.#firstMs !== undefined && this.#firstMs + this.#startMs <= this.#lastMs + MAX_FRAME_LENGTH_MS;
  }
}
