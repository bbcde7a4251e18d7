import {
  decodeShift,
  firstKeyframe,
  keyframePresentedAt,
  presentationEnd,
  samplePresentedAt,
} from '../../mp4/read/sample-search.js';
import type { SampleTables } from '../../mp4/read/sample-tables.js';
import type { SampleWalk } from '../../mp4/read/sample-walk.js';
import { TableWalk } from '../../mp4/read/table-walk.js';
import { type TrackTimeline, ticksAt, toMs } from '../../mp4/read/timeline.js';
import type { PacketCursor, TrackPackets } from './container-reader.js';
import type { Mp4Bytes } from './mp4-bytes.js';
import { Mp4Cursor, type Mp4Timing } from './mp4-cursor.js';
import type { Mp4FragmentPackets } from './mp4-fragment-packets.js';

/** The samples of a track that the tables of the index tell of, and those of fragments behind them, if there are any. */
export class Mp4TablePackets implements TrackPackets {
  readonly #bytes: Mp4Bytes;
  readonly #timing: Mp4Timing;
  readonly #tables: SampleTables;
  readonly #fragments: Mp4FragmentPackets | undefined;

  constructor(bytes: Mp4Bytes, timeline: TrackTimeline, tables: SampleTables, fragments?: Mp4FragmentPackets) {
    this.#bytes = bytes;
    this.#timing = { timeline, decodeShiftTicks: decodeShift(tables) };
    this.#tables = tables;
    this.#fragments = fragments;
  }

  /** `undefined`: not known without long reading. */
  async endMs(): Promise<number | undefined> {
    return this.#fragments === undefined ? this.#tablesEndMs : this.#fragments.endMs();
  }

  first(): Promise<PacketCursor | undefined> {
    return this.#from(0);
  }

  async firstKeyframe(): Promise<PacketCursor | undefined> {
    return (await this.#from(firstKeyframe(this.#tables))) ?? this.#fragments?.firstKeyframe();
  }

  async at(timeMs: number): Promise<PacketCursor | undefined> {
    const sought = await this.#fragments?.at(timeMs);
    return sought ?? this.#from(samplePresentedAt(this.#tables, ticksAt(this.#timing.timeline, timeMs)));
  }

  async keyframeAt(timeMs: number): Promise<PacketCursor | undefined> {
    const sought = await this.#fragments?.keyframeAt(timeMs);
    return sought ?? this.#from(keyframePresentedAt(this.#tables, ticksAt(this.#timing.timeline, timeMs)));
  }

  get #tablesEndMs(): number | undefined {
    const endTicks = presentationEnd(this.#tables);
    return endTicks === undefined ? undefined : toMs(this.#timing.timeline, endTicks);
  }

  async #from(index: number | undefined): Promise<PacketCursor | undefined> {
    return index === undefined ? undefined : Mp4Cursor.begin(this.#bytes, this.#timing, this.#walks(index));
  }

  async *#walks(index: number): AsyncGenerator<SampleWalk, void> {
    const walk = new TableWalk(this.#tables);
    if (index === 0 || walk.skipTo(index - 1)) yield walk;
    if (this.#fragments !== undefined) yield* this.#fragments.walks();
  }
}
