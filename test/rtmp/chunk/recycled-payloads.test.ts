import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecycledMemory } from '../../../src/bytes/recycled-memory.js';
import type { RtmpMessage } from '../../../src/rtmp/chunk/message.js';
import { ChunkReader } from '../../../src/rtmp/chunk/reader.js';
import { RecycledPayloads } from '../../../src/rtmp/chunk/recycled-payloads.js';
import { pattern, seededRandom } from './bytes.js';
import { Chunker } from './chunker.js';
import { comparable, randomSplit } from './reading.js';

const BLOCK = 512 * 1024;

describe('RecycledPayloads', () => {
  it('lie side by side in one block, which is used again when all of them and the next block are released', () => {
    const memory = new RecycledMemory();
    const payloads = new RecycledPayloads(memory);
    const [one, other] = [payloads.take(100_000), payloads.take(400_000)];
    expect(other.buffer).toBe(one.buffer);
    expect(other.byteOffset).toBe(100_000);
    const next = payloads.take(100_000);
    expect(next.buffer).not.toBe(one.buffer);
    memory.release(one.buffer);
    memory.release(other.buffer);
    expect(payloads.take(BLOCK).buffer).toBe(one.buffer);
  });

  it('are not used again while one of them is looked at', () => {
    const memory = new RecycledMemory();
    const payloads = new RecycledPayloads(memory);
    const [kept, done] = [payloads.take(100), payloads.take(100)];
    memory.release(done.buffer);
    for (let i = 0; i < 10; i++) {
      const { buffer } = payloads.take(BLOCK);
      expect(buffer).not.toBe(kept.buffer);
      memory.release(buffer);
    }
  });

  it('may be of any size', () => {
    const memory = new RecycledMemory();
    const large = new RecycledPayloads(memory).take(5 * BLOCK + 1);
    expect(large).toHaveLength(5 * BLOCK + 1);
  });

  it('grow into other memory, and release what they had', () => {
    const memory = new RecycledMemory();
    const payloads = new RecycledPayloads(memory);
    const small = payloads.take(BLOCK);
    small.set(pattern(BLOCK));
    const large = payloads.grow(small, 1000, BLOCK + 1000);
    expect(large).toHaveLength(BLOCK + 1000);
    expect(large.subarray(0, 1000)).toEqual(pattern(1000));
    expect(payloads.take(BLOCK).buffer).toBe(small.buffer);
  });
});

const messages = fc.array(
  fc.record({
    csid: fc.constantFrom(4, 6, 8),
    typeId: fc.constantFrom(8, 9, 9, 18, 22),
    streamId: fc.constant(1),
    timestampMs: fc.nat(1_000_000),
    payload: fc.tuple(fc.oneof(fc.nat(300), fc.nat(60_000)), fc.nat(255)).map(([size, seed]) => pattern(size, seed)),
  }),
  { minLength: 1, maxLength: 60, size: 'max' },
);

/** Reads all, and lets go of each message once so many have come after it. */
function readAndRelease(pieces: Iterable<Uint8Array>, keep: number): { texts: object[]; blocks: Set<ArrayBufferLike> } {
  const memory = new RecycledMemory();
  const reader = new ChunkReader({}, memory);
  const waiting: RtmpMessage[] = [];
  const texts: object[] = [];
  const blocks = new Set<ArrayBufferLike>();
  const release = (message: RtmpMessage): void => {
    texts.push(comparable(message));
    if (message.typeId === 8 || message.typeId === 9) {
      blocks.add(message.payload.buffer);
    }
    memory.release(message.payload.buffer);
  };
  for (const piece of pieces) {
    reader.read(piece, waiting);
    waiting.splice(0, Math.max(0, waiting.length - keep)).forEach(release);
  }
  waiting.forEach(release);
  return { texts, blocks };
}

describe('a chunk reader with memory that is used again', () => {
  it('gives the same messages, however the bytes are cut and however late a message is released', () => {
    fc.assert(
      fc.property(
        messages,
        fc.integer(),
        fc.nat(20),
        fc.constantFrom(40, 3000, 200_000),
        (given, seed, keep, largest) => {
          const random = seededRandom(seed);
          const sent = new Chunker({ random, repeatsExtendedTimestamp: true, chunkSizesBytes: [128, 4096] }).send(
            given,
          );
          const { texts } = readAndRelease(randomSplit(seed, largest)(sent.wire), keep);
          expect(texts).toEqual(sent.messages.map(comparable));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes the same few blocks for a long stream', () => {
    const frame = (i: number): RtmpMessage => ({
      csid: 6,
      typeId: 9,
      streamId: 1,
      timestampMs: i,
      payload: pattern(20_000, i),
    });
    const given = Array.from({ length: 500 }, (_, i) => frame(i));
    const { wire } = new Chunker({ random: seededRandom(1), repeatsExtendedTimestamp: true, chunkSizesBytes: [] }).send(
      given,
    );
    const { texts, blocks } = readAndRelease(randomSplit(1, 60_000)(wire), 10);
    expect(texts).toHaveLength(500);
    expect(blocks.size).toBeLessThanOrEqual(4);
  });
});
