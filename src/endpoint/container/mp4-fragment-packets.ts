import type { FragmentRun } from '../../mp4/read/fragment.js';
import { FragmentWalk } from '../../mp4/read/fragment-walk.js';
import { decodeShiftOf, type SampleWalk } from '../../mp4/read/sample-walk.js';
import { type TrackTimeline, ticksAt, toMs } from '../../mp4/read/timeline.js';
import type { PacketCursor, TrackPackets } from './container-reader.js';
import type { Mp4Bytes } from './mp4-bytes.js';
import { Mp4Cursor } from './mp4-cursor.js';
import type { Mp4Fragments } from './mp4-fragments.js';

/** What is looked through to find the end of a file that does not tell it, at most. */
const MAX_SCANNED_FRAGMENTS = 20_000;
const MAX_SCANNED_SAMPLES = 20_000_000;

/** So many samples tell how frames are reordered. */
const PROBED_SAMPLES = 120;

/** A sample in a fragment. */
interface Place {
  /** Where to look for the fragment. */
  readonly from: number;
  /** When its first sample is decoded, unless it says so itself. */
  readonly startTicks: number;
  /** Of the sample, among those of its track there. */
  readonly index: number;
}

/** Where the fragments of a track are. */
export interface FragmentsOfTrack {
  readonly trackId: number;
  readonly timeline: TrackTimeline;
  /** To be read one behind the other, together with what lies between them. */
  readonly fragments: Mp4Fragments;
  /** The same ones, for who only looks through them. */
  readonly scanned: Mp4Fragments;
  readonly start: Place;
  /** What decode times are put back by; `undefined`: as the first fragment needs it. */
  readonly decodeShiftTicks: number | undefined;
}

/** The samples of a track that are in fragments. */
export class Mp4FragmentPackets implements TrackPackets {
  readonly #bytes: Mp4Bytes;
  readonly #track: FragmentsOfTrack;
  #decodeShiftTicks: number | undefined;

  constructor(bytes: Mp4Bytes, track: FragmentsOfTrack) {
    this.#bytes = bytes;
    this.#track = track;
    this.#decodeShiftTicks = track.decodeShiftTicks;
  }

  async first(): Promise<PacketCursor | undefined> {
    return this.#from(this.#track.start);
  }

  async firstKeyframe(): Promise<PacketCursor | undefined> {
    const cursor = await this.first();
    while (cursor !== undefined && !cursor.isAtEnd && !cursor.isKeyframe) await cursor.advance();
    return cursor === undefined || cursor.isAtEnd ? undefined : cursor;
  }

  async at(timeMs: number): Promise<PacketCursor | undefined> {
    return this.#from(await this.#latest(timeMs, () => true));
  }

  async keyframeAt(timeMs: number): Promise<PacketCursor | undefined> {
    return this.#from(await this.#latest(timeMs, ({ isKeyframe }) => isKeyframe));
  }

  /** When the last sample ends; `undefined`: there is none, or there are very many fragments. */
  async endMs(): Promise<number | undefined> {
    let endTicks = Number.NEGATIVE_INFINITY;
    let fragments = 0;
    let samples = 0;
    for await (const { walk } of this.#scan()) {
      if (fragments === MAX_SCANNED_FRAGMENTS || samples > MAX_SCANNED_SAMPLES) return undefined;
      for (; walk.next(); samples++) endTicks = Math.max(endTicks, walk.endTicks + walk.compositionTicks);
      fragments += 1;
    }
    return samples === 0 ? undefined : toMs(this.#track.timeline, endTicks);
  }

  /** Along all samples, fragment by fragment. */
  walks(): AsyncGenerator<SampleWalk, void> {
    return this.#walksFrom(this.#track.start);
  }

  async #from(place: Place | undefined): Promise<PacketCursor | undefined> {
    if (place === undefined) return undefined;
    const timing = { timeline: this.#track.timeline, decodeShiftTicks: await this.#decodeShift() };
    return Mp4Cursor.begin(this.#bytes, timing, this.#walksFrom(place));
  }

  /** By the first samples: what would be needed later is not known. */
  async #decodeShift(): Promise<number> {
    if (this.#decodeShiftTicks !== undefined) return this.#decodeShiftTicks;
    let shift = 0;
    let count = 0;
    for await (const { walk } of this.#scan()) {
      for (; walk.next(); count++) shift = Math.max(shift, decodeShiftOf(walk.compositionTicks));
      if (count >= PROBED_SAMPLES) break;
    }
    this.#decodeShiftTicks = shift;
    return shift;
  }

  /** The sample that is presented last at that time or before, of those that count. */
  async #latest(timeMs: number, counts: (sample: SampleWalk) => boolean): Promise<Place | undefined> {
    const ticks = ticksAt(this.#track.timeline, timeMs);
    const shift = await this.#decodeShift();
    let found: Place | undefined;
    let foundTicks = Number.NEGATIVE_INFINITY;
    for await (const { walk, place } of this.#scan()) {
      for (let index = 0; walk.next(); index++) {
        if (index === 0 && walk.decodeTicks - shift > ticks) return found;
        const presentedTicks = walk.decodeTicks + walk.compositionTicks;
        if (presentedTicks > ticks || presentedTicks < foundTicks || walk.sizeBytes === 0 || !counts(walk)) continue;
        found = { ...place, index };
        foundTicks = presentedTicks;
      }
    }
    return found;
  }

  #scan(): AsyncGenerator<{ walk: FragmentWalk; place: Place }, void> {
    return this.#steps(this.#track.scanned, this.#track.start);
  }

  async *#walksFrom(place: Place): AsyncGenerator<SampleWalk, void> {
    let toSkip = place.index;
    for await (const { walk } of this.#steps(this.#track.fragments, place)) {
      for (; toSkip > 0; toSkip--) walk.next();
      yield walk;
    }
  }

  /** The track's part in one fragment after the other. A walk is to be finished before the next one begins. */
  async *#steps(fragments: Mp4Fragments, place: Place): AsyncGenerator<{ walk: FragmentWalk; place: Place }, void> {
    let { from, startTicks } = place;
    for (;;) {
      const found = await fragments.next(from);
      if (found === undefined) return;
      const runs: readonly FragmentRun[] | undefined = found.fragment.get(this.#track.trackId);
      if (runs !== undefined) {
        const walk = new FragmentWalk(runs, startTicks);
        yield { walk, place: { from, startTicks, index: 0 } };
        startTicks = walk.endTicks;
      }
      from = found.end;
    }
  }
}
