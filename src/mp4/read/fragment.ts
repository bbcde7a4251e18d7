import type { ByteReader } from '../../bytes/reader.js';
import { type Box, boxesIn, findBox, requiredBox } from './box.js';
import { readFullBox, readTime, readU64 } from './full-box.js';
import type { SampleDefaults } from './movie.js';
import { impossible } from './table-rows.js';

/** Some samples of one track one behind the other in a fragment (`trun`, ISO/IEC 14496-12 8.8.8). */
export interface FragmentRun {
  readonly count: number;
  /** Where its data begins in the file. */
  readonly dataAt: number;
  readonly dataEnd: number;
  /** When its first sample is decoded; `undefined`: when the sample before is over. */
  readonly decodeTicks: number | undefined;
  readonly rows: DataView;
  readonly layout: RowLayout;
  /** For what is not in the rows. */
  readonly defaults: SampleDefaults;
  readonly firstFlags: number | undefined;
}

/** Where in a row, in bytes, its fields are; `undefined`: they are not there. */
export interface RowLayout {
  readonly rowSizeBytes: number;
  readonly durationAt: number | undefined;
  readonly sizeAt: number | undefined;
  readonly flagsAt: number | undefined;
  readonly compositionAt: number | undefined;
}

/** The runs of each track in a fragment (`moof`), by its id. */
export type Fragment = ReadonlyMap<number, readonly FragmentRun[]>;

const BASE_OFFSET = 0x01;
const DESCRIPTION = 0x02;
const DEFAULT_DURATION = 0x08;
const DEFAULT_SIZE = 0x10;
const DEFAULT_FLAGS = 0x20;
const BASE_IS_MOOF = 0x020000;

const RUN_OFFSET = 0x001;
const RUN_FIRST_FLAGS = 0x004;
const ROW_DURATION = 0x100;
const ROW_SIZE = 0x200;
const ROW_FLAGS = 0x400;
const ROW_COMPOSITION = 0x800;
const ROW_FIELDS = [ROW_DURATION, ROW_SIZE, ROW_FLAGS, ROW_COMPOSITION] as const;

/** Hours of pictures and sound. Fragments of a live stream have some hundred. */
const MAX_FRAGMENT_SAMPLES = 1_000_000;

/**
 * @param moof content of the box, of which views are kept
 * @param moofAt where the box begins in the file
 * @param defaultsOf what the index says of a track
 * @param maxSamples more than the whole file can have
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function readFragment(
  moof: Uint8Array,
  moofAt: number,
  defaultsOf: (trackId: number) => SampleDefaults,
  maxSamples: number,
): Fragment {
  const fragment = new Map<number, FragmentRun[]>();
  let dataEnd = moofAt;
  let samples = 0;
  for (const { type, content } of boxesIn(moof)) {
    if (type !== 'traf') continue;
    const head = readTrackFragmentHead(requiredBox(content, 'tfhd'), defaultsOf);
    // What does not say where its data is has it behind that of the track before (ISO/IEC 14496-12 8.8.7).
    const base = head.baseOffset ?? (head.isBaseMoof ? moofAt : dataEnd);
    const runs = fragment.get(head.trackId) ?? [];
    fragment.set(head.trackId, runs);
    for (const run of runsIn(content, { ...head, base, maxSamples })) {
      runs.push(run);
      samples += run.count;
      if (samples > MAX_FRAGMENT_SAMPLES) throw impossible('trun');
      dataEnd = run.dataEnd;
    }
  }
  return fragment;
}

interface TrackFragmentHead {
  readonly trackId: number;
  readonly baseOffset: number | undefined;
  readonly isBaseMoof: boolean;
  readonly defaults: SampleDefaults;
}

function readTrackFragmentHead(tfhd: Uint8Array, defaultsOf: (trackId: number) => SampleDefaults): TrackFragmentHead {
  return readFullBox('tfhd', tfhd, (r, { flags }) => {
    const trackId = r.u32('track id');
    const baseOffset = (flags & BASE_OFFSET) === 0 ? undefined : readU64(r, 'base offset');
    if ((flags & DESCRIPTION) !== 0) r.skip(4, 'description');
    const usual = defaultsOf(trackId);
    const defaults = {
      durationTicks: (flags & DEFAULT_DURATION) === 0 ? usual.durationTicks : r.u32('duration'),
      sizeBytes: (flags & DEFAULT_SIZE) === 0 ? usual.sizeBytes : r.u32('size'),
      flags: (flags & DEFAULT_FLAGS) === 0 ? usual.flags : r.u32('flags'),
    };
    return { trackId, baseOffset, isBaseMoof: (flags & BASE_IS_MOOF) !== 0, defaults };
  });
}

interface RunContext {
  readonly defaults: SampleDefaults;
  readonly base: number;
  readonly maxSamples: number;
}

function* runsIn(traf: Uint8Array, context: RunContext): Generator<FragmentRun, void> {
  let decodeTicks = readDecodeTime(traf);
  let dataEnd = context.base;
  for (const box of boxesIn(traf)) {
    if (box.type !== 'trun') continue;
    const run = readRun(box, context, dataEnd, decodeTicks);
    yield run;
    dataEnd = run.dataEnd;
    decodeTicks = undefined;
  }
}

function readDecodeTime(traf: Uint8Array): number | undefined {
  const tfdt = findBox(traf, 'tfdt');
  return tfdt && readFullBox('tfdt', tfdt, (r, head) => readTime(r, head, 'decode time'));
}

function readRun(
  { type, content }: Box,
  { defaults, base, maxSamples }: RunContext,
  dataEnd: number,
  decodeTicks: number | undefined,
): FragmentRun {
  return readFullBox(type, content, (r, { flags }) => {
    const count = r.u32('count');
    const dataAt = (flags & RUN_OFFSET) === 0 ? dataEnd : base + r.s32('data offset');
    const firstFlags = (flags & RUN_FIRST_FLAGS) === 0 ? undefined : r.u32('flags of the first sample');
    const layout = rowLayout(flags);
    // Samples of no size would be nothing, and of the others the file cannot have more than it has bytes.
    const hasSize = layout.sizeAt !== undefined || defaults.sizeBytes > 0;
    if (count > maxSamples) throw impossible('trun');
    const run = { count: hasSize ? count : 0, rows: readRows(r, count * layout.rowSizeBytes), layout, defaults };
    return { ...run, dataAt, dataEnd: dataAt + sizeOf(run), decodeTicks, firstFlags };
  });
}

function readRows(r: ByteReader, sizeBytes: number): DataView {
  if (sizeBytes > r.remaining) throw impossible('trun');
  const bytes = r.bytes(sizeBytes, 'rows');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function rowLayout(flags: number): RowLayout {
  let rowSizeBytes = 0;
  const [durationAt, sizeAt, flagsAt, compositionAt] = ROW_FIELDS.map((field) => {
    if ((flags & field) === 0) return undefined;
    rowSizeBytes += 4;
    return rowSizeBytes - 4;
  });
  return { rowSizeBytes, durationAt, sizeAt, flagsAt, compositionAt };
}

function sizeOf({
  count,
  rows,
  layout,
  defaults,
}: Pick<FragmentRun, 'count' | 'rows' | 'layout' | 'defaults'>): number {
  const { sizeAt, rowSizeBytes } = layout;
  if (sizeAt === undefined) return count * defaults.sizeBytes;
  let sizeBytes = 0;
  for (let row = 0; row < count; row++) sizeBytes += rows.getUint32(row * rowSizeBytes + sizeAt);
  return sizeBytes;
}
