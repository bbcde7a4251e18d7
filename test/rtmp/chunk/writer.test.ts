import { describe, expect, it } from 'vitest';
import type { RtmpMessage } from '../../../src/rtmp/chunk/message.js';
import { ChunkWriter } from '../../../src/rtmp/chunk/writer.js';
import { concat, hex, pattern } from './bytes.js';
import { connectInChunksOf128, controlMessages, videoOfTheSpec } from './golden.js';

function write(messages: readonly RtmpMessage[], chunkSizeBytes = 128): Uint8Array | undefined {
  const writer = new ChunkWriter();
  writer.chunkSizeBytes = chunkSizeBytes;
  for (const message of messages) {
    writer.write(message);
  }
  return writer.take();
}

function message(fields: Partial<RtmpMessage>): RtmpMessage {
  return { csid: 3, typeId: 20, streamId: 0, timestampMs: 0, payload: new Uint8Array(0), ...fields };
}

describe('ChunkWriter', () => {
  for (const { name, spec, wire, messages } of [connectInChunksOf128, videoOfTheSpec]) {
    it(`writes ${name} (${spec})`, () => {
      expect(write(messages)).toEqual(wire);
    });
  }

  it('writes the control messages of protocol.md 11.9', () => {
    const fullHeaders = concat(controlMessages.wire.subarray(0, 107), controlMessages.wire.subarray(-16));
    expect(write(controlMessages.messages.filter(({ timestampMs }) => timestampMs === 0))).toEqual(fullHeaders);
  });

  it.each([
    [2, '02', 'c2'],
    [63, '3f', 'ff'],
    [64, '00 00', 'c0 00'],
    [319, '00 ff', 'c0 ff'],
    [320, '01 00 01', 'c1 00 01'],
    [65599, '01 ff ff', 'c1 ff ff'],
  ])('writes csid %i in its shortest form', (csid, first, next) => {
    expect(write([message({ csid, payload: hex('aa bb cc') })], 2)).toEqual(
      hex(`${first} 000000 000003 14 00000000 aa bb ${next} cc`),
    );
  });

  it('writes the message stream id little-endian, and times from 0xFFFFFF on extended and repeated', () => {
    const fields = { streamId: 0x89abcdef, payload: hex('aa bb cc') };
    expect(write([message({ ...fields, timestampMs: 0xfffffe })], 2)).toEqual(
      hex('03 fffffe 000003 14 efcdab89 aa bb c3 cc'),
    );
    expect(write([message({ ...fields, timestampMs: 0xffffff })], 2)).toEqual(
      hex('03 ffffff 000003 14 efcdab89 00ffffff aa bb c3 00ffffff cc'),
    );
    expect(write([message({ ...fields, timestampMs: 0xfffffffe })], 2)).toEqual(
      hex('03 ffffff 000003 14 efcdab89 fffffffe aa bb c3 fffffffe cc'),
    );
  });

  it('needs no type 3 chunk for a payload of exactly the chunk size, or for none', () => {
    expect(write([message({ payload: pattern(128) })])).toHaveLength(12 + 128);
    expect(write([message({ payload: pattern(129) })])).toHaveLength(12 + 128 + 1 + 1);
    expect(write([message({})])).toEqual(hex('03 000000 000000 14 00000000'));
  });

  it('uses a new chunk size for what is written after it was set', () => {
    const writer = new ChunkWriter();
    expect(writer.chunkSizeBytes).toBe(128);
    writer.write(message({ payload: pattern(200) }));
    writer.chunkSizeBytes = 4096;
    writer.write(message({ payload: pattern(200) }));
    expect(writer.take()).toHaveLength(12 + 200 + 1 + 12 + 200);
  });

  it('gives what was written once', () => {
    const writer = new ChunkWriter();
    expect(writer.take()).toBeUndefined();
    writer.write(message({}));
    expect(writer.take()).toHaveLength(12);
    expect(writer.take()).toBeUndefined();
    writer.write(message({}));
    writer.write(message({}));
    expect(writer.take()).toHaveLength(24);
    expect(writer.take()).toBeUndefined();
  });

  it('refuses what no message can hold', () => {
    const longest = write([message({ payload: new Uint8Array(0xffffff) })], 0xffffff);
    expect(longest).toHaveLength(12 + 0xffffff);
    expect(() => write([message({ payload: new Uint8Array(0x1000000) })])).toThrow(
      expect.objectContaining({ name: 'ProtocolError', code: 'ERR_LIMIT' }),
    );
  });
});
