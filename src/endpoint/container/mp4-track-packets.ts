import { readIfWhole } from '../../codec/record.js';
import type { IndexedTrack } from '../../mp4/read/movie.js';
import { decodeShift, decodingEnd } from '../../mp4/read/sample-search.js';
import { readSampleTables, type SampleTables } from '../../mp4/read/sample-tables.js';
import type { PacketCursor, TrackPackets } from './container-reader.js';
import type { Mp4Bytes } from './mp4-bytes.js';
import { Mp4FragmentPackets } from './mp4-fragment-packets.js';
import type { Mp4Fragments } from './mp4-fragments.js';
import { Mp4TablePackets } from './mp4-table-packets.js';

/** The fragments behind the index. */
export interface FollowingFragments {
  readonly at: number;
  /** To be read one behind the other, together with what lies between them. */
  readonly fragments: Mp4Fragments;
  /** The same ones, for who only looks through them. */
  readonly scanned: Mp4Fragments;
}

/** The packets of a track, wherever they are. Its tables are looked at only when they are asked for. */
export class Mp4TrackPackets implements TrackPackets {
  readonly #bytes: Mp4Bytes;
  readonly #track: IndexedTrack;
  readonly #following: FollowingFragments | undefined;
  #opened: Mp4TablePackets | Mp4FragmentPackets | undefined;

  /** @param following `undefined`: the index has all samples */
  constructor(bytes: Mp4Bytes, track: IndexedTrack, following: FollowingFragments | undefined) {
    this.#bytes = bytes;
    this.#track = track;
    this.#following = following;
  }

  async endMs(): Promise<number | undefined> {
    return this.#open().endMs();
  }

  async first(): Promise<PacketCursor | undefined> {
    return this.#open().first();
  }

  async firstKeyframe(): Promise<PacketCursor | undefined> {
    return this.#open().firstKeyframe();
  }

  async at(timeMs: number): Promise<PacketCursor | undefined> {
    return this.#open().at(timeMs);
  }

  async keyframeAt(timeMs: number): Promise<PacketCursor | undefined> {
    return this.#open().keyframeAt(timeMs);
  }

  #open(): Mp4TablePackets | Mp4FragmentPackets {
    this.#opened ??= this.#following === undefined ? this.#whole() : this.#fragmented(this.#following);
    return this.#opened;
  }

  #whole(): Mp4TablePackets {
    return new Mp4TablePackets(this.#bytes, this.#track.timeline, this.#readTables());
  }

  /** The index may have the samples ahead of the first fragment. */
  #fragmented({ at, fragments, scanned }: FollowingFragments): Mp4TablePackets | Mp4FragmentPackets {
    const { id, timeline } = this.#track;
    const tables = readIfWhole(() => this.#readTables());
    const hasSamples = tables !== undefined && tables.sizes.count > 0;
    const start = { from: at, startTicks: hasSamples ? decodingEnd(tables) : 0, index: 0 };
    const packets = new Mp4FragmentPackets(this.#bytes, {
      trackId: id,
      timeline,
      fragments,
      scanned,
      start,
      decodeShiftTicks: hasSamples ? decodeShift(tables) : undefined,
    });
    return hasSamples ? new Mp4TablePackets(this.#bytes, timeline, tables, packets) : packets;
  }

  #readTables(): SampleTables {
    return readSampleTables(this.#track.tables, this.#bytes.maxSamples);
  }
}
