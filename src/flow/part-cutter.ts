import type { MediaTag } from '../media/tag.js';
import { isFrame, isKeyframe, isSequenceHeader, trackId } from '../media/tag-info.js';
import { PartTimeline } from './part-timeline.js';
import { StreamHeaders } from './stream-headers.js';

/** A keyframe that comes this little before it is due counts: encoders round their times. */
const EARLY_MS = 20;
/** Video that has been away for so long is not waited for any more: then a part may begin with audio. */
const MAX_VIDEO_SILENCE_MS = 10_000;
/** What a container takes around a frame, about. */
export const FRAME_OVERHEAD_BYTES = 16;
/** What a file takes besides its frames, about: an FLV reserves 42 kB for its index. */
export const FILE_OVERHEAD_BYTES = 64 * 1024;

/** When a new part begins. Without any rule none ever does. */
export interface PartRules {
  /** At the first keyframe after each multiple of this, counted from the beginning of the stream. */
  readonly everyMs?: number | undefined;
  /** At the last keyframe before the part would grow beyond this; a part is never shorter than one GOP. */
  readonly maxBytes?: number | undefined;
  /** When the codec configuration of audio or video changes. */
  readonly onChange?: boolean | undefined;
}

/** A run of tags that goes into one part. */
export interface PartPiece {
  readonly startsPart: boolean;
  readonly tags: readonly MediaTag[];
}

/**
 * Cuts a stream into parts that can each be played alone: a part begins with the metadata and sequence headers in force and
 * a keyframe, and its times begin at 0. No frame is lost, doubled or changed.
 *
 * Where there is no video, a part begins with any audio frame. When the sound's configuration changes amid a GOP, the
 * part begins with that sound, and its picture at the next keyframe.
 */
export class PartCutter {
  readonly #rules: PartRules;
  readonly #headers = new StreamHeaders();
  /** Kinds whose configuration has changed, and which have had no frame since. */
  readonly #changed = new Set<MediaTag['kind']>();
  #timeline = new PartTimeline();
  #hasFrames = false;
  /** How long the stream has gone on: till the newest frame, and till the beginning of the part. */
  #elapsedMs = 0;
  #partStartMs = 0;
  /** How many times `everyMs` had passed when the part began. */
  #period = 0;
  #partBytes = FILE_OVERHEAD_BYTES;
  #gopBytes = 0;
  #largestGopBytes = 0;
  #videoExpectedUntilMs = 0;

  constructor(rules: PartRules) {
    this.#rules = rules;
  }

  /** The first piece of the stream does not say that it starts a part: there is nothing before it. */
  cut(tags: readonly MediaTag[]): PartPiece[] {
    const pieces: { startsPart: boolean; tags: MediaTag[] }[] = [];
    let piece: MediaTag[] | undefined;
    for (const [i, tag] of tags.entries()) {
      if (this.#isWithheld(tag)) continue;
      const startsPart = isFrame(tag) && this.#startsPart(tag);
      if (startsPart) {
        this.#beginPart();
        piece = this.#headers.inForce.map((header) => ({ ...header, timestampMs: 0 }));
        pieces.push({ startsPart: true, tags: piece });
      }
      if (piece === undefined) {
        piece = [];
        pieces.push({ startsPart: false, tags: piece });
      }
      const placed = this.#timeline.place(tag, tags, i);
      if (startsPart) this.#partStartMs = this.#elapsedMs - placed.timestampMs;
      piece.push(placed);
      this.#count(tag);
    }
    return pieces;
  }

  /** A changed configuration goes to the part that begins with it, not to the one before. */
  #isWithheld(tag: MediaTag): boolean {
    const news = this.#headers.see(tag);
    if (tag.kind === 'video') {
      this.#videoExpectedUntilMs = this.#elapsedMs + MAX_VIDEO_SILENCE_MS;
    }
    const isChange = this.#rules.onChange === true && news === 'changed' && isSequenceHeader(tag) && this.#hasFrames;
    if (isChange) {
      this.#changed.add(tag.kind);
    }
    return isChange;
  }

  #startsPart(frame: MediaTag): boolean {
    const isFirst = !this.#hasFrames;
    this.#hasFrames = true;
    if (!isFirst) {
      this.#elapsedMs = Math.max(this.#elapsedMs, this.#partStartMs + this.#timeline.positionOf(frame));
    }
    const startsGop = isKeyframe(frame) && trackId(frame) === 0;
    if (startsGop) {
      this.#largestGopBytes = Math.max(this.#largestGopBytes, this.#gopBytes);
      this.#gopBytes = 0;
    }
    if (isFirst) return false;
    if (this.#changed.has(frame.kind)) return true;
    const isJoinPoint = startsGop || (frame.kind === 'audio' && this.#elapsedMs >= this.#videoExpectedUntilMs);
    return isJoinPoint && (this.#isTimeOver || this.#isFull);
  }

  get #isTimeOver(): boolean {
    return this.#periodNow > this.#period;
  }

  get #isFull(): boolean {
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#rules;
    return this.#partBytes + this.#largestGopBytes > maxBytes;
  }

  get #periodNow(): number {
    const { everyMs } = this.#rules;
    return everyMs === undefined ? 0 : Math.floor((this.#elapsedMs + EARLY_MS) / everyMs);
  }

  #beginPart(): void {
    this.#timeline = new PartTimeline();
    this.#changed.clear();
    this.#period = this.#periodNow;
    this.#partBytes = FILE_OVERHEAD_BYTES;
    this.#largestGopBytes = 0;
  }

  #count(tag: MediaTag): void {
    const sizeBytes = tag.body.length + FRAME_OVERHEAD_BYTES;
    this.#partBytes += sizeBytes;
    this.#gopBytes += sizeBytes;
  }
}
