import type { MediaTag } from '../media/tag.js';
import { headerSlot, isKeyframe, NO_HEADER_SLOT, trackId } from '../media/tag-info.js';
import { StreamHeaders } from './stream-headers.js';

/** A GOP that is larger is not held: the source is taken up at its next keyframe. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;
/** The objects around a body: many tiny tags cost memory too. */
const TAG_OVERHEAD_BYTES = 256;
/** After so much sound without video, a source has none, and can be taken up at any sound. */
const VIDEO_GONE_AFTER_MS = 5_000;
/** A longer step from one sound to the next is a pause, in which there was no video either. */
const MAX_SOUND_STEP_MS = 1_000;
/** So much is held of one without video. */
const HELD_SOUND_MS = 1_000;

const NOTHING: readonly MediaTag[] = [];

/** What is held of a source so that it can be taken up at any moment: its headers and everything since its newest keyframe. */
export class Standby {
  readonly #headers = new StreamHeaders();
  #held: MediaTag[] = [];
  /** Those in force where what is held begins. */
  #headersAtFirst: readonly MediaTag[] = NOTHING;
  #heldBytes = 0;
  #hasKeyframe = false;
  #hasVideo = false;
  #newestSoundMs = 0;
  /** How much of it has come since the newest video. */
  #soundWithoutVideoMs = 0;

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

  /** Gets to know the source, but holds nothing of it: nobody will want to go back to what has been on air. */
  follow(tags: readonly MediaTag[]): void {
    for (const tag of tags) {
      this.#note(tag);
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
    this.#soundWithoutVideoMs = 0;
  }

  /** The next tag of the source. Tells whether it is a new place to take the source up. */
  see(tag: MediaTag): boolean {
    this.#note(tag);
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

  #note({ kind, timestampMs }: MediaTag): void {
    if (kind === 'video') {
      this.#hasVideo = true;
      this.#soundWithoutVideoMs = 0;
    } else if (kind === 'audio') {
      const stepMs = timestampMs - this.#newestSoundMs;
      if (stepMs > 0 && stepMs <= MAX_SOUND_STEP_MS) this.#soundWithoutVideoMs += stepMs;
      this.#newestSoundMs = timestampMs;
    }
  }

  #isPlaceToBegin(tag: MediaTag): boolean {
    if (isKeyframe(tag)) return trackId(tag) === 0;
    const isWithoutVideo = !this.#hasVideo || this.#soundWithoutVideoMs > VIDEO_GONE_AFTER_MS;
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
