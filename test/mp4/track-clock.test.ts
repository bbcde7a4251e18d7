import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioFormat, VideoFormat } from '../../src/media/track/track.js';
import { TrackClock } from '../../src/mp4/track-clock.js';

const AAC: AudioFormat = {
  kind: 'audio',
  codec: 'aac',
  config: Uint8Array.of(0x12, 0x10),
  sampleRateHz: 44_100,
  channels: 2,
  frameLengthSamples: 1024,
};
const AVC: VideoFormat = { kind: 'video', codec: 'h264', config: new Uint8Array(0), width: 64, height: 64 };

function ticksOf(clock: TrackClock, timesMs: readonly number[]): number[] {
  return timesMs.map((ms) => clock.next(ms, ms).dtsTicks);
}

describe('TrackClock', () => {
  it.each([Math.round, Math.floor, Math.ceil])('puts frames of sound exactly one behind the other (%o)', (rounded) => {
    const times = Array.from({ length: 500 }, (_, i) => rounded(10_000.4 + (i * 1024) / 44.1));
    const first = times[0]!;
    const ticks = ticksOf(new TrackClock(AAC, first), times);
    expect(ticks).toEqual(ticks.map((_, i) => i * 1024));
  });

  it('begins anew behind a pause', () => {
    expect(ticksOf(new TrackClock(AAC, 0), [0, 23, 1_000, 1_023])).toEqual([0, 1024, 44_100, 45_124]);
  });

  it('is never more than a millisecond off', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 200 }), (steps) => {
        const clock = new TrackClock(AAC, 0);
        let ms = 0;
        let lastTicks = 0;
        for (const step of steps) {
          ms += step;
          const { dtsTicks } = clock.next(ms, ms);
          expect(dtsTicks).toBeGreaterThanOrEqual(lastTicks);
          lastTicks = dtsTicks;
          expect(Math.abs((dtsTicks * 1000) / 44_100 - ms)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('keeps the time of pictures and when they are shown, and never goes back', () => {
    const clock = new TrackClock(AVC, 100);
    expect(clock.next(100, 180)).toEqual({ dtsTicks: 0, compositionTicks: 80 });
    expect(clock.next(140, 120)).toEqual({ dtsTicks: 40, compositionTicks: -20 });
    expect(clock.next(130, 200)).toEqual({ dtsTicks: 40, compositionTicks: 60 });
  });

  it('shortens a pause that no step could tell', () => {
    const clock = new TrackClock(AAC, 0);
    const dayMs = 24 * 3600 * 1000;
    const [, behind = 0] = ticksOf(clock, [0, dayMs]);
    expect(behind).toBe(12 * 3600 * 44_100);
    expect(clock.next(dayMs + 23, dayMs + 23).dtsTicks).toBe(behind + 1024);
  });
});
