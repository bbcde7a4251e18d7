import { MediaError } from '../errors.js';
import type { MediaTag } from '../media/tag.js';
import { headerSlot, isSequenceEnd, NO_HEADER_SLOT } from '../media/tag-info.js';

/** Where the distance between frames is not known, because a piece has only one. */
const UNKNOWN_FRAME_MS = 40;
/** Frames of one kind never go back; farther back than this means that another clock begins. */
const MAX_STEP_BACK_MS = 1000;

/** Where one kind of tags (audio, video or data) has got to, on the timeline that comes out. */
interface Track {
  /** Timestamp of the newest tag. */
  newestMs: number;
  /** Of the newest frame, and the distance to the frame before; -Infinity and 0 before there are any. */
  newestFrameMs: number;
  frameMs: number;
}

/**
 * Puts pieces (loops, files, reconnects) one after the other on one timeline (`design.md`, "Time"). A piece begins where
 * the one before ended: at its last timestamp plus the distance of its last frames, of audio or video, whichever ends later. All
 * tags of a piece are moved by the same amount, so audio and video keep their offset. No kind of tag ever goes back.
 *
 * The first piece keeps its timestamps; tags that need no change come back as the same objects.
 */
export class Splicer {
  readonly #tracks = { audio: newTrack(), video: newTrack(), data: newTrack() };
  /** Where the present piece begins. */
  #startMs = Number.NEGATIVE_INFINITY;
  /** What is added to its timestamps; `undefined` before its first frame, which decides. */
  #offsetMs: number | undefined = 0;

  /** The tags that follow are of the next piece. */
  beginPiece(): void {
    if (this.endMs === Number.NEGATIVE_INFINITY) return;
    this.#startMs = this.endMs;
    this.#offsetMs = undefined;
  }

  /** Tags of the present piece with their place on the timeline. */
  splice(tags: readonly MediaTag[]): readonly MediaTag[] {
    let changed: MediaTag[] | undefined;
    for (let i = 0; i < tags.length; i++) {
      const tag = tags[i];
      if (tag === undefined) continue;
      const timestampMs = this.#place(tag, tags);
      if (timestampMs !== tag.timestampMs) {
        changed ??= tags.slice(0, i);
      }
      changed?.push(timestampMs === tag.timestampMs ? tag : { kind: tag.kind, timestampMs, body: tag.body });
    }
    return changed ?? tags;
  }

  /** Where a piece would begin now; -Infinity when there was nothing yet. */
  get endMs(): number {
    return Math.max(...Object.values(this.#tracks).map(trackEndMs));
  }

  /** `neighbours`: tags of the same piece, this one among them. */
  #place(tag: MediaTag, neighbours: readonly MediaTag[]): number {
    const isFrame = isMediaFrame(tag);
    const track = this.#tracks[tag.kind];
    const floorMs = Math.max(this.#startMs, track.newestMs);
    if (this.#offsetMs === undefined) {
      // What comes before the first frame are headers, whose timestamps are often 0 or left over from elsewhere.
      if (!isFrame) return this.#startMs;
      this.#offsetMs = this.#startMs - firstTimestampMs(tag.timestampMs, neighbours);
    } else if (isFrame && tag.timestampMs + this.#offsetMs < floorMs - MAX_STEP_BACK_MS) {
      this.beginPiece();
      return this.#place(tag, neighbours);
    }
    const timestampMs = Math.max(tag.timestampMs + this.#offsetMs, floorMs);
    advance(track, timestampMs, isFrame);
    return timestampMs;
  }
}

/**
 * Plays pieces one after the other on one timeline. A piece is opened when the one before has ended.
 *
 * @param pieces see `repeat`; may be endless.
 * @throws {MediaError} `ERR_MEDIA_EMPTY` when a piece has no audio and no video: repeating it would never get anywhere.
 */
export async function* splice(
  pieces: Iterable<AsyncIterable<readonly MediaTag[]>> | AsyncIterable<AsyncIterable<readonly MediaTag[]>>,
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  const splicer = new Splicer();
  for await (const piece of pieces) {
    splicer.beginPiece();
    const startMs = splicer.endMs;
    for await (const tags of piece) {
      yield splicer.splice(tags);
    }
    if (splicer.endMs === startMs) {
      throw new MediaError('ERR_MEDIA_EMPTY', 'the input has no audio and no video', { stage: 'file' });
    }
  }
}

/** A piece so many times, opened anew each time; `Infinity`: for ever. */
export function* repeat<T>(open: () => T, times: number): Generator<T, void, undefined> {
  for (let i = 0; i < times; i++) {
    yield open();
  }
}

/** Least timestamp around the beginning of a piece: its first audio may lie a little before its first video. */
function firstTimestampMs(firstFrameMs: number, tags: readonly MediaTag[]): number {
  let leastMs = firstFrameMs;
  for (const tag of tags) {
    if (tag.timestampMs < leastMs && tag.timestampMs >= firstFrameMs - MAX_STEP_BACK_MS && isMediaFrame(tag)) {
      leastMs = tag.timestampMs;
    }
  }
  return leastMs;
}

function newTrack(): Track {
  return { newestMs: Number.NEGATIVE_INFINITY, newestFrameMs: Number.NEGATIVE_INFINITY, frameMs: 0 };
}

function trackEndMs(track: Track): number {
  if (track.newestFrameMs === Number.NEGATIVE_INFINITY) return track.newestMs;
  return Math.max(track.newestMs, track.newestFrameMs + (track.frameMs || UNKNOWN_FRAME_MS));
}

function advance(track: Track, timestampMs: number, isFrame: boolean): void {
  track.newestMs = timestampMs;
  if (!isFrame) return;
  // Frames that share a timestamp say nothing about the distance.
  if (track.newestFrameMs !== Number.NEGATIVE_INFINITY && timestampMs > track.newestFrameMs) {
    track.frameMs = timestampMs - track.newestFrameMs;
  }
  track.newestFrameMs = timestampMs;
}

/** Audio or video that is shown or heard: it has a duration. */
export function isMediaFrame(tag: MediaTag): boolean {
  return tag.kind !== 'data' && headerSlot(tag) === NO_HEADER_SLOT && !isSequenceEnd(tag);
}
