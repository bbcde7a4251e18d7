import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFlvTags } from '../../src/flv/tag.js';
import { FlvTagBatch } from '../../src/flv/tag-batch.js';
import { outlineOf } from '../../src/flv/tag-outline.js';
import type { MediaTag } from '../../src/media/tag.js';
import { payload } from '../support/flv-builder.js';

function tag(sizeBytes: number, timestampMs = 0): MediaTag {
  return { kind: 'video', timestampMs, body: payload(sizeBytes, timestampMs + 1) };
}

function tagsOf(sizesBytes: readonly number[]): MediaTag[] {
  return sizesBytes.map((sizeBytes, i) => tag(sizeBytes, i * 40));
}

function expectHolds(batch: FlvTagBatch, tags: readonly MediaTag[]): void {
  const wanted = encodeFlvTags(tags);
  expect(Buffer.concat(batch.pieces).equals(wanted)).toBe(true);
  expect(batch.sizeBytes).toBe(wanted.length);
  expect(batch.outlines).toEqual(tags.map(outlineOf));
}

const BLOCK = 64 * 1024;

const RUNS: readonly [string, readonly number[]][] = [
  ['small tags', [0, 1, 2048]],
  ['large tags', [2049, 70_000, 200_000]],
  ['both', [400, 10_000, 400, 10_000, 3]],
  ['more small tags than a block holds', Array.from({ length: 500 }, (_, i) => 1000 + i)],
  ['a tag that just fits a block', [BLOCK - 15, 1]],
  ['a size word that does not fit a block any more', [BLOCK - 14, 1]],
  ['a body that ends with its block', [BLOCK - 11, 1]],
  ['a header that does not fit a block any more', [BLOCK - 15 - 10, 1]],
  ['a body of two whole blocks behind a header that fits exactly', [BLOCK - 15 - 11, 2 * BLOCK]],
];

describe('FlvTagBatch', () => {
  it.each(RUNS)('holds %s as they stand in a file', (_, sizesBytes) => {
    const batch = new FlvTagBatch();
    const tags = tagsOf(sizesBytes);
    for (const one of tags) batch.append(one);
    expectHolds(batch, tags);
  });

  it('holds tags of any sizes, again and again', () => {
    const sizes = fc.array(fc.oneof(fc.nat(600), fc.integer({ min: BLOCK - 40, max: BLOCK + 40 }), fc.nat(200_000)), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 3 }), (runs) => {
        const batch = new FlvTagBatch();
        for (const tags of runs.map(tagsOf)) {
          for (const one of tags) batch.append(one);
          expectHolds(batch, tags);
          batch.clear();
          expectHolds(batch, []);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('looks at a body no more when it has it', () => {
    const batch = new FlvTagBatch();
    const tags = tagsOf([400, 100_000]);
    const wanted = encodeFlvTags(tags);
    for (const one of tags) {
      batch.append(one);
      one.body.fill(0xaa);
    }
    expect(Buffer.concat(batch.pieces).equals(wanted)).toBe(true);
  });

  it('writes from the same memory again, but keeps no more of it than a slow disk may need', () => {
    const batch = new FlvTagBatch();
    const memoryOf = (sizesBytes: readonly number[]): readonly ArrayBufferLike[] => {
      for (const one of tagsOf(sizesBytes)) batch.append(one);
      const memory = batch.pieces.map(({ buffer }) => buffer);
      batch.clear();
      return memory;
    };
    const first = memoryOf([100_000, 100_000]);
    expect(memoryOf([100_000, 100_000])).toEqual(first);
    const large = memoryOf([4_000_000]);
    const next = memoryOf([4_000_000]);
    expect(large.filter((block) => next.includes(block))).toHaveLength(32);
  });

  it('refuses what FLV cannot say', () => {
    const body = new Uint8Array(0x1000000);
    expect(() => new FlvTagBatch().append({ kind: 'video', timestampMs: 0, body })).toThrow(
      expect.objectContaining({ code: 'ERR_MEDIA_UNSUPPORTED' }),
    );
  });
});
