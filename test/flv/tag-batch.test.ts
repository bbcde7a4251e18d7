import { describe, expect, it } from 'vitest';
import { encodeFlvTags } from '../../src/flv/tag.js';
import { FlvTagBatch } from '../../src/flv/tag-batch.js';
import type { MediaTag } from '../../src/media/tag.js';
import { payload } from '../support/flv-builder.js';

function tag(sizeBytes: number, timestampMs = 0): MediaTag {
  return { kind: 'video', timestampMs, body: payload(sizeBytes, timestampMs + 1) };
}

function joined(batch: FlvTagBatch<MediaTag>): Buffer {
  return Buffer.concat(batch.takePieces());
}

const RUNS: readonly [string, readonly MediaTag[]][] = [
  ['small tags', [tag(0), tag(1, 40), tag(2048, 80)]],
  ['large tags', [tag(2049), tag(70_000, 40), tag(200_000, 80)]],
  ['both', [tag(400), tag(10_000, 40), tag(400, 60), tag(10_000, 80), tag(3, 90)]],
  ['more small tags than its memory holds', Array.from({ length: 500 }, (_, i) => tag(1000 + i, i))],
  ['more headers than its memory holds', Array.from({ length: 6000 }, (_, i) => tag(2049, i))],
];

describe('FlvTagBatch', () => {
  it.each(RUNS)('holds %s as they stand in a file', (_, tags) => {
    const batch = new FlvTagBatch<MediaTag>();
    for (const one of tags) batch.append(one);
    expect(joined(batch).equals(encodeFlvTags(tags))).toBe(true);
    expect(batch.sizeBytes).toBe(encodeFlvTags(tags).length);
    expect(batch.tags).toEqual(tags);
  });

  it('can be used again', () => {
    const batch = new FlvTagBatch<MediaTag>();
    for (const [, tags] of RUNS) {
      for (const one of tags) batch.append(one);
      expect(joined(batch).equals(encodeFlvTags(tags))).toBe(true);
      batch.clear();
      expect(batch.sizeBytes).toBe(0);
      expect(batch.tags).toEqual([]);
      expect(batch.takePieces()).toEqual([]);
    }
  });

  it('copies no large body', () => {
    const batch = new FlvTagBatch<MediaTag>();
    const large = tag(100_000);
    batch.append(large);
    expect(batch.takePieces()).toContain(large.body);
  });

  it('refuses what FLV cannot say', () => {
    const body = new Uint8Array(0x1000000);
    expect(() => new FlvTagBatch().append({ kind: 'video', timestampMs: 0, body })).toThrow(
      expect.objectContaining({ code: 'ERR_MEDIA_UNSUPPORTED' }),
    );
  });
});
