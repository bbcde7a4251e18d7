import { describe, expect, it } from 'vitest';
import { readFragment } from '../../../src/mp4/read/fragment.js';
import { FragmentWalk } from '../../../src/mp4/read/fragment-walk.js';
import {
  decodeShift,
  decodingEnd,
  firstKeyframe,
  keyframePresentedAt,
  presentationEnd,
  samplePresentedAt,
} from '../../../src/mp4/read/sample-search.js';
import { readSampleTables } from '../../../src/mp4/read/sample-tables.js';
import type { SampleWalk } from '../../../src/mp4/read/sample-walk.js';
import { TableWalk } from '../../../src/mp4/read/table-walk.js';
import { concat } from '../../support/flv-builder.js';
import { box, sizes, table, u32 } from './layout.js';

const MAX_SAMPLES = 1_000;

interface Told {
  readonly at: number;
  readonly size: number;
  readonly decode: number;
  readonly shown: number;
  readonly key: boolean;
}

function all(walk: SampleWalk, limit = 100): Told[] {
  const told: Told[] = [];
  while (walk.next()) {
    const { offset, sizeBytes, decodeTicks, compositionTicks, isKeyframe } = walk;
    told.push({
      at: offset,
      size: sizeBytes,
      decode: decodeTicks,
      shown: decodeTicks + compositionTicks,
      key: isKeyframe,
    });
    if (told.length > limit) throw new Error('no end');
  }
  return told;
}

/** Six frames, in chunks of two, two and one and again one, the last of which is shown before two others. */
const TABLES = concat(
  table('stts', [2, 40], [0, 99], [4, 50]),
  table('ctts', [1, 0], [2, 80], [2, -10], [1, 0]),
  table('stsc', [1, 2, 1], [3, 1, 1]),
  table('stco', [100], [200], [300], [90]),
  sizes(5, 6, 7, 8, 9, 10),
  table('stss', [1], [4]),
);

describe('tables of samples', () => {
  const tables = readSampleTables(TABLES, MAX_SAMPLES);

  it('tell where samples are, when, and which are keyframes', () => {
    expect(all(new TableWalk(tables))).toEqual([
      { at: 100, size: 5, decode: 0, shown: 0, key: true },
      { at: 105, size: 6, decode: 40, shown: 120, key: false },
      { at: 200, size: 7, decode: 80, shown: 160, key: false },
      { at: 207, size: 8, decode: 130, shown: 120, key: true },
      { at: 300, size: 9, decode: 180, shown: 170, key: false },
      { at: 90, size: 10, decode: 230, shown: 230, key: false },
    ]);
  });

  it('can be entered anywhere', () => {
    const samples = all(new TableWalk(tables));
    for (let index = 0; index < 5; index++) {
      const walk = new TableWalk(tables);
      expect(walk.skipTo(index)).toBe(true);
      expect(all(walk)).toEqual(samples.slice(index + 1));
    }
    expect(new TableWalk(tables).skipTo(6)).toBe(false);
  });

  it('tell which sample is shown when', () => {
    expect([-1, 0, 119, 120, 159, 160, 169, 170, 1_000].map((at) => samplePresentedAt(tables, at))).toEqual([
      undefined,
      0,
      0,
      3,
      3,
      2,
      2,
      4,
      5,
    ]);
    expect([-1, 0, 119, 120, 1_000].map((at) => keyframePresentedAt(tables, at))).toEqual([undefined, 0, 0, 3, 3]);
    expect(firstKeyframe(tables)).toBe(0);
    expect(decodeShift(tables)).toBe(10);
    expect(decodingEnd(tables)).toBe(280);
    expect(presentationEnd(tables)).toBe(280);
  });

  it('make every sample a keyframe where none is named', () => {
    const plain = readSampleTables(
      concat(table('stts', [1, 10]), table('stsc', [1, 3, 1]), table('co64', [1, 5]), box('stsz', u32(0, 4, 3))),
      MAX_SAMPLES,
    );
    expect(all(new TableWalk(plain))).toEqual([
      { at: 2 ** 32 + 5, size: 4, decode: 0, shown: 0, key: true },
      { at: 2 ** 32 + 9, size: 4, decode: 10, shown: 10, key: true },
      { at: 2 ** 32 + 13, size: 4, decode: 20, shown: 20, key: true },
    ]);
    expect(keyframePresentedAt(plain, 15)).toBe(1);
    expect(firstKeyframe(plain)).toBe(0);
  });

  it.each([
    [4, '12 30', [1, 2, 3]],
    [8, '01 02 03', [1, 2, 3]],
    [16, '0001 0102 0003', [1, 0x102, 3]],
  ])('may be compact: %d bits', (bits, fields, wanted) => {
    const stz2 = box('stz2', u32(0, bits, 3), fields);
    const { sizes: read } = readSampleTables(concat(table('stts'), table('stsc'), table('stco'), stz2), MAX_SAMPLES);
    expect(wanted.map((_, i) => read.of(i))).toEqual(wanted);
  });

  const withTable = (changed: Uint8Array) => concat(changed, TABLES);

  it.each([
    ['chunks that are missing', table('stco', [100]), 2],
    ['no chunks at all', table('stco'), 0],
    ['chunks of nothing', table('stsc', [1, 0, 1]), 0],
    ['no runs of chunks', table('stsc'), 0],
    ['runs of chunks that go back', table('stsc', [1, 1, 1], [4, 2, 1], [2, 1, 1]), 4],
    ['a first chunk that is not the first', table('stsc', [9, 1, 1]), 4],
  ])('end with %s', (_, changed, count) => {
    expect(all(new TableWalk(readSampleTables(withTable(changed), MAX_SAMPLES)))).toHaveLength(count);
  });

  it('of times that end too early go on as they were', () => {
    const short = readSampleTables(withTable(table('stts', [1, 40])), MAX_SAMPLES);
    expect(all(new TableWalk(short)).map(({ decode }) => decode)).toEqual([0, 40, 80, 120, 160, 200]);
    const none = readSampleTables(withTable(table('stts')), MAX_SAMPLES);
    expect(all(new TableWalk(none)).map(({ decode }) => decode)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it.each([
    ['stss', [[0]]],
    ['stss', [[7]]],
    ['stss', []],
  ])('may name keyframes that are none: %s %j', (type, rows) => {
    const odd = readSampleTables(concat(table(type, ...rows), TABLES), MAX_SAMPLES);
    expect(firstKeyframe(odd)).toBeUndefined();
    expect(keyframePresentedAt(odd, 100)).toBeUndefined();
    expect(all(new TableWalk(odd)).some(({ key }) => key)).toBe(false);
  });

  it.each([
    ['stts', 'more rows than bytes', box('stts', u32(0, 2, 1, 1))],
    ['stts', 'a cut off head', box('stts', u32(0))],
    ['ctts', 'more rows than bytes', box('ctts', u32(0, 0xffffffff, 1, 1))],
    ['stsc', 'more rows than bytes', box('stsc', u32(0, 2, 1, 1, 1))],
    ['stco', 'more rows than bytes', box('stco', u32(0, 2, 1))],
    ['co64', 'more rows than bytes', box('co64', u32(0, 1, 1))],
    ['stss', 'more rows than bytes', box('stss', u32(0, 1))],
    ['stsz', 'more sizes than bytes', box('stsz', u32(0, 0, 2, 1))],
    ['stsz', 'more samples of one size than the file can have', box('stsz', u32(0, 1, MAX_SAMPLES + 1))],
  ])('must not claim what cannot be: %s with %s', (type, _, changed) => {
    expect(() => readSampleTables(withTable(changed), MAX_SAMPLES)).toThrow(
      expect.objectContaining({ code: 'ERR_MEDIA_DAMAGED', message: expect.stringContaining(type) }),
    );
  });

  it.each(['stts', 'stsc', 'stco', 'stsz'])('must not be without %s', (type) => {
    const bytes = Buffer.from(TABLES);
    bytes.write('free', bytes.indexOf(type));
    expect(() => readSampleTables(bytes, MAX_SAMPLES)).toThrow(expect.objectContaining({ code: 'ERR_MEDIA_DAMAGED' }));
  });

  it.each([
    ['more compact sizes than bytes', u32(0, 4, 3), '12'],
    ['compact sizes of odd bits', u32(0, 5, 1), '1234'],
  ])('must not have %s', (_, head, fields) => {
    const bytes = concat(table('stts'), table('stsc'), table('stco'), box('stz2', head, fields));
    expect(() => readSampleTables(bytes, MAX_SAMPLES)).toThrow(expect.objectContaining({ code: 'ERR_MEDIA_DAMAGED' }));
  });
});

describe('a fragment', () => {
  const MOOF_AT = 1_000;
  const defaults = { durationTicks: 20, sizeBytes: 3, flags: 0x10000 };
  const fragmentOf = (...trafs: readonly Uint8Array[]) =>
    readFragment(concat(box('mfhd', u32(0, 1)), ...trafs), MOOF_AT, () => defaults, MAX_SAMPLES);
  const samplesOf = (trackId: number, ...trafs: readonly Uint8Array[]) =>
    all(new FragmentWalk(fragmentOf(...trafs).get(trackId) ?? [], 500));

  it('tells all of each sample in its rows', () => {
    const traf = box(
      'traf',
      box('tfhd', u32(0x020000, 7)),
      box('tfdt', u32(0x01000000, 1, 0)),
      // data offset; duration, size, flags and composition offset of each
      box('trun', u32(0xf01, 2, 64), u32(10, 5, 0x02000000, 8), u32(10, 6, 0x01010000, -4)),
    );
    expect(samplesOf(7, traf)).toEqual([
      { at: 1_064, size: 5, decode: 2 ** 32, shown: 2 ** 32 + 8, key: true },
      { at: 1_069, size: 6, decode: 2 ** 32 + 10, shown: 2 ** 32 + 6, key: false },
    ]);
  });

  it('has defaults of its own and of the index, and flags for the first sample', () => {
    const own = box('traf', box('tfhd', u32(0x38, 7, 33, 4, 0)), box('trun', u32(0x1, 2, 100)));
    const ofIndex = box('traf', box('tfhd', u32(0, 7)), box('trun', u32(0x5, 2, 200, 0)));
    expect(samplesOf(7, own, ofIndex)).toEqual([
      { at: 1_100, size: 4, decode: 500, shown: 500, key: true },
      { at: 1_104, size: 4, decode: 533, shown: 533, key: true },
      // Where no base is given, it is the end of the data before.
      { at: 1_308, size: 3, decode: 566, shown: 566, key: true },
      { at: 1_311, size: 3, decode: 586, shown: 586, key: false },
    ]);
  });

  it('finds data from its own start, from a given place, or behind other data', () => {
    const given = box('traf', box('tfhd', u32(0x01, 1, 0, 5_000)), box('trun', u32(0x1, 1, 8)), box('trun', u32(0, 1)));
    const behind = box('traf', box('tfhd', u32(0, 2)), box('trun', u32(0x200, 2, 11, 12)));
    const moof = box('traf', box('tfhd', u32(0x020002, 3, 1)), box('trun', u32(0, 1)));
    const places = [1, 2, 3].map((id) => samplesOf(id, given, behind, moof).map(({ at }) => at));
    expect(places).toEqual([[5_008, 5_011], [5_014, 5_025], [1_000]]);
  });

  it('must not have more samples than there can be in all of its runs', () => {
    const runs = Array.from({ length: 1_100 }, () => box('trun', u32(0, MAX_SAMPLES)));
    expect(() => fragmentOf(box('traf', box('tfhd', u32(0, 1)), ...runs))).toThrow('trun');
  });

  it('has no samples that have no size', () => {
    const traf = box('traf', box('tfhd', u32(0x10, 1, 0)), box('trun', u32(0, 900)));
    expect(samplesOf(1, traf)).toEqual([]);
    expect(samplesOf(2, traf)).toEqual([]);
  });

  it.each([
    ['more rows than bytes', box('trun', u32(0x301, 2, 0, 1, 1))],
    ['more samples than the file can have', box('trun', u32(0, MAX_SAMPLES + 1))],
    ['a cut off head', box('trun', u32(0x1, 1))],
  ])('must not claim what cannot be: %s', (_, trun) => {
    expect(() => fragmentOf(box('traf', box('tfhd', u32(0, 1)), trun))).toThrow(
      expect.objectContaining({ code: 'ERR_MEDIA_DAMAGED' }),
    );
  });
});
