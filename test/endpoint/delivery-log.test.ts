import { describe, expect, it } from 'vitest';
import { DeliveryLog } from '../../src/endpoint/delivery-log.js';
import { NO_TAGS } from '../../src/flow/tag-counts.js';

/** Bursts of so many bytes, behind a handshake. */
function logOf(count: number, sizeBytes: number): DeliveryLog {
  const log = new DeliveryLog();
  for (let i = 1; i <= count; i++) log.wrote(3_073 + i * sizeBytes, i);
  return log;
}

describe('DeliveryLog', () => {
  it('maps bytes to whole bursts', () => {
    const log = logOf(10, 1_000);
    expect(log.acknowledged(3_072)).toBeUndefined();
    expect(log.acknowledged(5_072)).toBe(1);
    expect(log.acknowledged(5_072)).toBeUndefined();
    expect(log.acknowledged(5_073)).toBe(2);
    expect(log.isComplete).toBe(false);
    expect(log.arrived(13_073)).toBe(10);
    expect(log.isComplete).toBe(true);
  });

  it('does not go back, and does not believe in bytes that were never sent', () => {
    const log = logOf(10, 1_000);
    expect(log.acknowledged(6_073)).toBe(3);
    expect(log.acknowledged(4_073)).toBeUndefined();
    expect(log.acknowledged(13_073 + 100_000)).toBeUndefined();
    expect(log.acknowledged(13_073 + 100)).toBe(10);
  });

  it('counts on beyond 32 bits', () => {
    const log = new DeliveryLog();
    log.wrote(2 ** 32 - 10, 1);
    expect(log.acknowledged(2 ** 32 - 10)).toBe(1);
    log.wrote(2 ** 32 + 1_000, 2);
    expect(log.acknowledged(999)).toBeUndefined();
    expect(log.acknowledged(1_000)).toBe(2);
  });

  it('leaves numbers alone that begin again too early, as those of nginx-rtmp do', () => {
    const log = new DeliveryLog();
    log.wrote(0xf0000000, 1);
    expect(log.acknowledged(0xf0000000)).toBe(1);
    log.wrote(0xf0000000 + 1_000_000, 2);
    expect(log.acknowledged(1_000_000)).toBeUndefined();
  });

  it('takes the word of the network for a server that never says anything, once it should have', () => {
    const young = logOf(9, 1_000_000);
    young.taken(9_003_073);
    expect(young.lost()).toBeUndefined();
    const old = logOf(11, 1_000_000);
    old.taken(9_003_073);
    expect(old.lost()).toBe(9);
    const heard = logOf(11, 1_000_000);
    heard.acknowledged(1_003_073);
    heard.taken(9_003_073);
    expect(heard.lost()).toBeUndefined();
  });

  it('tells what never left, what may not have arrived, and nothing of a server that says nothing', () => {
    const log = new DeliveryLog();
    for (let i = 1; i <= 10; i++) log.wrote(3_073 + i * 1_000, i, { audio: 2, video: 1, data: 0 });
    log.taken(11_073);
    const unsent = { audio: 4, video: 2, data: 0 };
    expect(log.undelivered).toEqual({ unsent, unconfirmed: { audio: 0, video: 0, data: 0 } });
    log.arrived(6_073);
    expect(log.undelivered).toEqual({ unsent, unconfirmed: { audio: 10, video: 5, data: 0 } });
    log.arrived(13_073);
    expect(log.undelivered).toEqual({ unsent: NO_TAGS, unconfirmed: NO_TAGS });
  });

  it('holds a bounded number of them, and still knows the newest', () => {
    const log = logOf(100_000, 10);
    expect(log.acknowledged(3_073 + 10)).toBeUndefined();
    expect(log.acknowledged(3_073 + 1_000_000)).toBe(100_000);
  });
});
