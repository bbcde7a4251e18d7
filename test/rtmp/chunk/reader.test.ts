import { describe, expect, it } from 'vitest';
import { ChunkReader } from '../../../src/rtmp/chunk/reader.js';
import { concat, hex, pattern, sha256 } from './bytes.js';
import { connectInChunksOf128, golden } from './golden.js';
import { byteByByte, readIn, readWhole, splits, whole } from './reading.js';

/** A header of fmt 0 on csid 4, message stream 1, time 0. */
function audioHeader(lengthBytes: number): Uint8Array {
  return hex(`04 000000 ${lengthBytes.toString(16).padStart(6, '0')} 08 01000000`);
}

function setChunkSize(sizeBytes: number): Uint8Array {
  return hex(`02 000000 000004 01 00000000 ${sizeBytes.toString(16).padStart(8, '0')}`);
}

function payloads(wire: Uint8Array): readonly Uint8Array[] {
  return readWhole(wire).map((message) => message.payload);
}

describe('golden chunks', () => {
  it('has the bytes of protocol.md 11.3', () => {
    expect(connectInChunksOf128.wire).toHaveLength(147);
    expect(sha256(connectInChunksOf128.wire)).toBe('02b061849a72840a6c75d37657efcf95927dd537b598882b6f45b562ae395598');
  });

  for (const { name, spec, wire, messages } of golden) {
    for (const [splitName, split] of splits) {
      it(`reads ${name} (${spec}), ${splitName}`, () => {
        const reader = new ChunkReader();
        expect(readIn(split, wire, reader)).toEqual({ messages, error: undefined });
        expect(reader.bufferedBytes).toBe(0);
      });
    }
  }
});

describe('times', () => {
  it('wraps a sum at 2^32', () => {
    const messages = readWhole(hex('04 ffffff 000001 08 01000000 fffffff0 a0  44 000020 000001 08 a1'));
    expect(messages.map(({ timestampMs }) => timestampMs)).toEqual([0xfffffff0, 0x10]);
  });

  it('repeats the time of a type 0 as the delta of a type 3 behind it', () => {
    const messages = readWhole(hex('04 000064 000001 08 01000000 a0  c4 a1  c4 a2'));
    expect(messages.map(({ timestampMs }) => timestampMs)).toEqual([100, 200, 300]);
  });

  it('keeps the time at a type 3 behind a type 0 of time 0', () => {
    const messages = readWhole(hex('04 000000 000001 08 01000000 a0  c4 a1'));
    expect(messages.map(({ timestampMs }) => timestampMs)).toEqual([0, 0]);
  });

  it('repeats the last delta at a type 3 behind a type 2', () => {
    const messages = readWhole(hex('04 000064 000001 08 01000000 a0  84 000014 a1  c4 a2'));
    expect(messages.map(({ timestampMs }) => timestampMs)).toEqual([100, 120, 140]);
  });

  it('reads 0xFFFFFE from the short field and 0xFFFFFF from the extended one', () => {
    const messages = readWhole(hex('04 fffffe 000001 08 01000000 a0  04 ffffff 000001 08 01000000 00ffffff a1'));
    expect(messages.map(({ timestampMs }) => timestampMs)).toEqual([0xfffffe, 0xffffff]);
  });

  it('takes another extended delta from a type 3 that begins a message', () => {
    const wire = hex('04 ffffff 000001 08 01000000 01000000 a0  c4 02000000 a1  c4 02000000 a2');
    expect(readWhole(wire).map(({ timestampMs }) => timestampMs)).toEqual([0x01000000, 0x03000000, 0x05000000]);
  });

  it('forgets the extended timestamp with the next header that has none', () => {
    const wire = hex('04 ffffff 000001 08 01000000 01000000 a0  84 000005 a1  c4 a2');
    expect(readWhole(wire).map(({ timestampMs }) => timestampMs)).toEqual([0x01000000, 0x01000005, 0x0100000a]);
  });

  it('keeps the times of chunk streams apart', () => {
    const wire = hex(`
      04 000064 000001 08 01000000 a0
      06 0003e8 000001 09 01000000 b0
      84 000014 a1
      86 000021 b1`);
    expect(readWhole(wire).map(({ csid, timestampMs }) => [csid, timestampMs])).toEqual([
      [4, 100],
      [6, 1000],
      [4, 120],
      [6, 1033],
    ]);
  });
});

describe('extended timestamps that are left out of continuation chunks', () => {
  const header = hex('04 ffffff 000084 08 01000000 01020304');
  const first = pattern(128);

  /** Payload of the second chunk, when the sender repeats the time and when it does not. */
  const tails: readonly (readonly [string, Uint8Array])[] = [
    ['differs at once', hex('aa bb cc dd')],
    ['begins like the time', hex('01 02 03 ff')],
    ['begins like it for one byte', hex('01 ff ff ff')],
  ];
  for (const [name, tail] of tails) {
    it(`takes for payload what ${name}`, () => {
      const message = { csid: 4, typeId: 8, streamId: 1, timestampMs: 0x01020304, payload: concat(first, tail) };
      for (const [, split] of splits) {
        expect(readIn(split, concat(header, first, hex('c4'), tail)).messages).toEqual([message]);
        expect(readIn(split, concat(header, first, hex('c4 01020304'), tail)).messages).toEqual([message]);
      }
    });
  }

  it('gives payload back that looked like the time and ends within it, and the header behind it', () => {
    const shortHeader = hex('04 ffffff 000082 08 01000000 01020304');
    const wire = concat(shortHeader, first, hex('c4 01 02'), hex('03 00 00 00 00 00 01 14 00 00 00 00 99'));
    for (const [, split] of splits) {
      expect(readIn(split, wire).messages.map(({ csid, payload }) => [csid, payload.subarray(-2)])).toEqual([
        [4, hex('01 02')],
        [3, hex('99')],
      ]);
    }
  });

  it('works on the long forms of a csid', () => {
    const payload = concat(first, hex('01 02 ff ee'));
    const long = hex('01 0001 ffffff 000084 08 01000000 01020304');
    for (const [, split] of splits) {
      for (const repeated of ['01020304', '']) {
        const wire = concat(long, first, hex(`c1 0001 ${repeated}`), payload.subarray(128));
        expect(readIn(split, wire).messages).toEqual([
          { csid: 320, typeId: 8, streamId: 1, timestampMs: 0x01020304, payload },
        ]);
      }
    }
  });
});

describe('chunk streams', () => {
  it('puts interleaved messages together', () => {
    const audio = pattern(300, 1);
    const video = pattern(300, 2);
    const high = pattern(130, 3);
    const wire = concat(
      hex('04 00000a 00012c 08 01000000'),
      audio.subarray(0, 128),
      hex('06 00000b 00012c 09 01000000'),
      video.subarray(0, 128),
      hex('c4'),
      audio.subarray(128, 256),
      hex('00 10 00000c 000082 12 01000000'),
      high.subarray(0, 128),
      hex('c6'),
      video.subarray(128, 256),
      hex('c6'),
      video.subarray(256),
      hex('c0 10'),
      high.subarray(128),
      hex('c4'),
      audio.subarray(256),
    );
    for (const [, split] of splits) {
      expect(readIn(split, wire).messages).toEqual([
        { csid: 6, typeId: 9, streamId: 1, timestampMs: 11, payload: video },
        { csid: 80, typeId: 18, streamId: 1, timestampMs: 12, payload: high },
        { csid: 4, typeId: 8, streamId: 1, timestampMs: 10, payload: audio },
      ]);
    }
  });

  it('accepts a first chunk of type 1 with base 0, as librtmp sends on csid 2', () => {
    expect(readWhole(hex('42 00000a 000006 04 00 07 01 02 03 04'))).toEqual([
      { csid: 2, typeId: 4, streamId: 0, timestampMs: 10, payload: hex('00 07 01 02 03 04') },
    ]);
  });

  it.each(['84 000001', 'c4', 'c0 10', '81 00 01 000001'])('refuses a first chunk %s', (text) => {
    expect(() => readWhole(hex(`${text} ff`))).toThrow(
      expect.objectContaining({ name: 'ProtocolError', code: 'ERR_CHUNK' }),
    );
  });

  it.each([
    ['0', '04 000000 00012c 08 01000000'],
    ['1', '44 000000 00012c 08'],
    ['2', '84 000000'],
  ])('refuses a chunk of type %s in the middle of a message', (fmt, header) => {
    expect(() => readWhole(concat(audioHeader(300), pattern(128), hex(header)))).toThrow(
      expect.objectContaining({
        code: 'ERR_CHUNK',
        message: `a chunk of type ${fmt} on chunk stream 4 begins a message, but 128 of 300 bytes of the one before have come`,
      }),
    );
  });

  it('gives what was complete before an error', () => {
    const { messages, error } = readIn(whole, concat(audioHeader(1), hex('a0'), hex('c9')));
    expect(messages).toHaveLength(1);
    expect(error).toMatch('ERR_CHUNK');
  });
});

describe('messages without payload', () => {
  it('are complete with their header', () => {
    expect(readWhole(hex('04 00000a 000000 08 01000000  84 00000a  c4'))).toEqual(
      [10, 20, 30].map((timestampMs) => ({ csid: 4, typeId: 8, streamId: 1, timestampMs, payload: new Uint8Array(0) })),
    );
  });
});

describe('chunk size', () => {
  it('applies to the next chunk, also of a message that is half there', () => {
    const payload = pattern(500);
    const wire = concat(
      audioHeader(500),
      payload.subarray(0, 128),
      setChunkSize(200),
      hex('c4'),
      payload.subarray(128, 328),
      setChunkSize(10),
      hex('c4'),
      payload.subarray(328, 338),
      setChunkSize(4096),
      hex('c4'),
      payload.subarray(338),
    );
    for (const [, split] of splits) {
      const reader = new ChunkReader();
      const { messages } = readIn(split, wire, reader);
      expect(messages.map(({ typeId }) => typeId)).toEqual([1, 1, 1, 8]);
      expect(messages[3]?.payload).toEqual(payload);
      expect(reader.chunkSizeBytes).toBe(4096);
    }
  });

  it('of one byte works', () => {
    const payload = pattern(5);
    const chunks = concat(...[...payload].map((byte, index) => Uint8Array.from(index === 0 ? [byte] : [0xc4, byte])));
    for (const [, split] of splits) {
      const { messages } = readIn(split, concat(setChunkSize(1), audioHeader(5), chunks));
      expect(messages[1]?.payload).toEqual(payload);
    }
  });

  it('over 16777215 acts alike', () => {
    const reader = new ChunkReader();
    readIn(whole, setChunkSize(0x7fffffff), reader);
    expect(reader.chunkSizeBytes).toBe(0xffffff);
  });

  it.each([0, 0x80000000, 0xffffffff])('of %d is refused', (sizeBytes) => {
    expect(() => readWhole(setChunkSize(sizeBytes))).toThrow(
      expect.objectContaining({ name: 'ProtocolError', code: 'ERR_CHUNK_SIZE' }),
    );
  });

  it('needs four bytes and ignores more', () => {
    expect(() => readWhole(hex('02 000000 000003 01 00000000 001000'))).toThrow(
      expect.objectContaining({ code: 'ERR_CHUNK_SIZE' }),
    );
    const reader = new ChunkReader();
    readIn(whole, hex('02 000000 000005 01 00000000 00001000ff'), reader);
    expect(reader.chunkSizeBytes).toBe(4096);
  });
});

describe('abort', () => {
  it('drops the message under way of a chunk stream', () => {
    const wire = concat(
      audioHeader(300),
      pattern(128),
      hex('02 000000 000004 02 00000000 00000004'),
      audioHeader(2),
      hex('a0 a1'),
    );
    for (const [, split] of splits) {
      const reader = new ChunkReader();
      const { messages } = readIn(split, wire, reader);
      expect(messages.map(({ typeId, payload }) => [typeId, payload])).toEqual([
        [2, hex('00000004')],
        [8, hex('a0 a1')],
      ]);
      expect(reader.bufferedBytes).toBe(0);
    }
  });

  it('of an unknown chunk stream, or one without a message under way, does nothing', () => {
    const wire = concat(
      audioHeader(1),
      hex('a0'),
      hex('02 000000 000004 02 00000000 00000004'),
      hex('c2 ffffffff  c2 00000000  c2 00000002'),
      hex('c4 a1'),
    );
    expect(payloads(wire).map((payload) => payload.length)).toEqual([1, 4, 4, 4, 4, 1]);
  });

  it('needs four bytes', () => {
    expect(() => readWhole(hex('02 000000 000002 02 00000000 0004'))).toThrow(
      expect.objectContaining({ code: 'ERR_CHUNK' }),
    );
  });
});

describe('limits', () => {
  const limit = expect.objectContaining({ name: 'ProtocolError', code: 'ERR_LIMIT' });

  it('let media have the longest length there is, and other messages 1 MiB', () => {
    for (const typeId of ['08', '09', '0f', '12', '16']) {
      expect(readWhole(hex(`04 000000 ffffff ${typeId} 01000000`))).toEqual([]);
    }
    expect(readWhole(hex('03 000000 100000 14 00000000'))).toEqual([]);
    expect(() => readWhole(hex('03 000000 100001 14 00000000'))).toThrow(limit);
  });

  it('can be narrowed', () => {
    expect(() => readWhole(audioHeader(1001), { mediaSizeBytes: 1000 })).toThrow(limit);
    expect(() => readWhole(hex('43 000000 000065 14'), { otherSizeBytes: 100 })).toThrow(limit);
  });

  it('bound the chunk streams', () => {
    const chunkOn = (csid: number) =>
      hex(`01 ${(csid - 64).toString(16).padStart(2, '0')} 00 000000 000000 08 01000000`);
    const wire = (count: number) => concat(...Array.from({ length: count }, (_, index) => chunkOn(64 + index)));
    expect(readWhole(wire(64))).toHaveLength(64);
    expect(() => readWhole(wire(65))).toThrow(limit);
  });

  it('bound the bytes of incomplete messages, in any split', () => {
    const begin = (csid: number) => concat(hex(`0${csid} 000000 000100 08 01000000`), pattern(128));
    const twice = concat(begin(4), begin(5));
    for (const [, split] of splits) {
      expect(readIn(split, twice, new ChunkReader({ partialBytes: 256 })).error).toBeUndefined();
      expect(readIn(split, concat(twice, begin(6)), new ChunkReader({ partialBytes: 256 })).error).toMatch('ERR_LIMIT');
      const oneComplete = concat(twice, hex('c4'), pattern(128), begin(6));
      expect(readIn(split, oneComplete, new ChunkReader({ partialBytes: 384 })).error).toBeUndefined();
    }
  });
});

describe('bufferedBytes', () => {
  it('counts the bytes that wait, and nothing announced', () => {
    const wire = concat(audioHeader(0xffffff), pattern(100));
    const reader = new ChunkReader();
    readIn(byteByByte, wire.subarray(0, 11), reader);
    expect(reader.bufferedBytes).toBe(11);
    readIn(byteByByte, wire.subarray(11, 12), reader);
    expect(reader.bufferedBytes).toBe(0);
    readIn(byteByByte, wire.subarray(12), reader);
    expect(reader.bufferedBytes).toBe(100);
  });

  it('has memory of about its size behind it', () => {
    const messages = Array.from({ length: 60 }, (_, index) =>
      concat(Uint8Array.of(index + 3), hex('000000 ffffff 09 01000000'), pattern(128)),
    );
    const wire = concat(...messages);
    const before = process.memoryUsage().arrayBuffers;
    const reader = new ChunkReader();
    reader.read(wire, []);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 * 1024);
    expect(reader.bufferedBytes).toBe(60 * 128);
  });
});

describe('large messages', () => {
  const payload = pattern(8_000_000);

  it.each([128, 4096, 65536])('of 8 MB in chunks of %d are read in reads of 64 KiB', (chunkSizeBytes) => {
    const chunks: Uint8Array[] = [setChunkSize(chunkSizeBytes), audioHeader(payload.length)];
    for (let at = 0; at < payload.length; at += chunkSizeBytes) {
      chunks.push(at === 0 ? new Uint8Array(0) : hex('c4'), payload.subarray(at, at + chunkSizeBytes));
    }
    const { messages } = readIn(
      function* (bytes) {
        for (let at = 0; at < bytes.length; at += 65536) {
          yield bytes.subarray(at, at + 65536);
        }
      },
      new Uint8Array(Buffer.concat(chunks)),
    );
    expect(Buffer.compare(messages[1]?.payload as Uint8Array, payload)).toBe(0);
  });
});
