import { describe, expect, it } from 'vitest';
import { DelayLine } from '../../src/flow/delay-line.js';
import type { MediaTag } from '../../src/media/tag.js';
import { FakeClock } from './fake-clock.js';
import { audio, keyframe } from './tags.js';

function bench(delayMs: number, maxBytes = Number.POSITIVE_INFINITY) {
  const clock = new FakeClock();
  const out: { readonly atMs: number; readonly tags: readonly MediaTag[] }[] = [];
  const startMs = clock.nowMs();
  let overflows = 0;
  const onTags = (tags: readonly MediaTag[]): void => void out.push({ atMs: clock.nowMs() - startMs, tags });
  const line = new DelayLine({ delayMs, maxBytes, clock, onTags, onOverflow: () => (overflows += 1) });
  return { clock, line, out, overflows: () => overflows };
}

describe('DelayLine', () => {
  it('passes each run of tags on unchanged, later by the same time, with one timer', () => {
    const { clock, line, out } = bench(10_000);
    const runs = Array.from({ length: 5_000 }, (_, i) => [audio(i * 20, i)]);
    for (const run of runs) {
      line.push(run);
      clock.advance(20);
      expect(clock.pendingTimers).toBeLessThanOrEqual(1);
    }
    clock.advance(10_000);
    expect(out.map(({ tags }) => tags)).toEqual(runs);
    expect(out.every(({ atMs }, i) => atMs === i * 20 + 10_000)).toBe(true);
    expect(line.heldBytes).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets go of everything when more comes than it may hold, and says so once', () => {
    const { clock, line, out, overflows } = bench(10_000, 10_000);
    for (let i = 0; i < 20; i++) line.push([keyframe(i * 40, i, 1_000)]);
    clock.advance(20_000);
    expect(overflows()).toBe(1);
    expect(line.heldBytes).toBe(0);
    expect(out).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('has no timer after it was stopped', () => {
    const { clock, line, out } = bench(1_000);
    line.push([audio(0)]);
    line.stop();
    line.push([audio(20)]);
    clock.advance(5_000);
    expect(out).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
