import { TimestampUnwrapper } from '../media/timeline.js';
import { FLV_AUDIO, FLV_VIDEO } from './tag.js';

/** A joined piece that begins within this time behind the piece before it goes on by itself. */
const MAX_CONTINUATION_GAP_MS = 10_000;

/**
 * One timeline for a whole file: 32-bit timestamps unwrapped, and each further piece of a joined file (one that begins with
 * a header of its own) put behind the piece before it, as FFmpeg does, unless its times already go on from there. Within a
 * piece every timestamp keeps its distance to the others, damaged ones included.
 */
export class FlvTimeline {
  #unwrapper = new TimestampUnwrapper();
  #shiftMs = 0;
  #isPieceNew = false;
  #startMs: number | undefined;
  #lastAudioMs: number | undefined;
  #lastVideoMs: number | undefined;

  /** @param startMs in the middle of a file: where the next audio or video stands, known from elsewhere */
  constructor(startMs?: number) {
    this.#startMs = startMs;
  }

  /** Where the newest audio or video stands, whichever is later; `undefined` before the first. */
  get endMs(): number | undefined {
    if (this.#lastAudioMs === undefined) return this.#lastVideoMs;
    return this.#lastVideoMs === undefined ? this.#lastAudioMs : Math.max(this.#lastAudioMs, this.#lastVideoMs);
  }

  /** A further header: from here on times may count from anywhere. */
  beginPiece(): void {
    this.#isPieceNew = this.endMs !== undefined;
  }

  /** Maps the u32 of a tag. Only audio and video move the timeline: metadata in mid-stream often says 0. */
  map(typeId: number, timestampMs: number): number {
    if (typeId !== FLV_AUDIO && typeId !== FLV_VIDEO) {
      return this.#mapData(timestampMs);
    }
    this.#place(timestampMs);
    const mappedMs = this.#shiftMs + this.#unwrapper.unwrap(timestampMs);
    if (typeId === FLV_AUDIO) {
      this.#lastAudioMs = mappedMs;
    } else {
      this.#lastVideoMs = mappedMs;
    }
    return mappedMs;
  }

  #mapData(timestampMs: number): number {
    if (this.#startMs !== undefined) return this.#startMs;
    return this.#isPieceNew ? (this.endMs ?? 0) : this.#shiftMs + this.#unwrapper.nearest(timestampMs);
  }

  /** Decides, at the first audio or video of a piece, where the piece stands. */
  #place(timestampMs: number): void {
    if (this.#startMs !== undefined) {
      this.#shiftMs = this.#startMs - timestampMs;
      this.#startMs = undefined;
    } else if (this.#isPieceNew) {
      this.#placeNewPiece(timestampMs);
    }
    this.#isPieceNew = false;
  }

  #placeNewPiece(timestampMs: number): void {
    const endMs = this.endMs ?? 0;
    const gapMs = this.#shiftMs + this.#unwrapper.nearest(timestampMs) - endMs;
    if (gapMs < 0 || gapMs > MAX_CONTINUATION_GAP_MS) {
      this.#unwrapper = new TimestampUnwrapper();
      this.#shiftMs = endMs - timestampMs;
    }
  }
}
