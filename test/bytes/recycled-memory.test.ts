import { describe, expect, it } from 'vitest';
import { RecycledMemory } from '../../src/bytes/recycled-memory.js';

const BLOCK = 512 * 1024;

describe('RecycledMemory', () => {
  it('gives what was asked for, at the beginning of a block of a round size', () => {
    const memory = new RecycledMemory();
    for (const [sizeBytes, blockBytes] of [
      [0, BLOCK],
      [1, BLOCK],
      [BLOCK, BLOCK],
      [BLOCK + 1, 2 * BLOCK],
    ] as const) {
      const { byteOffset, length, buffer } = memory.take(sizeBytes);
      expect([byteOffset, length, buffer.byteLength]).toEqual([0, sizeBytes, blockBytes]);
    }
  });

  it('has blocks as small as they are wanted', () => {
    const memory = new RecycledMemory(1_000);
    const [small, large] = [memory.take(999), memory.take(1_001)];
    expect([small.buffer.byteLength, large.buffer.byteLength]).toEqual([1_000, 2_000]);
    memory.release(small.buffer);
    expect(memory.take(1).buffer).toBe(small.buffer);
  });

  it('gives a block again as soon as it is released, and not before', () => {
    const memory = new RecycledMemory();
    const { buffer } = memory.take(100);
    expect(memory.take(100).buffer).not.toBe(buffer);
    memory.release(buffer);
    expect(memory.take(200_000).buffer).toBe(buffer);
    expect(memory.take(100).buffer).not.toBe(buffer);
  });

  it('waits for all users of a block', () => {
    const memory = new RecycledMemory();
    const { buffer } = memory.take(100);
    memory.share(buffer);
    memory.share(buffer);
    for (let users = 3; users > 0; users--) {
      expect(memory.take(100).buffer).not.toBe(buffer);
      memory.release(buffer);
    }
    expect(memory.take(100).buffer).toBe(buffer);
  });

  it('gives first what was released last, if it is large enough', () => {
    const memory = new RecycledMemory();
    const [large, small, other] = [memory.take(BLOCK + 1), memory.take(1), memory.take(1)];
    for (const { buffer } of [large, small, other]) memory.release(buffer);
    expect(memory.take(1).buffer).toBe(other.buffer);
    expect(memory.take(2 * BLOCK).buffer).toBe(large.buffer);
    expect(memory.take(1).buffer).toBe(small.buffer);
  });

  it('leaves memory alone that is not its own, or that nobody uses', () => {
    const memory = new RecycledMemory();
    const stranger = new ArrayBuffer(BLOCK);
    memory.release(stranger);
    const { buffer } = memory.take(1);
    memory.release(buffer);
    memory.release(buffer);
    const [first, second] = [memory.take(1), memory.take(1)];
    expect(first.buffer).toBe(buffer);
    expect(second.buffer).not.toBe(buffer);
    expect([first.buffer, second.buffer]).not.toContain(stranger);
    expect(() => memory.share(stranger)).toThrow(/without users/);
  });

  it('keeps no more than 16 MiB for later', () => {
    const memory = new RecycledMemory();
    const blocks = Array.from({ length: 40 }, () => memory.take(1).buffer);
    for (const block of blocks) memory.release(block);
    const again = blocks.map(() => memory.take(1).buffer);
    expect(again.filter((block) => blocks.includes(block))).toHaveLength(32);
  });
});
