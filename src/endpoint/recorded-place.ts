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
  readonly #firstStartMs: number;
  /** Where the present connection was to begin. */
  #startMs: number;
  #isWaitingForFrame = true;
  #hasOwnTime = true;
  /** Timestamp of the first frame of all. */
  #firstMs: number | undefined;
  #newestMs: Times = { ...NOT_YET };
  #keyframeMs: number | undefined;
  /** Of the keyframe before that. */
  #formerKeyframeMs: number | undefined;
  /** What the connections before have brought. */
  #formerMs: Readonly<Times> = NOT_YET;

  /** @param startMs where the play is to begin */
  constructor(startMs: number) {
    this.#firstStartMs = startMs;
    this.#startMs = startMs;
  }

  /**
   * Where a connection has to begin now, so that nothing is missing. Some servers begin at the keyframe before, nginx-rtmp at
   * the one after: just ahead of the newest keyframe that has come, both begin with what has come already. Where that may be the
   * beginning of the recording, a server that begins there could not be told from one that counts from where it begins.
   */
  get positionMs(): number {
    const newestMs = this.#keyframeMs ?? this.#newestMs.audio;
    if (newestMs === Number.NEGATIVE_INFINITY) return this.#startMs;
    const aheadMs = Math.max(newestMs - 1, 0);
    if (!this.#hasOwnTime) return this.#startMs + aheadMs;
    const earliestMs = this.#keyframeMs === undefined ? newestMs : (this.#formerKeyframeMs ?? 0);
    return earliestMs > ABOUT_ZERO_MS ? aheadMs : this.#firstStartMs;
  }

  /** Whether timestamps are those of the recording, wherever a play begins. */
  get hasOwnTime(): boolean {
    return this.#hasOwnTime;
  }

  /** Whether what has come begins as a recording does. */
  get beganAtZero(): boolean {
    return this.#firstMs !== undefined && this.#firstMs <= ABOUT_ZERO_MS;
  }

  /** What follows comes on another connection. */
  beginAgain(): void {
    this.#startMs = this.positionMs;
    this.#isWaitingForFrame = true;
    if (this.#hasOwnTime) this.#formerMs = { ...this.#newestMs };
    else this.#forget();
  }

  /** More of the stream, without what a connection before has brought. */
  pass(tags: readonly MediaTag[]): readonly MediaTag[] {
    if (this.#isWaitingForFrame) this.#seeFirst(tags.find(isFrame));
    const fresh = tags.filter(({ kind, timestampMs }) => timestampMs > this.#formerMs[kind]);
    for (const tag of fresh) {
      if (isKeyframe(tag)) {
        this.#formerKeyframeMs = this.#keyframeMs;
        this.#keyframeMs = tag.timestampMs;
      }
      this.#newestMs[tag.kind] = Math.max(this.#newestMs[tag.kind], tag.timestampMs);
    }
    return fresh;
  }

  #seeFirst(frame: MediaTag | undefined): void {
    if (frame === undefined) return;
    this.#isWaitingForFrame = false;
    this.#firstMs ??= frame.timestampMs;
    const countsFromStart = this.#startMs > ABOUT_ZERO_MS && frame.timestampMs <= ABOUT_ZERO_MS;
    if (!countsFromStart) return;
    this.#hasOwnTime = false;
    this.#forget();
  }

  /** Times of a connection before say nothing about the next one. */
  #forget(): void {
    this.#newestMs = { ...NOT_YET };
    this.#keyframeMs = undefined;
    this.#formerKeyframeMs = undefined;
    this.#formerMs = NOT_YET;
  }
}
