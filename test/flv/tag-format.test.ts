import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMediaTag } from '../../src/flv/media-tag.js';
import { FlvReader } from '../../src/flv/reader.js';
import { encodeFlvTags, type FlvTag, flvTagSizeBytes } from '../../src/flv/tag.js';
import { flvTagFormat } from '../../src/flv/tag-format.js';
import type { MediaTag } from '../../src/media/tag.js';
import { amf0, buildHeader, bytesOf, concat, payload } from '../support/flv-builder.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Tags of protocol.md 11.6 and 8.1. */
const GOLDEN: { name: string; tag: MediaTag; wire: string }[] = [
  {
    name: 'AAC configuration',
    tag: { kind: 'audio', timestampMs: 0, body: bytesOf('af 00 12 10') },
    wire: '08 00 00 04 00 00 00 00 00 00 00  af 00 12 10  00 00 00 0f',
  },
  {
    name: 'end of sequence',
    tag: { kind: 'video', timestampMs: 0x01020304, body: bytesOf('17 02 00 00 00') },
    wire: '09 00 00 05 02 03 04 01 00 00 00  17 02 00 00 00  00 00 00 10',
  },
  {
    name: 'time beyond 2^32',
    tag: { kind: 'data', timestampMs: 2 ** 32 + 1, body: bytesOf('05') },
    wire: '12 00 00 01 00 00 01 00 00 00 00  05  00 00 00 0c',
  },
  {
    name: 'time before 0',
    tag: { kind: 'audio', timestampMs: -2, body: new Uint8Array(0) },
    wire: '08 00 00 00 ff ff fe ff 00 00 00  00 00 00 0b',
  },
];

describe('flvTagFormat', () => {
  it.each(GOLDEN)('writes $name', ({ tag, wire }) => {
    expect(hex(flvTagFormat.encode([tag]))).toBe(hex(bytesOf(wire)));
  });

  it('writes a run of tags into one buffer of exactly their size', () => {
    const tags = GOLDEN.map(({ tag }) => tag);
    const bytes = flvTagFormat.encode(tags);
    expect(hex(bytes)).toBe(hex(concat(...GOLDEN.map(({ wire }) => bytesOf(wire)))));
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    expect(flvTagFormat.encode([])).toHaveLength(0);
  });

  it('is read back as it was', () => {
    const tag = fc.record({
      kind: fc.constantFrom('audio' as const, 'video' as const),
      timestampMs: fc.integer({ min: 0, max: 0x7fffffff }),
      body: fc.uint8Array({ maxLength: 200 }),
    });
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 20 }), (tags) => {
        const sorted = [...tags].sort((a, b) => a.timestampMs - b.timestampMs);
        const reader = new FlvReader();
        const items = [...reader.receive(concat(buildHeader(), flvTagFormat.encode(sorted))), ...reader.end()];
        expect(items.filter((item) => item.type === 'tag').map(toMediaTag)).toEqual(sorted);
      }),
    );
  });

  it('writes tags of a file with their filter bit and whatever type', () => {
    const tag: FlvTag = { type: 'tag', atByte: 7, typeId: 9, filtered: true, timestampMs: 5, body: bytesOf('aa') };
    expect(hex(encodeFlvTags([tag, { ...tag, typeId: 21, filtered: false }]))).toBe(
      hex(bytesOf('29 000001 000005 00 000000 aa 0000000c  15 000001 000005 00 000000 aa 0000000c')),
    );
    expect(flvTagSizeBytes(1)).toBe(16);
  });

  it('refuses what FLV cannot say', () => {
    const tag: MediaTag = { kind: 'video', timestampMs: 0, body: new Uint8Array(0x1000000) };
    expect(() => flvTagFormat.encode([tag])).toThrow(expect.objectContaining({ code: 'ERR_MEDIA_UNSUPPORTED' }));
    expect(flvTagFormat.encode([{ ...tag, body: new Uint8Array(0xffffff) }])).toHaveLength(0xffffff + 15);
  });
});

describe('toMediaTag', () => {
  const flvTag = (typeId: number, body: Uint8Array, filtered = false): FlvTag => {
    return { type: 'tag', atByte: 13, typeId, filtered, timestampMs: 40, body };
  };
  const onMetaData = concat(amf0('onMetaData'), amf0({ a: 1 }));

  it.each([
    ['audio', 8, bytesOf('af 01 02'), 'audio', bytesOf('af 01 02')],
    ['video', 9, bytesOf('17 01 02'), 'video', bytesOf('17 01 02')],
    ['script', 18, onMetaData, 'data', onMetaData],
    ['script that OBS wrote', 18, concat(amf0('@setDataFrame'), onMetaData), 'data', onMetaData],
    ['AMF3 script', 15, concat(bytesOf('00'), onMetaData), 'data', onMetaData],
    ['AMF3 script without its format byte', 15, onMetaData, 'data', onMetaData],
  ])('takes %s', (_, typeId, body, kind, expected) => {
    expect(toMediaTag(flvTag(typeId, body))).toEqual({ kind, timestampMs: 40, body: expected });
  });

  it('leaves out what has no place in a stream', () => {
    expect(toMediaTag(flvTag(9, payload(5), true))).toBeUndefined();
    expect(toMediaTag(flvTag(3, payload(5)))).toBeUndefined();
  });
});
