import type { MediaTag } from '../media/tag.js';
import { isFrame, isKeyframe } from '../media/tag-info.js';
import { FrameGrid } from './frame-grid.js';

/** Frames of one kind never go back; farther back than this means that another clock begins. */
const MAX_STEP_BACK_MS = 1_000;
/** Audio and video that belong together are interleaved, but not by more than this. */
const MAX_INTERLEAVING_MS = 1_000;
/** So long video of a piece may be left out because it does not begin with a keyframe. */
const MAX_WAIT_FOR_KEYFRAME_MS = 10_000;
/** What may be held to find out where a piece begins. */
const MAX_HELD_BYTES = 2 * 1024 * 1024;

const NOTHING: readonly MediaTag[] = [];

export interface SplicerOptions {
  /** A step forward beyond this, of audio and video together, is no pause but another clock. Default: none is. */
  readonly maxGapMs?: number;
}

/** What is added to timestamps of a piece to put them on the timeline. */
interface Mapping {
  readonly offsetMs: number;
  /** Where on the timeline it begins. */
  readonly startMs: number;
}

/** Where one kind of tags (audio, video or data) has got to, on the timeline that comes out. */
class Track {
  newestMs = Number.NEGATIVE_INFINITY;
  newestFrameMs = Number.NEGATIVE_INFINITY;
  /** Of the frames since the present mapping began. */
  grid = new FrameGrid();
}

/**
 * Puts pieces (loops, files, reconnects) one after the other on one timeline (`design.md`, "Time").
 *
 * A piece begins where the one before ended: where its last frame is over, of audio or video, whichever ends later. All tags of a
 * piece are moved by the same whole number of milliseconds, so audio and video keep their offset. Where pieces begin is reckoned
 * in fractions, so that rounding does not add up however many there are. Frames of no kind ever go back. Video of a further piece
 * begins with a keyframe.
 *
 * Within a piece, timestamps that go back, or forward beyond `maxGapMs`, are those of another clock: the stream goes on
 * without a gap. Frames of the clock before may still come in between, because kinds are interleaved.
 *
 * The first piece keeps its timestamps; tags that need no change come back as the same objects.
 */
export class Splicer {
  readonly #maxGapMs: number;
  readonly #tracks = { audio: new Track(), video: new Track(), data: new Track() };
  /** `undefined` while it is not known yet where what is held begins. */
  #mapping: Mapping | undefined = { offsetMs: 0, startMs: Number.NEGATIVE_INFINITY };
  /** Of the clock before, within the same piece. */
  #formerMapping: Mapping | undefined;
  /** Where the present mapping begins, exactly. */
  #startMs = Number.NEGATIVE_INFINITY;
  /** What the mapping adds to that by rounding. */
  #roundingMs = 0;

  readonly #held: MediaTag[] = [];
  #heldBytes = 0;
  #needsKeyframe = false;
  #leftOutFrames = 0;

  constructor({ maxGapMs = Number.POSITIVE_INFINITY }: SplicerOptions = {}) {
    this.#maxGapMs = maxGapMs;
  }

  /** The tags that follow are of the next piece. Gives back the rest of the present one. */
  beginPiece(): readonly MediaTag[] {
    const rest = this.end();
    this.#leftOutFrames = 0;
    if (this.endMs !== Number.NEGATIVE_INFINITY) {
      this.#leaveMapping();
      this.#formerMapping = undefined;
      this.#needsKeyframe = true;
    }
    return rest;
  }

  /** Tags of the present piece with their place on the timeline. The first ones of a piece may come out with later ones. */
  splice(tags: readonly MediaTag[]): readonly MediaTag[] {
    const placed: MediaTag[] = [];
    for (const tag of tags) {
      this.#take(tag, placed);
    }
    const isUnchanged = placed.length === tags.length && placed.every((tag, i) => tag === tags[i]);
    return isUnchanged ? tags : placed;
  }

  /** Nothing more follows of the present piece: the rest of it. */
  end(): readonly MediaTag[] {
    if (this.#held.length === 0) return NOTHING;
    const placed: MediaTag[] = [];
    // Frames of several clocks may be among them: then the first release holds the others again.
    while (this.#held.length > 0) this.#release(placed);
    return placed;
  }

  /** Of the tags that wait because it is not known yet where their piece begins. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Where a piece would begin now, to a fraction of a millisecond; -Infinity when there was nothing yet. */
  get endMs(): number {
    const { audio, video } = this.#tracks;
    const ends = [audio, video].map(({ grid, newestMs }) =>
      Math.max(newestMs, (grid.endMs ?? newestMs) - this.#roundingMs),
    );
    return Math.max(this.#startMs, ...ends);
  }

  /** Video frames of the present piece that nothing can be decoded from, because its first keyframe comes later. */
  get leftOutFrames(): number {
    return this.#leftOutFrames;
  }

  #take(tag: MediaTag, placed: MediaTag[]): void {
    if (!isFrame(tag)) {
      this.#takeOther(tag, placed);
    } else if (this.#isUndecodable(tag)) {
      this.#leftOutFrames++;
    } else {
      this.#takeFrame(tag, placed);
    }
  }

  #takeFrame(tag: MediaTag, placed: MediaTag[]): void {
    const mapping = this.#mappingOf(tag);
    if (mapping !== undefined) {
      if (this.#isHeld(tag.kind)) this.#takeJumpBack(mapping, tag.timestampMs + mapping.offsetMs, placed);
      placed.push(this.#placeFrame(tag, mapping));
      return;
    }
    if (this.#mapping !== undefined) this.#leaveMapping();
    this.#hold(tag);
    if (this.#isBeginningKnown(tag)) this.#release(placed);
  }

  /** Headers, data and end marks. Their times are often 0 or left over from elsewhere, so they follow the frames. */
  #takeOther(tag: MediaTag, placed: MediaTag[]): void {
    const mapping = this.#mapping;
    if (mapping === undefined && this.#held.length > 0) {
      this.#hold(tag);
      return;
    }
    const track = this.#tracks[tag.kind];
    const wantedMs = mapping === undefined ? Math.round(this.#startMs) : tag.timestampMs + mapping.offsetMs;
    const newestMs = this.#newestFrameMs;
    if (newestMs === Number.NEGATIVE_INFINITY) {
      placed.push(moved(tag, wantedMs));
      return;
    }
    const mostAheadMs = tag.kind === 'data' ? this.#maxGapMs : MAX_INTERLEAVING_MS;
    const isAstray = mapping !== undefined && wantedMs > newestMs + mostAheadMs;
    track.newestMs = Math.max(isAstray ? newestMs : wantedMs, track.newestMs);
    placed.push(moved(tag, track.newestMs));
  }

  #placeFrame(tag: MediaTag, mapping: Mapping): MediaTag {
    const track = this.#tracks[tag.kind];
    const timestampMs = Math.max(tag.timestampMs + mapping.offsetMs, track.newestMs);
    track.newestMs = timestampMs;
    track.newestFrameMs = timestampMs;
    track.grid.add(timestampMs);
    return moved(tag, timestampMs);
  }

  /** Video that needs frames which are not there. Streams that have keyframes but do not say so are not waited for for ever. */
  #isUndecodable(tag: MediaTag): boolean {
    if (!this.#needsKeyframe || tag.kind !== 'video') return false;
    const overMs = this.#mapping === undefined ? 0 : tag.timestampMs + this.#mapping.offsetMs - this.#mapping.startMs;
    if (isKeyframe(tag) || overMs > MAX_WAIT_FOR_KEYFRAME_MS) this.#needsKeyframe = false;
    return this.#needsKeyframe;
  }

  /** The clock that a frame belongs to: the present one or the one before. `undefined`: another. */
  #mappingOf(tag: MediaTag): Mapping | undefined {
    const present = this.#mapping;
    if (this.#fits(tag, present, MAX_INTERLEAVING_MS)) return present;
    const former = this.#formerMapping;
    if (this.#fits(tag, former, MAX_INTERLEAVING_MS)) {
      if (present !== undefined) {
        this.#mapping = former;
        this.#formerMapping = present;
      }
      return former;
    }
    return this.#fits(tag, present, this.#maxGapMs) ? present : undefined;
  }

  /** @param mostAheadMs how far the tag may be ahead of the newest frame, or of where the clock begins */
  #fits(tag: MediaTag, mapping: Mapping | undefined, mostAheadMs: number): boolean {
    if (mapping === undefined) return false;
    const timestampMs = tag.timestampMs + mapping.offsetMs;
    const earliestMs = Math.max(mapping.startMs, this.#tracks[tag.kind].newestFrameMs) - MAX_STEP_BACK_MS;
    const newestMs = Math.max(mapping.startMs, this.#newestFrameMs);
    const isFirst = newestMs === Number.NEGATIVE_INFINITY;
    return timestampMs >= earliestMs && (isFirst || timestampMs <= newestMs + mostAheadMs);
  }

  #leaveMapping(): void {
    this.#startMs = this.endMs;
    this.#formerMapping = this.#mapping;
    this.#mapping = undefined;
    for (const track of Object.values(this.#tracks)) {
      track.grid = new FrameGrid();
    }
  }

  #hold(tag: MediaTag): void {
    this.#held.push(tag);
    this.#heldBytes += tag.body.length;
  }

  /** Whether audio as well as video has begun, or one of them seems to be missing, or has all the room that it may need. */
  #isBeginningKnown({ kind, timestampMs }: MediaTag): boolean {
    const first = this.#held.find(isFrame);
    if (first === undefined) return false;
    const other = first.kind === 'audio' ? this.#tracks.video : this.#tracks.audio;
    if (other.newestFrameMs < this.#startMs - MAX_INTERLEAVING_MS) return true;
    const isLate = Math.abs(timestampMs - first.timestampMs) >= MAX_INTERLEAVING_MS;
    return kind !== first.kind || isLate || this.#heldBytes >= MAX_HELD_BYTES;
  }

  #release(placed: MediaTag[]): void {
    const held = this.#takeHeld();
    const startMs = Math.round(this.#startMs);
    this.#roundingMs = startMs - this.#startMs;
    this.#mapping = { offsetMs: startMs - firstTimestampMs(held), startMs };
    for (const tag of held) {
      if (isFrame(tag)) {
        this.#takeFrame(tag, placed);
      } else {
        this.#takeOther(tag, placed);
      }
    }
  }

  /** The clock before goes on: what was held had a damaged time, and belongs before what follows of its kind. */
  #takeJumpBack(mapping: Mapping, nextMs: number, placed: MediaTag[]): void {
    this.#mapping = mapping;
    this.#formerMapping = undefined;
    const atMs = Math.min(Math.round(this.#startMs), nextMs);
    for (const tag of this.#takeHeld()) {
      const astray = { ...mapping, offsetMs: atMs - tag.timestampMs };
      placed.push(this.#placeFrame(tag, astray));
    }
  }

  #isHeld(kind: MediaTag['kind']): boolean {
    return this.#held.length > 0 && this.#held.some((tag) => tag.kind === kind);
  }

  #takeHeld(): MediaTag[] {
    this.#heldBytes = 0;
    return this.#held.splice(0);
  }

  get #newestFrameMs(): number {
    return Math.max(this.#tracks.audio.newestFrameMs, this.#tracks.video.newestFrameMs);
  }
}

/** Least timestamp of the frames: the first audio may lie a little before the first video, or behind it. */
function firstTimestampMs(tags: readonly MediaTag[]): number {
  const frames = tags.filter(isFrame);
  const [first] = frames;
  let leastMs = first?.timestampMs ?? 0;
  for (const { timestampMs } of frames) {
    if (timestampMs < leastMs && first !== undefined && timestampMs >= first.timestampMs - MAX_INTERLEAVING_MS) {
      leastMs = timestampMs;
    }
  }
  return leastMs;
}

function moved(tag: MediaTag, timestampMs: number): MediaTag {
  return timestampMs === tag.timestampMs ? tag : { kind: tag.kind, timestampMs, body: tag.body };
}
