import type { MediaTag } from '../media/tag.js';
import { headerSlot, NO_HEADER_SLOT } from '../media/tag-info.js';
import { type Clock, systemClock } from './clock.js';

/** Rates are taken over this time, in slots of which the oldest is emptied when its turn comes again. */
const SLOT_MS = 250;
const SLOT_COUNT = 12;
/** A stream often begins with some seconds at once. Rates over less time than this would only show that. */
const MIN_PERIOD_MS = 1000;

/** While one kind goes on for longer than this the other is not late: it pauses, or is not in this part of the stream. */
const MAX_PAUSE_MS = 1_000;

/** What a progress line or a `stats` event shows of a stream (`product.md` 1). */
export interface MeterReading {
  /** Media time since the first frame. */
  readonly positionMs: number;
  /** Of tag bodies, since the beginning. */
  readonly bytes: number;
  /** What came per second of real time, over the last 3 s. */
  readonly bitrateKbps: number;
  readonly fps: number;
  /** Newest video time minus newest audio time; `null` while only one of them comes. */
  readonly skewMs: number | null;
  readonly audioTags: number;
  readonly videoTags: number;
  readonly dataTags: number;
}

/** Counts a stream as it goes by: a few additions per tag, no allocation, and the same cost however much has gone by before. */
export class Meter {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #slotBytes = new Float64Array(SLOT_COUNT);
  readonly #slotFrames = new Float64Array(SLOT_COUNT);
  /** Number of the slot of now, and when the first tags came. */
  #slot = 0;
  #beganMs: number | undefined;
  #bytes = 0;
  readonly #tagCounts = { audio: 0, video: 0, data: 0 };
  readonly #newestMs = { audio: Number.NaN, video: Number.NaN, data: Number.NaN };
  /** Where the other kind was when the newest frame of this one came. */
  readonly #otherMs = { audio: Number.NaN, video: Number.NaN };
  #firstFrameMs: number | undefined;

  constructor(clock: Pick<Clock, 'nowMs'> = systemClock) {
    this.#clock = clock;
  }

  add(tags: readonly MediaTag[]): void {
    const place = this.#moveOn() % SLOT_COUNT;
    this.#beganMs ??= this.#clock.nowMs();
    let bytes = 0;
    let videoFrames = 0;
    for (const tag of tags) {
      bytes += tag.body.length;
      this.#tagCounts[tag.kind]++;
      if (tag.kind !== 'data' && headerSlot(tag) === NO_HEADER_SLOT) {
        this.#firstFrameMs ??= tag.timestampMs;
        this.#newestMs[tag.kind] = tag.timestampMs;
        this.#otherMs[tag.kind] = tag.kind === 'video' ? this.#newestMs.audio : this.#newestMs.video;
        if (tag.kind === 'video') videoFrames++;
      }
    }
    this.#bytes += bytes;
    this.#slotBytes[place] = (this.#slotBytes[place] ?? 0) + bytes;
    this.#slotFrames[place] = (this.#slotFrames[place] ?? 0) + videoFrames;
  }

  read(): MeterReading {
    this.#moveOn();
    const periodSeconds = this.#periodMs / 1000;
    const { audio, video } = this.#newestMs;
    const newestMs = Number.isNaN(audio) ? video : Number.isNaN(video) ? audio : Math.max(audio, video);
    return {
      positionMs: this.#firstFrameMs === undefined ? 0 : Math.max(newestMs - this.#firstFrameMs, 0),
      bytes: this.#bytes,
      bitrateKbps: (sum(this.#slotBytes) * 8) / 1000 / periodSeconds,
      fps: sum(this.#slotFrames) / periodSeconds,
      skewMs: Number.isNaN(video - audio) || this.#isOnePausing ? null : video - audio,
      audioTags: this.#tagCounts.audio,
      videoTags: this.#tagCounts.video,
      dataTags: this.#tagCounts.data,
    };
  }

  get #isOnePausing(): boolean {
    const { audio, video } = this.#newestMs;
    return video - this.#otherMs.audio > MAX_PAUSE_MS || audio - this.#otherMs.video > MAX_PAUSE_MS;
  }

  /** Empties the slots whose time is over; gives back the number of the present one. */
  #moveOn(): number {
    const nowMs = this.#clock.nowMs();
    const slot = Math.floor(nowMs / SLOT_MS);
    const firstStale = Math.max(this.#slot + 1, slot - SLOT_COUNT + 1);
    for (let stale = firstStale; stale <= slot; stale++) {
      this.#slotBytes[stale % SLOT_COUNT] = 0;
      this.#slotFrames[stale % SLOT_COUNT] = 0;
    }
    this.#slot = slot;
    return slot;
  }

  /** The time that the slots cover: all before the present one, and of that what has passed. */
  get #periodMs(): number {
    const nowMs = this.#clock.nowMs();
    const coveredMs = (SLOT_COUNT - 1) * SLOT_MS + (nowMs % SLOT_MS);
    return Math.max(Math.min(coveredMs, nowMs - (this.#beganMs ?? nowMs)), MIN_PERIOD_MS);
  }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
