import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NetworkError } from '../../src/errors.js';
import { Deadline } from '../../src/net/deadline.js';
import { tiesOf } from '../support/signal-ties.js';

describe('Deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('aborts with the error made when the time is up', () => {
    let stage = 'early';
    const parent = new AbortController();
    const deadline = new Deadline(100, parent.signal, () => new NetworkError('ERR_TIMEOUT', stage));
    stage = 'late';
    vi.advanceTimersByTime(99);
    expect(deadline.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(deadline.signal.reason).toMatchObject({ code: 'ERR_TIMEOUT', message: 'late' });
    expect(parent.signal.aborted).toBe(false);
  });

  it('aborts with its parent, for the same reason', () => {
    const parent = new AbortController();
    const deadline = new Deadline(100, parent.signal, () => new NetworkError('ERR_TIMEOUT', ''));
    parent.abort('enough');
    expect(deadline.signal.reason).toBe('enough');
    deadline.clear();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is forgotten by its parent when it is cleared', () => {
    const parent = new AbortController();
    for (let attempt = 0; attempt < 100; attempt++) {
      new Deadline(100, parent.signal, () => new NetworkError('ERR_TIMEOUT', '')).clear();
    }
    expect(tiesOf(parent.signal)).toBe(0);
  });

  it.each([Number.POSITIVE_INFINITY, 2 ** 40])('waits for %d ms, which no timer can', (timeoutMs) => {
    const deadline = new Deadline(timeoutMs, new AbortController().signal, () => new NetworkError('ERR_TIMEOUT', ''));
    vi.advanceTimersByTime(1_000_000);
    expect(deadline.signal.aborted).toBe(false);
    deadline.clear();
  });
});
