import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimestampUnwrapper } from '../../src/media/timeline.js';

const WRAP = 2 ** 32;

function unwrapAll(timestamps: readonly number[]): number[] {
  const timeline = new TimestampUnwrapper();
  return timestamps.map((timestampMs) => timeline.unwrap(timestampMs));
}

describe('TimestampUnwrapper', () => {
  it.each([
    ['the first stays as it is', [0xfffffff0], [0xfffffff0]],
    ['time goes on', [0, 40, 80], [0, 40, 80]],
    ['a wrap goes on', [0xffffffe0, 8, 48], [0xffffffe0, WRAP + 8, WRAP + 48]],
    ['small steps backward stay backward', [100, 60, 120], [100, 60, 120]],
    ['a step back over the wrap', [0xfffffffe, 4, 0xffffffff, 8], [0xfffffffe, WRAP + 4, WRAP - 1, WRAP + 8]],
    ['a start over', [5_000_000, 0, 40], [5_000_000, 0, 40]],
    ['a step back below the first', [5, 0xfffffffb], [5, -5]],
    [
      'two wraps',
      [0, 0x7fffffff, 0xfffffffe, 0x7ffffffd, 0xfffffffc, 1],
      [0, 0x7fffffff, 0xfffffffe, 0x17ffffffd, 0x1fffffffc, 0x200000001],
    ],
  ])('%s', (_name, wire, expected) => {
    expect(unwrapAll(wire)).toEqual(expected);
  });

  it('is not moved by data tags whose time is 0, even beyond 2^31', () => {
    const timeline = new TimestampUnwrapper();
    expect(timeline.nearest(0)).toBe(0);
    expect(timeline.unwrap(0x7fffffff)).toBe(0x7fffffff);
    expect(timeline.nearest(0)).toBe(0);
    expect(timeline.unwrap(0x80000001)).toBe(0x80000001);
    expect(timeline.nearest(0)).toBe(WRAP);
    expect(timeline.unwrap(0x80000002)).toBe(0x80000002);
  });

  it('follows any walk of steps below 2^31', () => {
    const step = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(fc.nat(WRAP - 1), fc.array(step), (first, steps) => {
        let now = first;
        const walk = [first, ...steps.map((by) => (now += by))];
        expect(unwrapAll(walk.map((timeMs) => ((timeMs % WRAP) + WRAP) % WRAP))).toEqual(walk);
      }),
    );
  });
});
