import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WatchLimit } from '../../src/commands/probe/watch-limit.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function limited() {
  let stoppedMs = 0;
  const ends: unknown[] = [];
  const limit = new WatchLimit(
    (why) => ends.push(why),
    () => performance.now() - stoppedMs,
  );
  const stop = (ms: number): void => {
    stoppedMs += ms;
    vi.advanceTimersByTime(ms);
  };
  return { limit, ends, stop };
}

describe('WatchLimit', () => {
  it('ends the watching when the time is up', () => {
    const { limit, ends } = limited();
    limit.after(5_000, 'duration');
    vi.advanceTimersByTime(4_999);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(ends).toEqual(['duration']);
  });

  it('does not count the time in which the process was stopped', () => {
    const { limit, ends, stop } = limited();
    limit.after(5_000, 'duration');
    vi.advanceTimersByTime(1_000);
    stop(60_000);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(3_999);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(ends).toEqual(['duration']);
  });

  it('waits for ever when that is wanted, and is cleared', () => {
    const { limit, ends } = limited();
    limit.after(Number.POSITIVE_INFINITY, 'duration');
    vi.advanceTimersByTime(100 * 24 * 3_600_000);
    expect(ends).toEqual([]);
    limit.clear();
    expect(vi.getTimerCount()).toBe(0);
  });
});
