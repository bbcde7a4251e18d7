import type { MediaTag } from '../media/tag.js';
import { headerSlot, isKeyframe, NO_HEADER_SLOT, trackId } from '../media/tag-info.js';
import { StreamHeaders } from './stream-headers.js';

/** A GOP that is larger is not held: the source is taken up at its next keyframe. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;
/** The objects around a body: many tiny tags cost memory too. */
const TAG_OVERHEAD_BYTES = 256;
/** Without video for so long, a source has none, and can be taken up at any sound. */
const VIDEO_GONE_AFTER_MS = 5_000;
/** So much is held of one without video. */
const HELD_SOUND_MS = 1_000;

const NOTHING: readonly MediaTag[] = [];

/**
 * A source that is connected and not on air: what is held of it so that it can be taken up at any moment, which are its headers
 * and everything since its newest keyframe.
 */
export class Standby {
  readonly #headers = new StreamHeaders();
  #held: MediaTag[] = [];
  /** Those in force where what is held begins. */
  #headersAtFirst: readonly MediaTag[] = NOTHING;
  #heldBytes = 0;
  #hasKeyframe = false;
  #hasVideo = false;
  #videoMs = Number.NEGATIVE_INFINITY;
  #newestMs = Number.NEGATIVE_INFINITY;

  /** What it holds can be decoded. */
  get isReady(): boolean {
    return this.#held.length > 0;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The metadata and sequence headers in force. */
  get headers(): readonly MediaTag[] {
    return this.#headers.inForce;
  }

  /** Looks only for headers: the source is on air, and nothing of it is held. */
  follow(tags: readonly MediaTag[]): void {
    for (const tag of tags) {
      this.#headers.see(tag);
    }
  }

  /** Gives away what it holds, the headers first, with the time of what follows them. */
  take(): readonly MediaTag[] {
    const [first] = this.#held;
    if (first === undefined) return NOTHING;
    const headers = this.#headersAtFirst.map(({ kind, body }) => ({ kind, timestampMs: first.timestampMs, body }));
    const taken = [...headers, ...this.#held];
    this.letGo();
    return taken;
  }

  /** Holds nothing until the next keyframe. */
  letGo(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#hasKeyframe = false;
  }

  /** Another connection: nothing is known any more. */
  reset(): void {
    this.letGo();
    this.#headers.clear();
    this.#hasVideo = false;
    this.#videoMs = Number.NEGATIVE_INFINITY;
    this.#newestMs = Number.NEGATIVE_INFINITY;
  }

  /** The next tag of the source. Tells whether it is a new place to take the source up. */
  see(tag: MediaTag): boolean {
    this.#newestMs = Math.max(this.#newestMs, tag.timestampMs);
    if (tag.kind === 'video') {
      this.#hasVideo = true;
      this.#videoMs = this.#newestMs;
    }
    const isPlace = this.#isPlaceToBegin(tag);
    if (isPlace) {
      this.letGo();
      this.#hasKeyframe = true;
      this.#headersAtFirst = this.#headers.inForce;
    }
    this.#headers.see(tag);
    if (this.#hasKeyframe) this.#hold(tag);
    return isPlace;
  }

  #isPlaceToBegin(tag: MediaTag): boolean {
    if (isKeyframe(tag)) return trackId(tag) === 0;
    const isWithoutVideo = !this.#hasVideo || this.#newestMs - this.#videoMs > VIDEO_GONE_AFTER_MS;
    const isSound = tag.kind === 'audio' && headerSlot(tag) === NO_HEADER_SLOT;
    const [first = tag] = this.#held;
    return isWithoutVideo && isSound && (first === tag || tag.timestampMs - first.timestampMs >= HELD_SOUND_MS);
  }

  #hold(tag: MediaTag): void {
    this.#held.push(tag);
    this.#heldBytes += tag.body.length + TAG_OVERHEAD_BYTES;
    if (this.#heldBytes > MAX_HELD_BYTES) this.letGo();
  }
}
