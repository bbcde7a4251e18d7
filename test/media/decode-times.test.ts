import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeTimes } from '../../src/media/decode-times.js';

function decodeTimesOf(presentationMs: readonly number[], promised?: number): number[] {
  const times = new DecodeTimes(presentationMs, promised);
  return presentationMs.map((ms) => times.next(ms));
}

describe('decode times', () => {
  it.each([
    ['no reordering', [0, 40, 80, 120], [0, 40, 80, 120]],
    ['one B-frame each', [0, 80, 40, 160, 120], [-40, 0, 40, 80, 120]],
    ['a pyramid', [0, 160, 80, 40, 120, 320, 240, 200, 280], [-80, -40, 0, 40, 80, 120, 160, 200, 240]],
    // x264 --bframes 3, frames 3 and 4 of every 7 dropped: what its own muxer wrote.
    ['a variable rate', [0, 133, 67, 33, 300, 233, 267], [-67, -34, 0, 33, 67, 133, 233]],
    ['leading pictures of an open GOP', [1000, 920, 960, 1120, 1040, 1080], [880, 920, 960, 1000, 1040, 1080]],
  ])('are those of the encoder: %s', (_, presentationMs, decodeMs) => {
    expect(decodeTimesOf(presentationMs)).toEqual(decodeMs);
  });

  it('leave room for what the configuration promises, before it is seen', () => {
    expect(decodeTimesOf([0, 40, 80, 120], 2)).toEqual([-80, -40, 0, 40]);
  });

  it('grow the delay when more frames are reordered later than at the start', () => {
    const start = Array.from({ length: 10 }, (_, i) => i * 40);
    const times = new DecodeTimes(start);
    const later = [480, 400, 440, 600, 520, 560, 720, 640, 680];
    const decodeMs = [...start, ...later].map((ms) => times.next(ms));
    expect(decodeMs).toEqual([...decodeMs].sort((a, b) => a - b));
    // From the second group on no frame is decoded after it should be seen.
    for (const [i, ms] of later.entries()) if (i >= 3) expect(decodeMs[10 + i]!).toBeLessThanOrEqual(ms);
  });

  it('begin anew where the clock was set anew', () => {
    const presentationMs = [100_000, 100_040, 100_080, 0, 40, 80];
    expect(decodeTimesOf(presentationMs)).toEqual(presentationMs);
  });

  it('of a single frame and of none', () => {
    expect(decodeTimesOf([500], 2)).toEqual([500]);
    expect(new DecodeTimes([]).next(7)).toBe(7);
  });

  it('are never late, never decrease, and with a constant rate are a constant delay', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<readonly number[]>([1], [2, 1], [3, 1, 2], [4, 2, 1, 3]), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 10, max: 100 }),
        (groups, frameMs) => {
          let shown = 0;
          const places = groups.flatMap((group) => {
            const before = shown;
            shown += group.length;
            return group.map((place) => before + place);
          });
          const presentationMs = [0, ...places.map((place) => place * frameMs)];
          const decodeMs = decodeTimesOf(presentationMs);
          const delayMs = -decodeMs[0]!;
          expect(decodeMs).toEqual(presentationMs.map((__, i) => i * frameMs - delayMs));
          expect(decodeMs.every((ms, i) => ms <= presentationMs[i]!)).toBe(true);
        },
      ),
    );
  });

  it('never decrease whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9_999 }), { maxLength: 200 }),
        fc.nat(16),
        (presentationMs, promised) => {
          const decodeMs = decodeTimesOf(presentationMs, promised);
          expect(decodeMs).toEqual([...decodeMs].sort((a, b) => a - b));
        },
      ),
    );
  });
});
