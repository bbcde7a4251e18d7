import { describe, expect, it } from 'vitest';
import { CarvedPayloads } from '../../../src/rtmp/chunk/carved-payloads.js';
import { pattern } from './bytes.js';

/** One whose next slab has `slabBytes`, of 2500 at least. */
function warm(slabBytes = 2_500): CarvedPayloads {
  const memory = new CarvedPayloads();
  for (let givenBytes = 0; givenBytes < slabBytes; givenBytes += 1_250) take(memory, 1_250);
  return memory;
}

/** One that somebody keeps. */
function take(memory: CarvedPayloads, sizeBytes: number, streamId = 1): Uint8Array {
  const payload = memory.take(sizeBytes, streamId);
  memory.completed(sizeBytes, streamId);
  return payload;
}

describe('CarvedPayloads', () => {
  it('carves small payloads side by side out of one slab', () => {
    const memory = warm();
    const one = take(memory, 100);
    const other = take(memory, 200);
    expect([one.length, other.length]).toEqual([100, 200]);
    expect(other.buffer).toBe(one.buffer);
    expect(other.byteOffset).toBe(one.byteOffset + 100);
  });

  it('begins with 2 KiB when as much has come, grows with what it gave, and stops at 64 KiB', () => {
    const memory = new CarvedPayloads();
    let givenBytes = 0;
    let largestShare = 0;
    for (let index = 0; index < 5000; index++) {
      const slab = take(memory, 100).buffer;
      givenBytes += 100;
      largestShare = Math.max(largestShare, slab.byteLength / Math.min(givenBytes, 65536));
    }
    expect(largestShare).toBe(1);
    expect(take(memory, 100).buffer.byteLength).toBe(65536);
  });

  it('gives memory of its own to what would fill a quarter of a slab', () => {
    const memory = new CarvedPayloads();
    for (let index = 0; index < 20; index++) {
      expect(take(memory, 16 * 1024 + 1).buffer.byteLength).toBe(16 * 1024 + 1);
    }
    expect(take(memory, 16 * 1024).buffer.byteLength).toBe(64 * 1024);
  });

  it('gives no slab to a few payloads of a stream between those of others', () => {
    const memory = new CarvedPayloads();
    for (let index = 0; index < 5000; index++) {
      take(memory, 100);
    }
    const one = take(memory, 1);
    const other = take(memory, 1, 2);
    const again = take(memory, 1);
    expect([one, other, again].map(({ buffer }) => buffer.byteLength)).toEqual([65536, 1, 1]);
    expect(new Set([one.buffer, other.buffer, again.buffer]).size).toBe(3);
  });

  describe('abandon', () => {
    it('gives the place of what was carved last to the next one', () => {
      const memory = warm();
      const kept = memory.take(10, 1);
      const dropped = memory.take(600, 1);
      expect(dropped.buffer).toBe(kept.buffer);
      memory.abandon(dropped);
      const next = memory.take(10, 1);
      expect([next.buffer, next.byteOffset]).toEqual([kept.buffer, kept.byteOffset + 10]);
    });

    it('lets no slab be made for what is dropped', () => {
      const memory = warm(65_536);
      const slabs = new Set<ArrayBufferLike>();
      for (let index = 0; index < 1_000; index++) {
        const dropped = memory.take(16_000, 1);
        slabs.add(take(memory, 2).buffer);
        memory.abandon(dropped);
      }
      expect([...slabs].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(65536 + 2048 + 2 * 2_000);
    });
  });

  describe('grow', () => {
    it('stays in place for what was carved last', () => {
      const memory = warm();
      const small = memory.take(100, 1);
      small.set(pattern(100));
      const large = memory.grow(small, 100, 300, 1);
      expect(large.subarray(0, 100)).toEqual(pattern(100));
      expect([large.buffer, large.byteOffset, large.length]).toEqual([small.buffer, small.byteOffset, 300]);
      expect(memory.take(10, 1).byteOffset).toBe(small.byteOffset + 300);
    });

    it('moves what something else was carved behind', () => {
      const memory = warm();
      const small = memory.take(100, 1);
      small.set(pattern(100));
      const neighbour = memory.take(100, 1).fill(0x55);
      const large = memory.grow(small, 60, 300, 1);
      large.fill(0xaa, 60);
      expect(large.subarray(0, 60)).toEqual(pattern(60));
      expect(neighbour).toEqual(new Uint8Array(100).fill(0x55));
    });

    it('moves what has memory of its own, whatever its size', () => {
      const memory = warm();
      memory.take(600, 1);
      const own = memory.take(2000, 1);
      expect(own.buffer.byteLength).toBe(2000);
      own.set(pattern(2000));
      memory.take(1400, 1); // Now as much of the slab is used as `own` is long.
      expect(memory.grow(own, 2000, 2040, 1).subarray(0, 2000)).toEqual(pattern(2000));
    });

    it('moves what does not fit the slab any more', () => {
      const memory = warm();
      const small = memory.take(500, 1);
      small.set(pattern(500));
      const large = memory.grow(small, 500, 4000, 1);
      expect(large.subarray(0, 500)).toEqual(pattern(500));
      expect(large).toHaveLength(4000);
      expect(large.buffer).not.toBe(small.buffer);
    });
  });
});
