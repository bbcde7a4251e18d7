import type { MediaTag } from '../media/tag.js';

/** Audio and video that belong together are interleaved, but not by more than this. */
export const MAX_INTERLEAVING_MS = 1_000;

/** The first frames of a piece, on its own clock. */
export class PieceBeginning {
  /** Of all of them. */
  readonly firstMs: number;
  readonly #firstMs: { readonly audio: number; readonly video: number };

  /** @param frames those that do not belong together with the first one are left to be another clock's */
  constructor(frames: readonly MediaTag[]) {
    const [first] = frames;
    const leastOf = (kind: MediaTag['kind']): number => {
      const near = frames.filter((tag) => tag.kind === kind && first !== undefined && areNear(tag, first));
      return near.reduce((leastMs, { timestampMs }) => Math.min(leastMs, timestampMs), Number.POSITIVE_INFINITY);
    };
    this.#firstMs = { audio: leastOf('audio'), video: leastOf('video') };
    this.firstMs = Math.min(this.#firstMs.audio, this.#firstMs.video);
  }

  get isEmpty(): boolean {
    return this.firstMs === Number.POSITIVE_INFINITY;
  }

  has(kind: 'audio' | 'video'): boolean {
    return this.#firstMs[kind] !== Number.POSITIVE_INFINITY;
  }

  /** Where it has to begin so that each kind begins where that kind is over; one that it does not have, when both are. */
  behind(audioEndMs: number, videoEndMs: number): number {
    return Math.max(audioEndMs - this.#leadMsOf('audio'), videoEndMs - this.#leadMsOf('video'));
  }

  #leadMsOf(kind: 'audio' | 'video'): number {
    return this.has(kind) ? this.#firstMs[kind] - this.firstMs : 0;
  }
}

function areNear(one: MediaTag, other: MediaTag): boolean {
  return Math.abs(one.timestampMs - other.timestampMs) <= MAX_INTERLEAVING_MS;
}
