import { describe, expect, it } from 'vitest';
import { type ChunkForm, chunksOf } from '../../../src/commands/conformance/chunk-form.js';
import type { RtmpMessage } from '../../../src/rtmp/chunk/message.js';
import { ChunkReader } from '../../../src/rtmp/chunk/reader.js';

const USUAL: ChunkForm = { fmt: 0, csid: 3, timestampField: 7, typeId: 9, streamId: 0x01020304, chunkSizeBytes: 128 };
const hex = (form: Partial<ChunkForm>, payload: number[]): string[] =>
  chunksOf({ ...USUAL, ...form }, Uint8Array.from(payload)).map((chunk) => Buffer.from(chunk).toString('hex'));

describe('chunks', () => {
  it.each<[string, Partial<ChunkForm>, string]>([
    ['fmt 0', {}, '03 000007 000001 09 04030201 aa'],
    ['fmt 1', { fmt: 1 }, '43 000007 000001 09 aa'],
    ['fmt 2', { fmt: 2 }, '83 000007 aa'],
    ['fmt 3', { fmt: 3 }, 'c3 aa'],
    ['the last csid of one byte', { csid: 63, fmt: 3 }, 'ff aa'],
    ['the first csid of two bytes', { csid: 64, fmt: 3 }, 'c0 00 aa'],
    ['a csid of three bytes, little-endian', { csid: 64 + 0x0201, fmt: 3 }, 'c1 01 02 aa'],
    ['a csid in a longer form than it needs', { csid: 100, fmt: 3, basicHeaderBytes: 3 }, 'c1 24 00 aa'],
    ['an extended time', { timestampField: 0xffffff }, '03 ffffff 000001 09 04030201 00ffffff aa'],
  ])('are written in the form of %s', (_, form, expected) => {
    expect(hex(form, [0xaa])).toEqual([expected.replaceAll(' ', '')]);
  });

  it('repeat an extended time, unless that is not wanted', () => {
    const form = { timestampField: 0x01000000, chunkSizeBytes: 1 };
    expect(hex(form, [0xaa, 0xbb])[1]).toBe('c301000000bb');
    expect(hex({ ...form, repeatsTimestamp: false }, [0xaa, 0xbb])[1]).toBe('c3bb');
  });

  it.each([1, 2, 127, 128, 129, 4096])('of %i bytes are understood by the reader of the engine', (chunkSizeBytes) => {
    const payload = Uint8Array.from({ length: 1000 }, (_, i) => i);
    const messages: RtmpMessage[] = [];
    const reader = new ChunkReader();
    const size = { ...USUAL, csid: 2, typeId: 1, streamId: 0, timestampField: 0 };
    const sizePayload = Uint8Array.of(0, 0, chunkSizeBytes >> 8, chunkSizeBytes);
    for (const chunk of chunksOf(size, sizePayload)) reader.read(chunk, messages);
    for (const chunk of chunksOf({ ...USUAL, chunkSizeBytes }, payload)) reader.read(chunk, messages);
    expect(messages[1]).toMatchObject({ typeId: 9, streamId: 0x01020304, timestampMs: 7, csid: 3 });
    expect(messages[1]?.payload).toEqual(payload);
  });
});
