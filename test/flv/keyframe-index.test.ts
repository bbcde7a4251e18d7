import { describe, expect, it } from 'vitest';
import { amfObject, ecmaArray } from '../../src/amf/value.js';
import { KeyframeIndex, keyframesFromAmf, keyframesToAmf } from '../../src/flv/keyframe-index.js';

describe('KeyframeIndex', () => {
  it('keeps all while there is room', () => {
    const index = new KeyframeIndex();
    for (let i = 0; i < 2048; i++) index.add({ timestampMs: i * 1000, atByte: 100 + i * 50 });
    expect(index.entries).toHaveLength(2048);
    expect(index.entries[7]).toEqual({ timestampMs: 7000, atByte: 450 });
  });

  it('stays evenly spread when there are too many', () => {
    const index = new KeyframeIndex();
    for (let i = 0; i < 50_000; i++) {
      index.add({ timestampMs: i * 1000, atByte: i });
      if (index.entries.length > 2048) throw new Error(`${index.entries.length} entries`);
    }
    const times = index.entries.map(({ timestampMs }) => timestampMs / 1000);
    expect(times.length).toBeGreaterThan(1024);
    expect(times[0]).toBe(0);
    expect(new Set(times.slice(1).map((time, i) => time - times[i]!))).toEqual(new Set([32]));
    expect(times.at(-1)).toBe(49_984);
  });
});

describe('keyframes in onMetaData', () => {
  it('are seconds and byte offsets', () => {
    const keyframes = [
      { timestampMs: 0, atByte: 500 },
      { timestampMs: 2040, atByte: 9000 },
    ];
    const amf = keyframesToAmf(keyframes);
    expect(amf).toEqual(amfObject({ times: [0, 2.04], filepositions: [500, 9000] }));
    expect(keyframesFromAmf(amf)).toEqual(keyframes);
    expect(keyframesFromAmf(ecmaArray({ times: [0, 2.04], filepositions: [500, 9000] }))).toEqual(keyframes);
  });

  it.each([
    ['nothing', undefined],
    ['no object', 'keyframes'],
    ['no arrays', amfObject({ times: 1, filepositions: 2 })],
    ['different lengths', amfObject({ times: [1], filepositions: [2, 3] })],
    ['no numbers', amfObject({ times: ['1'], filepositions: [2] })],
    ['not a number', amfObject({ times: [Number.NaN], filepositions: [2] })],
    ['a position before the file', amfObject({ times: [0], filepositions: [-2] })],
    ['half a byte', amfObject({ times: [0], filepositions: [2.5] })],
    ['times that go back', amfObject({ times: [2, 1], filepositions: [2, 3] })],
    ['positions that go back', amfObject({ times: [1, 2], filepositions: [3, 2] })],
  ])('are not believed with %s', (_, value) => {
    expect(keyframesFromAmf(value)).toEqual([]);
  });
});
