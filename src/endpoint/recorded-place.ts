import type { MediaTag } from '../media/tag.js';
import { isFrame } from '../media/tag-info.js';

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
 * timestamps of the recording; then nothing comes twice. Of others what lies between the keyframe before and that place does.
 */
export class RecordedPlace {
  /** Where the present connection was to begin. */
  #startMs: number;
  /** Timestamp of the first frame of all. */
  #firstMs: number | undefined;
  #newestMs: Times = { ...NOT_YET };
  /** What the connections before have brought. */
  #formerMs: Readonly<Times> = NOT_YET;

  /** @param startMs where the play is to begin */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** Where a connection has to begin now, so that nothing is missing: servers begin at the keyframe before. */
  get positionMs(): number {
    const { audio, video } = this.#newestMs;
    const cameMs = [audio, video].filter(Number.isFinite);
    if (cameMs.length === 0) return this.#startMs;
    const newestMs = Math.max(Math.min(...cameMs), 0);
    return this.hasOwnTime ? newestMs : this.#startMs + newestMs;
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
    }
  }

  /** More of the stream, without what a connection before has brought. */
  pass(tags: readonly MediaTag[]): readonly MediaTag[] {
    const fresh = tags.filter(({ kind, timestampMs }) => timestampMs > this.#formerMs[kind]);
    for (const tag of fresh) {
      if (isFrame(tag)) this.#firstMs ??= tag.timestampMs;
      this.#newestMs[tag.kind] = Math.max(this.#newestMs[tag.kind], tag.timestampMs);
    }
    return fresh;
  }
}
