import { describe, expect, it } from 'vitest';
import { CarvedPayloads } from '../../../src/rtmp/chunk/carved-payloads.js';
import { pattern } from './bytes.js';

describe('CarvedPayloads', () => {
  it('carves small payloads side by side out of one slab', () => {
    const memory = new CarvedPayloads();
    const one = memory.take(100, 1);
    const other = memory.take(200, 1);
    expect([one.length, other.length]).toEqual([100, 200]);
    expect(other.buffer).toBe(one.buffer);
    expect(other.byteOffset).toBe(one.byteOffset + 100);
  });

  it('begins with 2 KiB, grows with what it gave, and stops at 64 KiB', () => {
    const memory = new CarvedPayloads();
    let givenBytes = 0;
    let largestShare = 0;
    for (let index = 0; index < 5000; index++) {
      const slab = memory.take(100, 1).buffer;
      givenBytes += 100;
      largestShare = Math.max(largestShare, slab.byteLength / Math.max(2048, Math.min(givenBytes, 65536)));
    }
    expect(largestShare).toBe(1);
    expect(memory.take(100, 1).buffer.byteLength).toBe(65536);
  });

  it('gives memory of its own to what would fill a quarter of a slab', () => {
    const memory = new CarvedPayloads();
    for (let index = 0; index < 20; index++) {
      expect(memory.take(16 * 1024 + 1, 1).buffer.byteLength).toBe(16 * 1024 + 1);
    }
    expect(memory.take(16 * 1024, 1).buffer.byteLength).toBe(64 * 1024);
  });

  it('begins a small slab for another message stream', () => {
    const memory = new CarvedPayloads();
    for (let index = 0; index < 5000; index++) {
      memory.take(100, 1);
    }
    const one = memory.take(1, 1);
    const other = memory.take(1, 2);
    const again = memory.take(1, 1);
    expect([one, other, again].map(({ buffer }) => buffer.byteLength)).toEqual([65536, 2048, 2048]);
    expect(new Set([one.buffer, other.buffer, again.buffer]).size).toBe(3);
  });

  describe('grow', () => {
    it('stays in place for what was carved last', () => {
      const memory = new CarvedPayloads();
      const small = memory.take(100, 1);
      small.set(pattern(100));
      const large = memory.grow(small, 100, 300, 1);
      expect(large.subarray(0, 100)).toEqual(pattern(100));
      expect([large.buffer, large.byteOffset, large.length]).toEqual([small.buffer, small.byteOffset, 300]);
      expect(memory.take(10, 1).byteOffset).toBe(300);
    });

    it('moves what something else was carved behind', () => {
      const memory = new CarvedPayloads();
      const small = memory.take(100, 1);
      small.set(pattern(100));
      const neighbour = memory.take(100, 1).fill(0x55);
      const large = memory.grow(small, 60, 300, 1);
      large.fill(0xaa, 60);
      expect(large.subarray(0, 60)).toEqual(pattern(60));
      expect(neighbour).toEqual(new Uint8Array(100).fill(0x55));
    });

    it('moves what has memory of its own, whatever its size', () => {
      const memory = new CarvedPayloads();
      memory.take(300, 1);
      const own = memory.take(2000, 1);
      expect(own.buffer.byteLength).toBe(2000);
      own.set(pattern(2000));
      memory.take(1700, 1); // Now as much of the slab is used as `own` is long.
      expect(memory.grow(own, 2000, 2040, 1).subarray(0, 2000)).toEqual(pattern(2000));
    });

    it('moves what does not fit the slab any more', () => {
      const memory = new CarvedPayloads();
      const small = memory.take(500, 1);
      small.set(pattern(500));
      const large = memory.grow(small, 500, 4000, 1);
      expect(large.subarray(0, 500)).toEqual(pattern(500));
      expect(large).toHaveLength(4000);
      expect(large.buffer).not.toBe(small.buffer);
    });
  });
});
