import type { MediaTag } from '../media/tag.js';
import { isFrame, isKeyframe } from '../media/tag-info.js';

/** Servers that count from the place where a play begins say about 0 there. */
const ABOUT_ZERO_MS = 500;

type Times = Record<MediaTag['kind'], number>;

const NOT_YET: Readonly<Times> = {
  audio: Number.NEGATIVE_INFINITY,
  video: Number.NEGATIVE_INFINITY,
  data: Number.NEGATIVE_INFINITY,
};

/**
 * How far a recorded stream has been played, so that another connection can go on where one broke off. Most servers send the
 * timestamps of the recording; then nothing comes twice. Of others, what they begin with does.
 */
export class RecordedPlace {
  /** Where the present connection was to begin. */
  #startMs: number;
  /** Timestamp of the first frame of all. */
  #firstMs: number | undefined;
  #newestMs: Times = { ...NOT_YET };
  #keyframeMs: number | undefined;
  /** What the connections before have brought. */
  #formerMs: Readonly<Times> = NOT_YET;

  /** @param startMs where the play is to begin */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /**
   * Where a connection has to begin now, so that nothing is missing. Some servers begin at the keyframe before, nginx-rtmp at
   * the one after: just ahead of the newest keyframe that has come, both begin with what has come already.
   */
  get positionMs(): number {
    const newestMs = this.#keyframeMs ?? this.#newestMs.audio;
    if (newestMs === Number.NEGATIVE_INFINITY) return this.#startMs;
    const aheadMs = Math.max(newestMs - 1, 0);
    return this.hasOwnTime ? aheadMs : this.#startMs + aheadMs;
  }

  /** Whether timestamps are those of the recording, wherever a play begins. */
  get hasOwnTime(): boolean {
    return this.#firstMs === undefined || this.#firstMs > ABOUT_ZERO_MS || this.#startMs <= ABOUT_ZERO_MS;
  }

  /** What follows comes on another connection. */
  beginAgain(): void {
    if (this.hasOwnTime) {
      this.#formerMs = { ...this.#newestMs };
    } else {
      this.#startMs = this.positionMs;
      this.#newestMs = { ...NOT_YET };
      this.#keyframeMs = undefined;
    }
  }

  /** More of the stream, without what a connection before has brought. */
  pass(tags: readonly MediaTag[]): readonly MediaTag[] {
    const fresh = tags.filter(({ kind, timestampMs }) => timestampMs > this.#formerMs[kind]);
    for (const tag of fresh) {
      if (isFrame(tag)) this.#firstMs ??= tag.timestampMs;
      if (isKeyframe(tag)) this.#keyframeMs = tag.timestampMs;
      this.#newestMs[tag.kind] = Math.max(this.#newestMs[tag.kind], tag.timestampMs);
    }
    return fresh;
  }
}
