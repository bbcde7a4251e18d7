import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameGrid } from '../../src/flow/frame-grid.js';

function endOf(timestamps: readonly number[]): number | undefined {
  const grid = new FrameGrid();
  for (const ms of timestamps) grid.add(ms);
  return grid.endMs;
}

const steady = (count: number, frameMs: number, firstMs = 0): number[] =>
  Array.from({ length: count }, (_, i) => Math.round(firstMs + i * frameMs));

describe('FrameGrid', () => {
  it.each([
    ['nothing', [], undefined],
    ['one frame, whose length is not known', [100], 140],
    ['two', [0, 25], 50],
    ['a shared timestamp', [0, 20, 20], 40],
    ['a gap at the end', [0, 40, 100_000], 100_040],
    ['a gap that may be a frame', [0, 40, 5_000], 9_960],
    ['frames of all lengths', [0, 33, 100, 116, 183], 250],
    ['another rate behind a gap', [0, 33, 67, 100, 1000, 1040, 1080, 1120], 1160],
  ])('knows when %s is over', (_, timestamps, endMs) => {
    expect(endOf(timestamps)).toEqual(endMs === undefined ? undefined : expect.closeTo(Number(endMs), 6));
  });

  it('knows the end of a steady run to a part of a millisecond, which the timestamps do not say', () => {
    expect(endOf(steady(431, 1024 / 44.1))).toBeCloseTo((431 * 1024) / 44.1, 0);
    const rate = fc.double({ min: 5, max: 200, noNaN: true });
    fc.assert(
      fc.property(rate, fc.integer({ min: 50, max: 2000 }), fc.nat(1e9), (frameMs, count, firstMs) => {
        const endMs = endOf(steady(count, frameMs, firstMs))!;
        expect(Math.abs(endMs - firstMs - count * frameMs)).toBeLessThan(1);
      }),
    );
  });

  it('does not lose that over a day', () => {
    const frameMs = 1001 / 30;
    const count = 2_600_000;
    expect(endOf(steady(count, frameMs))).toBeCloseTo(count * frameMs, 1);
  });

  it('is never over before the newest frame', () => {
    const steps = fc.array(fc.integer({ min: -5, max: 12_000 }), { minLength: 1 });
    fc.assert(
      fc.property(steps, fc.nat(1e9), (all, firstMs) => {
        const grid = new FrameGrid();
        let ms = firstMs;
        for (const step of all) {
          ms = Math.max(ms, ms + step);
          grid.add(ms);
          expect(grid.endMs).toBeGreaterThanOrEqual(ms + 1);
        }
      }),
    );
  });
});
