import { describe, expect, it } from 'vitest';
import { Backoff, retryClassOf } from '../../src/flow/retry.js';

const POLICY = { attempts: 5, delayMs: 1_000, maxDelayMs: 8_000 };
const FOREVER = { ...POLICY, attempts: Number.POSITIVE_INFINITY };
/** As long as it can be. */
const LONGEST = (): number => 1;

/** Delays of failures of one kind, one right after the other's wait. */
function delays(backoff: Backoff, code: Parameters<Backoff['failed']>[0], count: number, fromMs = 0): number[] {
  let nowMs = fromMs;
  return Array.from({ length: count }, () => {
    const delayMs = backoff.failed(code, nowMs)?.delayMs ?? Number.NaN;
    nowMs += delayMs;
    return delayMs;
  });
}

describe('whether to try again', () => {
  it.each([
    'ERR_DNS',
    'ERR_REFUSED',
    'ERR_NETWORK',
    'ERR_CONNECTION_LOST',
    'ERR_TIMEOUT',
    'ERR_STALLED',
    'ERR_SERVER_FULL',
    'ERR_CHUNK',
  ] as const)('%s: soon', (code) => {
    expect(retryClassOf(code)).toBe('soon');
  });

  it.each(['ERR_STREAM_BUSY', 'ERR_STREAM_NOT_FOUND', 'ERR_APP_NOT_FOUND'] as const)('%s: patiently', (code) => {
    expect(retryClassOf(code)).toBe('patiently');
  });

  it.each([
    'ERR_AUTH',
    'ERR_TLS',
    'ERR_USAGE',
    'ERR_URL',
    'ERR_NOT_FLV',
    'ERR_MEDIA_DAMAGED',
    'ERR_DISK_FULL',
    'ERR_INTERNAL',
    'ERR_NOT_RTMP',
  ] as const)('%s: never', (code) => {
    expect(retryClassOf(code)).toBe('never');
    expect(new Backoff(FOREVER).failed(code, 0)).toBeUndefined();
  });
});

describe('a refusal', () => {
  it('is final where nothing has run', () => {
    expect(new Backoff(FOREVER).failed('ERR_DENIED', 0)).toBeUndefined();
  });

  it('is tried again for two minutes after the same was allowed', () => {
    const backoff = new Backoff({ ...POLICY, attempts: 1 }, LONGEST);
    backoff.succeeded(0);
    expect(backoff.failed('ERR_CONNECTION_LOST', 100)?.delayMs).toBe(1_000);
    expect(backoff.failed('ERR_DENIED', 1_100)?.delayMs).toBe(2_000);
    expect(backoff.failed('ERR_DENIED', 120_099)?.delayMs).toBe(4_000);
    expect(backoff.failed('ERR_DENIED', 120_100)).toBeUndefined();
  });
});

describe('Backoff', () => {
  it('doubles the bound of the wait, up to the greatest', () => {
    expect(delays(new Backoff(FOREVER, LONGEST), 'ERR_REFUSED', 6)).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });

  it('waits for any time within the bound', () => {
    const random = [0, 0.25, 0.999];
    const backoff = new Backoff(FOREVER, () => random.shift() ?? 0);
    expect(delays(backoff, 'ERR_REFUSED', 3)).toEqual([0, 500, 3_996]);
  });

  it('counts attempts, and ends with the last', () => {
    const backoff = new Backoff({ ...POLICY, attempts: 2 }, LONGEST);
    expect(backoff.failed('ERR_REFUSED', 0)).toEqual({ attempt: 1, delayMs: 1_000 });
    expect(backoff.failed('ERR_REFUSED', 1_000)).toEqual({ attempt: 2, delayMs: 2_000 });
    expect(backoff.failed('ERR_REFUSED', 3_000)).toBeUndefined();
  });

  it('tries nothing again without attempts, however patient the failure is', () => {
    for (const code of ['ERR_REFUSED', 'ERR_STREAM_BUSY'] as const) {
      const backoff = new Backoff({ ...POLICY, attempts: 0 }, LONGEST);
      backoff.succeeded(0);
      expect(backoff.failed(code, 60_000)).toBeUndefined();
    }
  });

  it('begins anew after the stream has run for a while, and not before', () => {
    const backoff = new Backoff(FOREVER, LONGEST);
    delays(backoff, 'ERR_REFUSED', 3);
    backoff.succeeded(10_000);
    expect(backoff.failed('ERR_CONNECTION_LOST', 19_999)).toEqual({ attempt: 4, delayMs: 8_000 });
    backoff.succeeded(30_000);
    expect(backoff.failed('ERR_CONNECTION_LOST', 40_000)).toEqual({ attempt: 1, delayMs: 1_000 });
  });

  it('waits for a name that its own ghost may hold without using up attempts, and never long', () => {
    const backoff = new Backoff({ ...POLICY, attempts: 2 }, LONGEST);
    backoff.succeeded(0);
    expect(backoff.failed('ERR_CONNECTION_LOST', 60_000)).toEqual({ attempt: 1, delayMs: 1_000 });
    expect(delays(backoff, 'ERR_STREAM_BUSY', 20, 61_000)).toEqual([2_000, 4_000, ...Array(18).fill(5_000)]);
  });

  it('loses its patience in the end', () => {
    const backoff = new Backoff({ ...POLICY, attempts: 2 }, LONGEST);
    backoff.succeeded(0);
    backoff.failed('ERR_CONNECTION_LOST', 60_000);
    expect(backoff.failed('ERR_STREAM_BUSY', 179_999)).toBeDefined();
    expect(backoff.failed('ERR_STREAM_BUSY', 180_000)).toBeDefined();
    expect(backoff.failed('ERR_STREAM_BUSY', 185_000)).toBeUndefined();
  });

  it('has no such patience for a stream that never ran', () => {
    expect(delays(new Backoff({ ...POLICY, attempts: 2 }, LONGEST), 'ERR_STREAM_NOT_FOUND', 3)).toEqual([
      1_000,
      2_000,
      Number.NaN,
    ]);
  });

  it('does not run out of numbers', () => {
    const backoff = new Backoff(FOREVER, LONGEST);
    expect(delays(backoff, 'ERR_REFUSED', 3_000).every((delayMs) => delayMs > 0 && delayMs <= 8_000)).toBe(true);
  });
});
