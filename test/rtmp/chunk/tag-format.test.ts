import { describe, expect, it } from 'vitest';
import type { MediaTag } from '../../../src/media/tag.js';
import type { RtmpMessage } from '../../../src/rtmp/chunk/message.js';
import { ChunkReader } from '../../../src/rtmp/chunk/reader.js';
import { rtmpTagFormat } from '../../../src/rtmp/chunk/tag-format.js';
import { concat, hex, pattern } from './bytes.js';
import { comparable } from './reading.js';

function audio(timestampMs: number, body = hex('af')): MediaTag {
  return { kind: 'audio', timestampMs, body };
}

function video(timestampMs: number, body = hex('27')): MediaTag {
  return { kind: 'video', timestampMs, body };
}

function data(timestampMs: number, body = hex('02')): MediaTag {
  return { kind: 'data', timestampMs, body };
}

function encode(tags: readonly MediaTag[], chunkSizeBytes = 128, streamId = 1): Uint8Array {
  return rtmpTagFormat({ chunkSizeBytes, streamId }).encode(tags);
}

describe('rtmpTagFormat', () => {
  it('has one key for what gives the same bytes', () => {
    const key = (chunkSizeBytes: number, streamId: number) => rtmpTagFormat({ chunkSizeBytes, streamId }).key;
    expect(key(4096, 1)).toBe(key(4096, 1));
    expect(new Set([key(4096, 1), key(128, 1), key(4096, 2), key(40961, 1)]).size).toBe(4);
  });

  it('writes a full header for the first tag of each kind, then deltas', () => {
    const tags = [data(0), video(10), audio(20), video(43), audio(41), data(5), video(43)];
    expect(encode(tags, 128, 0x01020304)).toEqual(
      hex(`
        08 000000 000001 12 04030201 02
        06 00000a 000001 09 04030201 27
        04 000014 000001 08 04030201 af
        46 000021 000001 09 27
        44 000015 000001 08 af
        48 000005 000001 12 02
        46 000000 000001 09 27`),
    );
  });

  it('begins anew with each run', () => {
    const format = rtmpTagFormat({ chunkSizeBytes: 128, streamId: 1 });
    const one = format.encode([video(5)]);
    format.encode([video(7)]);
    expect(format.encode([video(5)])).toEqual(one);
  });

  it('writes a full header when time goes back, and a delta from there', () => {
    expect(encode([video(100), video(60), video(70)])).toEqual(
      hex('06 000064 000001 09 01000000 27  06 00003c 000001 09 01000000 27  46 00000a 000001 09 27'),
    );
  });

  it('writes a full header for a step that does not fit the short field', () => {
    expect(encode([video(1), video(0xffffff)])).toEqual(hex('06 000001 000001 09 01000000 27  46 fffffe 000001 09 27'));
    expect(encode([video(1), video(0x1000000)])).toEqual(
      hex('06 000001 000001 09 01000000 27  06 ffffff 000001 09 01000000 01000000 27'),
    );
  });

  it('repeats an extended timestamp in type 3 (protocol.md 11.4), and not behind a short delta', () => {
    const one = pattern(200, 1);
    const other = pattern(200, 2);
    expect(encode([video(0x01000000, one), video(0x01000021, other)])).toEqual(
      concat(
        hex('06 ff ff ff 00 00 c8 09 01 00 00 00  01 00 00 00'),
        one.subarray(0, 128),
        hex('c6 01 00 00 00'),
        one.subarray(128),
        hex('46 000021 0000c8 09'),
        other.subarray(0, 128),
        hex('c6'),
        other.subarray(128),
      ),
    );
  });

  it('writes an unwrapped timeline modulo 2^32', () => {
    const twoTo32 = 2 ** 32;
    expect(encode([audio(twoTo32 - 1), audio(twoTo32 + 9)])).toEqual(
      hex('04 ffffff 000001 08 01000000 ffffffff af  44 00000a 000001 08 af'),
    );
    expect(encode([audio(3 * twoTo32 + 7)])).toEqual(hex('04 000007 000001 08 01000000 af'));
  });

  it('writes tags without a body, and runs without tags', () => {
    expect(encode([audio(1, new Uint8Array(0))])).toEqual(hex('04 000001 000000 08 01000000'));
    expect(encode([])).toEqual(new Uint8Array(0));
  });

  it('gives memory of exact size that is no view of anything', () => {
    const body = pattern(1000);
    const bytes = encode([video(0, body)]);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    expect(bytes.buffer).not.toBe(body.buffer);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  });

  it('refuses a body that no message can hold', () => {
    expect(() => encode([video(0, new Uint8Array(0x1000000))])).toThrow(
      expect.objectContaining({ name: 'MediaError', code: 'ERR_MEDIA_UNSUPPORTED' }),
    );
  });

  it.each([1, 2, 127, 128, 129, 4096, 65536, 0xffffff])('is read back with chunks of %d', (chunkSizeBytes) => {
    const sizes = [0, 1, 127, 128, 129, 256, 257, 4096, 4097, 10_000];
    const tags = sizes.flatMap((size, index) => [
      video(0xfffff0 + index * 33, pattern(size, index)),
      audio(0xfffff0 + index * 21, pattern(size + 1, index)),
    ]);
    const messages: RtmpMessage[] = [];
    const reader = new ChunkReader();
    reader.read(hex(`02 000000 000004 01 00000000 ${chunkSizeBytes.toString(16).padStart(8, '0')}`), []);
    reader.read(encode(tags, chunkSizeBytes), messages);
    const sent = tags.map(({ kind, timestampMs, body }) => {
      const ids = kind === 'audio' ? { csid: 4, typeId: 8 } : { csid: 6, typeId: 9 };
      return { ...ids, streamId: 1, timestampMs, payload: body };
    });
    expect(messages.map(comparable)).toEqual(sent.map(comparable));
  });

  const body = pattern(8_000_000);
  it.each([128, 4096, 65536])('writes a keyframe of 8 MB in chunks of %d', (chunkSizeBytes) => {
    const chunks: Uint8Array[] = [hex('06 000000 7a1200 09 01000000'), body.subarray(0, chunkSizeBytes)];
    for (let at = chunkSizeBytes; at < body.length; at += chunkSizeBytes) {
      chunks.push(hex('c6'), body.subarray(at, at + chunkSizeBytes));
    }
    expect(Buffer.compare(encode([video(0, body)], chunkSizeBytes), Buffer.concat(chunks))).toBe(0);
  });
});
