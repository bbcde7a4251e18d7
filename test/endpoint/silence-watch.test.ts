import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SilenceWatch } from '../../src/endpoint/silence-watch.js';

const SILENCE_MS = 8_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function desk() {
  const onSilence = vi.fn();
  return { watch: new SilenceWatch(SILENCE_MS, onSilence), onSilence };
}

const forever = new Promise<never>(() => {});

describe('SilenceWatch', () => {
  it('tells once what does not come, not early and an eighth late at most', () => {
    const { watch, onSilence } = desk();
    vi.advanceTimersByTime(500);
    void watch.during(forever);
    vi.advanceTimersByTime(SILENCE_MS - 1);
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(SILENCE_MS / 8 + 1);
    expect(onSilence).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(10 * SILENCE_MS);
    expect(onSilence).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts from what came last', async () => {
    const { watch, onSilence } = desk();
    for (let i = 0; i < 5; i++) {
      let come = (): void => {};
      const work = watch.during(new Promise<void>((resolve) => (come = resolve)));
      vi.advanceTimersByTime(SILENCE_MS - 1);
      come();
      await work;
    }
    expect(onSilence).not.toHaveBeenCalled();
  });

  it('hears nothing in which nobody waits, or after its end', async () => {
    const { watch, onSilence } = desk();
    await watch.during(Promise.resolve());
    vi.advanceTimersByTime(10 * SILENCE_MS);
    void watch.during(forever);
    watch.end();
    vi.advanceTimersByTime(10 * SILENCE_MS);
    expect(onSilence).not.toHaveBeenCalled();
  });
});
