import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../../src/errors.js';
import type { FlvItem } from '../../src/flv/item.js';
import { FlvReader } from '../../src/flv/reader.js';
import type { FlvTag } from '../../src/flv/tag.js';
import {
  aacFrame,
  avcFrame,
  avcKeyframe,
  type BuiltTag,
  buildFlv,
  buildHeader,
  buildRecording,
  buildTag,
  bytesOf,
  concat,
  metadata,
  payload,
  split,
} from '../support/flv-builder.js';

/** Reads `bytes` in pieces; what was given to the reader is overwritten afterwards, so that no view of it may escape. */
function read(bytes: Uint8Array, nextSize: () => number = () => bytes.length): FlvItem[] {
  const reader = new FlvReader();
  const items: FlvItem[] = [];
  for (const piece of split(bytes, nextSize)) {
    items.push(...reader.receive(piece));
    piece.fill(0xee);
  }
  items.push(...reader.end());
  return items;
}

function tagsOf(items: readonly FlvItem[]): FlvTag[] {
  return items.filter((item) => item.type === 'tag');
}

function framesOf(items: readonly FlvItem[]): BuiltTag[] {
  return tagsOf(items).map(({ typeId, timestampMs, body }) => ({ typeId, timestampMs, body: Uint8Array.from(body) }));
}

function damagesOf(items: readonly FlvItem[]) {
  return items
    .filter((item) => item.type === 'damage')
    .map(({ atByte, skippedBytes, why }) => ({ atByte, skippedBytes, why }));
}

/** protocol.md 11.6 */
const GOLDEN = bytesOf(`
  46 4c 56 01 05 00 00 00 09  00 00 00 00
  12 00 00 4d 00 00 00 00 00 00 00
  02 00 0a 6f 6e 4d 65 74 61 44 61 74 61 08 00 00 00 03
  00 05 77 69 64 74 68 00 40 50 00 00 00 00 00 00
  00 06 68 65 69 67 68 74 00 40 50 00 00 00 00 00 00
  00 0c 76 69 64 65 6f 63 6f 64 65 63 69 64 00 40 1c 00 00 00 00 00 00
  00 00 09
  00 00 00 58
  09 00 00 2c 00 00 00 00 00 00 00  17 00 00 00 00
  01 42 c0 0a ff e1 00 17
  67 42 c0 0a d9 04 26 c0 44 00 00 03 00 04 00 00 03 00 c8 3c 48 99 20
  01 00 05 68 cb 83 cb 20
  00 00 00 37
  08 00 00 04 00 00 00 00 00 00 00  af 00 12 10  00 00 00 0f
  09 00 00 1f 00 00 00 00 00 00 00  17 01 00 00 00
  00 00 00 16 65 88 84 0b f2 62 80 00 ab cc 9c 9c 9d 75 d7 5d 75 d7 5d 75 d7 5e
  00 00 00 2a`);

describe('FlvReader, whole files', () => {
  it('reads the file of protocol.md 11.6', () => {
    const items = read(GOLDEN);
    expect(items[0]).toEqual({
      type: 'header',
      atByte: 0,
      version: 1,
      hasAudio: true,
      hasVideo: true,
      dataOffsetBytes: 9,
    });
    expect(tagsOf(items).map((tag) => [tag.atByte, tag.typeId, tag.timestampMs, tag.body.length])).toEqual([
      [13, 18, 0, 77],
      [105, 9, 0, 44],
      [164, 8, 0, 4],
      [183, 9, 0, 31],
    ]);
    expect(items).toHaveLength(5);
    expect(Buffer.from(tagsOf(items)[2]!.body).toString('hex')).toBe('af001210');
  });

  it('gives the same whatever the pieces', () => {
    const bytes = concat(GOLDEN, ...buildRecording(1).map(buildTag));
    const whole = read(bytes);
    expect(read(bytes, () => 1)).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        let i = 0;
        expect(read(bytes, () => sizes[i++ % sizes.length]!)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps every body apart from the memory that it was given', () => {
    const tags = buildRecording(1);
    expect(framesOf(read(buildFlv(tags), () => 7))).toEqual(tags);
  });

  it.each([
    [0xffffff, 0xffffff],
    [0x1000000, 0x1000000],
    [0x7fffffff, 0x7fffffff],
    [0xfffffff0, 0xfffffff0],
  ])('reads the timestamp %i', (timestampMs, expected) => {
    expect(tagsOf(read(buildFlv([aacFrame(timestampMs)])))[0]!.timestampMs).toBe(expected);
  });

  it('gives the same when it is read into, and writes over nothing that it gave away', () => {
    const tags = [...buildRecording(3), avcKeyframe(3000, 70_000), ...buildRecording(2, 3040)];
    const bytes = buildFlv(tags);
    for (const sizeBytes of [7, 1000, 40_000]) {
      const reader = new FlvReader();
      const items: FlvItem[] = [];
      for (let at = 0; at < bytes.length; at += sizeBytes) {
        const piece = bytes.subarray(at, at + sizeBytes);
        const space = reader.space(sizeBytes);
        expect(space.length).toBeGreaterThanOrEqual(sizeBytes);
        space.set(piece);
        items.push(...reader.arrived(piece.length));
      }
      items.push(...reader.end());
      expect(framesOf(items)).toEqual(framesOf(read(bytes)));
    }
  });

  it('goes on beyond 2^32 ms, whatever the metadata says', () => {
    const times = [0xffffffd8, 0xfffffff0, 2 ** 32 + 10, 2 ** 32 + 30];
    const tags = times.map((ms) => aacFrame(ms));
    const items = read(buildFlv([metadata({}), ...tags.slice(0, 3), metadata({ a: 1 }), ...tags.slice(3)]));
    expect(
      tagsOf(items)
        .filter((tag) => tag.typeId === 8)
        .map((tag) => tag.timestampMs),
    ).toEqual(times);
  });

  it('takes a data offset over 9', () => {
    const bytes = concat(buildHeader({ dataOffset: 57 }), buildTag(aacFrame(5)));
    expect(tagsOf(read(bytes))).toMatchObject([{ atByte: 61, timestampMs: 5 }]);
    expect(read(bytes, () => 1)).toEqual(read(bytes));
  });

  it('does not believe a data offset that leads nowhere', () => {
    const bytes = concat(buildHeader(), buildTag(aacFrame(5)));
    bytes.set([0x7f, 0, 0, 9], 5);
    expect(tagsOf(read(bytes))).toHaveLength(1);
    bytes.set([0, 0, 0x0f, 0], 5);
    expect(tagsOf(read(bytes))).toHaveLength(1);
  });

  it('reads a file without the first size word', () => {
    const bytes = concat(buildHeader().subarray(0, 9), buildTag(avcKeyframe(0)), buildTag(avcFrame(40)));
    expect(tagsOf(read(bytes))).toHaveLength(2);
    expect(damagesOf(read(bytes))).toEqual([]);
  });

  it('reads a header without tags', () => {
    expect(read(buildHeader()).map((item) => item.type)).toEqual(['header']);
    expect(read(buildHeader().subarray(0, 9)).map((item) => item.type)).toEqual(['header']);
  });

  it('reads tags with an empty body and of the greatest size', () => {
    const tags = [
      { typeId: 9, timestampMs: 0, body: new Uint8Array(0) },
      { typeId: 9, timestampMs: 1, body: payload(0xffffff) },
    ];
    const items = read(buildFlv(tags), () => 1 << 20);
    expect(tagsOf(items).map((tag) => tag.body.length)).toEqual([0, 0xffffff]);
    expect(Buffer.compare(tagsOf(items)[1]!.body, tags[1]!.body)).toBe(0);
  });
});

describe('FlvReader, unusual files', () => {
  it('keeps encrypted tags and tells once', () => {
    const items = read(
      buildFlv([aacFrame(0), { ...aacFrame(20), filtered: true }, { ...avcFrame(40), filtered: true }]),
    );
    expect(tagsOf(items).map((tag) => tag.filtered)).toEqual([false, true, true]);
    expect(items.filter((item) => item.type === 'notice')).toEqual([
      { type: 'notice', atByte: 60, what: 'encrypted tags' },
    ]);
  });

  it('keeps tags of unknown types and tells once', () => {
    const strange = { typeId: 21, timestampMs: 10, body: payload(9) };
    const items = read(buildFlv([aacFrame(0), strange, strange, aacFrame(20)]));
    expect(framesOf(items)).toEqual([aacFrame(0), strange, strange, aacFrame(20)]);
    expect(items.filter((item) => item.type === 'notice')).toMatchObject([{ what: 'unknown tag types' }]);
  });

  it('keeps tags with a stream id', () => {
    const tags = [aacFrame(0), { ...aacFrame(20), streamId: 1 }, aacFrame(40)];
    expect(tagsOf(read(buildFlv(tags)))).toHaveLength(3);
  });

  it.each([
    ['size without header', (tag: BuiltTag) => tag.body.length],
    ['size and ten', (tag: BuiltTag) => tag.body.length + 10],
    ['nothing', () => 0],
    ['running sum', (_: BuiltTag, index: number) => 1000 * index],
  ])('accepts old size words: %s', (_, sizeWord) => {
    const tags = buildRecording(1);
    const bytes = buildFlv(tags.map((tag, index) => ({ ...tag, sizeWord: sizeWord(tag, index) })));
    const items = read(bytes);
    expect(framesOf(items)).toEqual(tags);
    expect(damagesOf(items)).toEqual([]);
    expect(items.filter((item) => item.type === 'notice')).toMatchObject([{ what: 'wrong size words' }]);
    expect(read(bytes, () => 1)).toEqual(items);
  });

  it('joins recordings: a second header goes on where the first piece ended', () => {
    const bytes = concat(
      buildFlv([aacFrame(100), aacFrame(140)]),
      buildFlv([metadata({}), avcKeyframe(0), aacFrame(20)]),
    );
    const items = read(bytes);
    expect(items.map((item) => item.type)).toEqual(['header', 'tag', 'tag', 'header', 'tag', 'tag', 'tag']);
    expect(tagsOf(items).map((tag) => tag.timestampMs)).toEqual([100, 140, 140, 140, 160]);
  });

  it('leaves the times of a piece that goes on by itself', () => {
    const bytes = concat(buildFlv([aacFrame(100), aacFrame(140)]), buildFlv([aacFrame(160), aacFrame(180)]));
    expect(tagsOf(read(bytes)).map((tag) => tag.timestampMs)).toEqual([100, 140, 160, 180]);
  });

  it('begins in the middle when told where', () => {
    const tags = [aacFrame(2 ** 32 - 20), aacFrame(2 ** 32), aacFrame(2 ** 32 + 20)];
    const reader = new FlvReader({ atByte: 13 + 47, timestampMs: 2 ** 32 });
    const items = reader.receive(buildFlv(tags).subarray(13 + 47));
    expect(items).toMatchObject([
      { atByte: 60, timestampMs: 2 ** 32 },
      { atByte: 107, timestampMs: 2 ** 32 + 20 },
    ]);
  });
});

describe('FlvReader, damage', () => {
  const tags = buildRecording(2);
  const bytes = buildFlv(tags);
  const starts: number[] = [];
  for (let at = 13, i = 0; i < tags.length; at += 15 + tags[i]!.body.length, i++) starts.push(at);

  it('finds the next tag after bytes that were overwritten', () => {
    for (const noise of [0, 0xff, 0x08, 0x46]) {
      const damaged = Uint8Array.from(bytes);
      damaged.fill(noise, starts[10]! + 4, starts[12]! + 3);
      const items = read(damaged);
      expect(framesOf(items)).toEqual([...tags.slice(0, 10), ...tags.slice(13)]);
      expect(damagesOf(items)).toEqual([
        { atByte: starts[10], skippedBytes: starts[13]! - starts[10]!, why: 'not a tag' },
      ]);
      expect(read(damaged, () => 1)).toEqual(items);
    }
  });

  it('finds the next tag after bytes that are missing or too many', () => {
    const cutOut = concat(bytes.subarray(0, starts[20]! + 30), bytes.subarray(starts[20]! + 35));
    expect(framesOf(read(cutOut))).toEqual([...tags.slice(0, 20), ...tags.slice(21)]);
    const putIn = concat(bytes.subarray(0, starts[20]), payload(1000), bytes.subarray(starts[20]!));
    expect(framesOf(read(putIn))).toEqual(tags);
    expect(damagesOf(read(putIn))).toEqual([{ atByte: starts[20], skippedBytes: 1000, why: 'not a tag' }]);
  });

  it('loses one tag only when a size is wrong, also when it points beyond the end', () => {
    for (const size of [0, 1, 0x1234, 0xffffff]) {
      const damaged = Uint8Array.from(bytes);
      damaged.set([size >> 16, (size >> 8) & 0xff, size & 0xff], starts[15]! + 1);
      const items = read(damaged);
      expect(framesOf(items)).toEqual([...tags.slice(0, 15), ...tags.slice(16)]);
      expect(damagesOf(items)).toMatchObject([{ atByte: starts[15], why: 'not a tag' }]);
      expect(read(damaged, () => 13)).toEqual(items);
    }
  });

  it('is not misled by a wrong size that points to another tag or to the end', () => {
    for (const end of [starts[18]!, bytes.length + 4]) {
      const damaged = Uint8Array.from(bytes);
      const size = end - starts[15]! - 15;
      damaged.set([size >> 16, (size >> 8) & 0xff, size & 0xff], starts[15]! + 1);
      expect(framesOf(read(damaged))).toEqual([...tags.slice(0, 15), ...tags.slice(16)]);
    }
  });

  it('keeps a tag whose size word alone is damaged', () => {
    const damaged = Uint8Array.from(bytes);
    damaged.fill(0xaa, starts[16]! - 4, starts[16]);
    expect(framesOf(read(damaged))).toEqual(tags);
  });

  it('keeps a whole tag between two damages', () => {
    const damaged = Uint8Array.from(bytes);
    damaged.fill(0xff, starts[30]!, starts[31]);
    damaged.fill(0xff, starts[32]!, starts[33]);
    expect(framesOf(read(damaged))).toEqual([...tags.slice(0, 30), tags[31], ...tags.slice(33)]);
  });

  it('keeps it even behind a tag with a damaged time', () => {
    const damaged = Uint8Array.from(bytes);
    damaged.fill(0x77, starts[29]! + 4, starts[29]! + 8);
    damaged.fill(0xff, starts[30]!, starts[31]);
    damaged.fill(0xff, starts[32]!, starts[33]);
    expect(framesOf(read(damaged)).slice(30)).toEqual([tags[31], ...tags.slice(33)]);
  });

  it('says how much of a cut-off tag is left', () => {
    for (const extra of [1, 5, 11, 20]) {
      const cut = bytes.subarray(0, starts[40]! + extra);
      const items = read(cut);
      expect(framesOf(items)).toEqual(tags.slice(0, 40));
      expect(damagesOf(items)).toEqual([{ atByte: starts[40], skippedBytes: extra, why: 'ends inside a tag' }]);
      expect(read(cut, () => 1)).toEqual(items);
    }
  });

  it('keeps a last tag of which only the size word is missing', () => {
    for (const missing of [1, 2, 3, 4]) {
      const cut = bytes.subarray(0, starts[40]! - missing);
      expect(framesOf(read(cut))).toEqual(tags.slice(0, 40));
      expect(damagesOf(read(cut))).toEqual([]);
    }
  });

  it('passes over zeros at the end, as a computer that lost power leaves them', () => {
    const items = read(concat(bytes, new Uint8Array(5000)));
    expect(framesOf(items)).toEqual(tags);
    expect(damagesOf(items)).toEqual([{ atByte: bytes.length, skippedBytes: 5000, why: 'not a tag' }]);
  });

  it('finds a header in the middle of damage', () => {
    const items = read(concat(bytes, payload(77), bytes));
    expect(framesOf(items).length).toBe(2 * tags.length);
    expect(damagesOf(items)).toEqual([{ atByte: bytes.length, skippedBytes: 77, why: 'not a tag' }]);
  });

  it('reads a file whose header is damaged', () => {
    const damaged = Uint8Array.from(bytes);
    damaged.set([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(framesOf(read(damaged))).toEqual(tags);
    expect(damagesOf(read(damaged))).toEqual([{ atByte: 0, skippedBytes: 13, why: 'damaged header' }]);
    expect(read(damaged, () => 1)).toEqual(read(damaged));
  });

  it('does not hold more than a tag, and no more than has come', () => {
    const reader = new FlvReader();
    reader.receive(buildHeader());
    reader.receive(bytesOf('09 ff ff ff 00 00 00 00 00 00 00'));
    expect(reader.bufferedBytes).toBe(11);
    const piece = payload(1 << 20);
    for (let i = 0; i < 40; i++) {
      reader.receive(piece);
      expect(reader.bufferedBytes).toBeLessThan(17 << 20);
    }
  });

  it('looks at damaged bytes once, however they come', () => {
    // Every position looks like the beginning of a large tag.
    const hostile = concat(
      buildHeader(),
      buildTag(aacFrame(0)),
      Buffer.alloc(200_000, bytesOf('08 00 10 00 00 00 00 00 00 00 00')),
    );
    const beganMs = performance.now();
    expect(tagsOf(read(hostile, () => 10))).toHaveLength(1);
    expect(tagsOf(read(hostile))).toHaveLength(1);
    expect(performance.now() - beganMs).toBeLessThan(1500);
  });
});

describe('FlvReader, not an FLV', () => {
  it.each([
    ['an MP4 or MOV file', concat(bytesOf('00 00 00 20'), Buffer.from('ftypisom'))],
    ['a Matroska or WebM file (MKV)', bytesOf('1a 45 df a3 01 00 00 00')],
    ['an MPEG transport stream (TS)', Buffer.alloc(1000).fill(0x47)],
    ['a web page (HTML)', Buffer.from('\n<!DOCTYPE html><html><body>404')],
    ['empty', new Uint8Array(0)],
    ['a text file', Buffer.from('hello world, this is no video\n')],
    ['a JSON document', Buffer.from('{"error": "not found"}')],
    ['of no format', payload(3000)],
    ['of no format', payload(3_000_000)],
  ])('names %s', (name, bytes) => {
    for (const size of [1, 1000, 1 << 20]) {
      if (size === 1 && bytes.length > 10_000) continue;
      expect(() => read(Uint8Array.from(bytes), () => size)).toThrow(
        expect.objectContaining({ code: 'ERR_NOT_FLV', message: expect.stringContaining(name) }),
      );
    }
    expect(() => read(Uint8Array.from(bytes))).toThrow(MediaError);
  });

  it('names a header that is cut off', () => {
    expect(() => read(bytesOf('46 4c 56 01 05'))).toThrow(expect.objectContaining({ code: 'ERR_MEDIA_EMPTY' }));
  });
});
