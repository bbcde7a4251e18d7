import type { MediaTag } from '../media/tag.js';
import { isFrame, isKeyframe } from '../media/tag-info.js';
import { FrameGrid } from './frame-grid.js';
import { MAX_INTERLEAVING_MS, PieceBeginning } from './piece-beginning.js';

/** Frames of one kind never go back; farther back than this means that another clock begins. */
const MAX_STEP_BACK_MS = 1_000;
/** So long video of a piece may be left out because it does not begin with a keyframe. */
const MAX_WAIT_FOR_KEYFRAME_MS = 10_000;
/** What may be held to find out where a piece begins. */
const MAX_HELD_BYTES = 2 * 1024 * 1024;
/** The objects around a body: many tiny tags cost memory too. */
const TAG_OVERHEAD_BYTES = 256;

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
  /** Where the frames before that are over, exactly. */
  formerEndMs = Number.NEGATIVE_INFINITY;
  /** Where they were over when the mapping before was left: frames of its clock may still have come since. */
  leftMs = Number.NEGATIVE_INFINITY;
}

/**
 * Puts pieces (loops, files, reconnects) one after the other on one timeline (`design.md`, "Time").
 *
 * A piece begins as soon as none of its kinds overlaps the piece before: its first audio when the last audio is over, or its first
 * video when the last video is, whichever is later. All tags of a piece are moved by the same whole number of milliseconds, so audio
 * and video keep their offset. Where pieces begin is reckoned in fractions, so that rounding does not add up however many there are.
 * Frames of no kind ever go back. Video of a further piece begins with a keyframe.
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
  /** What the present mapping adds by rounding. */
  #roundingMs = 0;

  #held: MediaTag[] = [];
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
    if (this.#newestFrameMs !== Number.NEGATIVE_INFINITY) {
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
      if (this.#areFramesHeld(tag.kind)) this.#takeJumpBack(mapping, tag.timestampMs + mapping.offsetMs, placed);
      placed.push(this.#placeFrame(tag, mapping));
      return;
    }
    if (this.#mapping !== undefined) this.#leaveMapping();
    this.#hold(tag, placed);
  }

  /** Headers, data and end marks. Their times are often 0 or left over from elsewhere, so they follow the frames. */
  #takeOther(tag: MediaTag, placed: MediaTag[]): void {
    const mapping = this.#mapping;
    if (mapping === undefined) {
      this.#hold(tag, placed);
      return;
    }
    const wantedMs = tag.timestampMs + mapping.offsetMs;
    const newestMs = Math.max(mapping.startMs, this.#newestFrameMs);
    if (newestMs === Number.NEGATIVE_INFINITY) {
      placed.push(tag);
      return;
    }
    const mostAheadMs = tag.kind === 'data' ? this.#maxGapMs : MAX_INTERLEAVING_MS;
    const followingMs = wantedMs > newestMs + mostAheadMs ? newestMs : wantedMs;
    placed.push(this.#placeOther(tag, Math.max(followingMs, mapping.startMs)));
  }

  #placeOther(tag: MediaTag, wantedMs: number): MediaTag {
    const track = this.#tracks[tag.kind];
    track.newestMs = Math.max(wantedMs, track.newestMs);
    return moved(tag, track.newestMs);
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
    for (const kind of ['audio', 'video'] as const) {
      this.#tracks[kind].leftMs = this.#endOf(kind);
    }
    this.#formerMapping = this.#mapping;
    this.#mapping = undefined;
  }

  /** Where a track is over, to a fraction of a millisecond; -Infinity when it never had anything. */
  #endOf(kind: 'audio' | 'video'): number {
    const { grid, newestMs, formerEndMs } = this.#tracks[kind];
    return Math.max(formerEndMs, newestMs, (grid.endMs ?? Number.NEGATIVE_INFINITY) - this.#roundingMs);
  }

  #beginMapping(mapping: Mapping, startMs: number): void {
    for (const kind of ['audio', 'video'] as const) {
      this.#tracks[kind].formerEndMs = this.#endOf(kind);
      this.#tracks[kind].grid = new FrameGrid();
    }
    this.#mapping = mapping;
    this.#roundingMs = mapping.startMs - startMs;
  }

  #hold(tag: MediaTag, placed: MediaTag[]): void {
    this.#held.push(tag);
    this.#heldBytes += tag.body.length + TAG_OVERHEAD_BYTES;
    if (this.#heldBytes >= MAX_HELD_BYTES || (isFrame(tag) && this.#isBeginningKnown(tag))) this.#release(placed);
  }

  /** Whether audio as well as video has begun, or one of them seems to be missing, or has all the room that it may need. */
  #isBeginningKnown({ kind, timestampMs }: MediaTag): boolean {
    const first = this.#held.find(isFrame);
    if (first === undefined || kind !== first.kind) return true;
    if (Math.abs(timestampMs - first.timestampMs) >= MAX_INTERLEAVING_MS) return true;
    const other = kind === 'audio' ? 'video' : 'audio';
    return this.#endOf(other) < this.#endOf(first.kind === 'audio' ? 'audio' : 'video') - MAX_INTERLEAVING_MS;
  }

  /** Decides where what is held begins, if there are frames among it, and lets it go. */
  #release(placed: MediaTag[]): void {
    const held = this.#takeHeld();
    const beginning = new PieceBeginning(held.filter(isFrame));
    const endOf = (kind: 'audio' | 'video') => (beginning.has(kind) ? this.#endOf(kind) : this.#tracks[kind].leftMs);
    const startMs = beginning.behind(endOf('audio'), endOf('video'));
    const roundMs = Math.round(startMs);
    if (beginning.isEmpty) {
      for (const tag of held) placed.push(this.#placeOther(tag, roundMs));
      return;
    }
    this.#beginMapping({ offsetMs: roundMs - beginning.firstMs, startMs: roundMs }, startMs);
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
    const atMs = Math.min(Math.round(Math.max(this.#endOf('audio'), this.#endOf('video'))), nextMs);
    for (const tag of this.#takeHeld()) {
      placed.push(this.#placeFrame(tag, { ...mapping, offsetMs: atMs - tag.timestampMs }));
    }
  }

  #areFramesHeld(kind: MediaTag['kind']): boolean {
    return this.#held.length > 0 && this.#held.some((tag) => tag.kind === kind && isFrame(tag));
  }

  #takeHeld(): MediaTag[] {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  get #newestFrameMs(): number {
    return Math.max(this.#tracks.audio.newestFrameMs, this.#tracks.video.newestFrameMs);
  }
}

function moved(tag: MediaTag, timestampMs: number): MediaTag {
  return timestampMs === tag.timestampMs ? tag : { kind: tag.kind, timestampMs, body: tag.body };
}
