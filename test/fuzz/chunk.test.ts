import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import type { ChunkLimits } from '../../src/rtmp/chunk/limits.js';
import type { RtmpMessage } from '../../src/rtmp/chunk/message.js';
import { ChunkReader } from '../../src/rtmp/chunk/reader.js';
import { concat, pattern, seededRandom } from '../rtmp/chunk/bytes.js';
import { Chunker } from '../rtmp/chunk/chunker.js';
import { golden } from '../rtmp/chunk/golden.js';
import { withoutStacks } from '../support/without-stacks.js';

const INPUTS = 200_000;
const BATCH = 20_000;

/** The longest header that may be held back. */
const MAX_HELD_BYTES = 18;

/** Narrow, so that short inputs reach them. */
const narrowLimits: ChunkLimits = {
  mediaSizeBytes: 2000,
  otherSizeBytes: 500,
  partialBytes: 600,
  chunkStreams: 6,
};

type Random = () => number;

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function interleaved(seed: number): Uint8Array {
  const random = seededRandom(seed);
  const messages = Array.from({ length: 12 }, (_, index) => ({
    csid: [3, 4, 6, 70, 400][below(random, 5)]!,
    typeId: [8, 9, 18, 20, 22][below(random, 5)]!,
    streamId: below(random, 2),
    timestampMs: below(random, 2) * 0x1000000 + index * 20,
    payload: pattern(below(random, 300), index),
  }));
  const repeatsExtendedTimestamp = seed % 2 === 0;
  return new Chunker({
    random,
    repeatsExtendedTimestamp,
    chunkSizesBytes: [7, 128, 200],
  }).send(messages).wire;
}

const seeds: readonly Uint8Array[] = [
  ...golden.map(({ wire }) => wire),
  ...Array.from({ length: 24 }, (_, seed) => interleaved(seed)),
];

/** Bytes that mean much: header bytes of all types, marks of extended times, and limits of numbers. */
const telling = [0x00, 0x01, 0x02, 0x03, 0x04, 0x42, 0x44, 0x80, 0x84, 0xc0, 0xc1, 0xc2, 0xc4, 0xc6, 0x7f, 0xff];

function randomBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(below(random, 200));
  const tellingShare = random();
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = random() < tellingShare ? telling[below(random, telling.length)]! : below(random, 256);
  }
  return bytes;
}

function mutated(random: Random): Uint8Array {
  const seed = seeds[below(random, seeds.length)]!;
  let bytes: Uint8Array = seed.slice(0, 320);
  for (let count = 1 + below(random, 4); count > 0; count--) {
    bytes = mutateOnce(bytes, random);
  }
  return bytes;
}

function mutateOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const at = below(random, bytes.length + 1);
  switch (below(random, 6)) {
    case 0:
      bytes[at] = below(random, 256);
      return bytes;
    case 1:
      bytes[at] = telling[below(random, telling.length)]!;
      return bytes;
    case 2:
      return concat(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + below(random, 5))));
    case 3:
      return concat(bytes.subarray(0, at), randomBytes(random).subarray(0, 1 + below(random, 20)), bytes.subarray(at));
    case 4: {
      const other = seeds[below(random, seeds.length)]!;
      return concat(bytes.subarray(0, at), other.subarray(below(random, other.length)).subarray(0, 300));
    }
    default:
      return bytes.subarray(0, at);
  }
}

/** What came of the input, as text: a header of each message, a sum over its payload, the error. */
function outcome(reader: ChunkReader, bytes: Uint8Array, pieceBytes: () => number): string {
  const messages: RtmpMessage[] = [];
  let end = '';
  for (let at = 0; at < bytes.length && end === ''; ) {
    const next = Math.min(bytes.length, at + pieceBytes());
    try {
      reader.read(bytes.subarray(at, next), messages);
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
      end = `${error.code} ${error.message}`;
    }
    at = next;
    if (end === '' && reader.bufferedBytes > at + MAX_HELD_BYTES) {
      throw new Error(`${reader.bufferedBytes} bytes are buffered, ${at} were fed`);
    }
  }
  return `${messages.map(brief).join('\n')}\n${end}`;
}

function brief({ csid, typeId, streamId, timestampMs, payload }: RtmpMessage): string {
  let sum = 7;
  for (let at = 0; at < payload.length; at++) {
    sum = (Math.imul(sum, 31) + payload[at]!) | 0;
  }
  return `${csid} ${typeId} ${streamId} ${timestampMs} ${payload.length} ${sum}`;
}

function fuzzOne(seed: number): string {
  const random = seededRandom(seed);
  const bytes = random() < 0.3 ? randomBytes(random) : mutated(random);
  const limits = random() < 0.5 ? narrowLimits : {};
  const largest = [1, 2, 5, 30, 200][below(random, 5)]!;
  const whole = outcome(new ChunkReader(limits), bytes, () => bytes.length);
  const split = outcome(new ChunkReader(limits), bytes, () => 1 + below(random, largest));
  if (whole !== split) {
    throw new Error(`whole:\n${whole}\nin pieces of up to ${largest} bytes:\n${split}`);
  }
  return whole;
}

describe('ChunkReader on hostile bytes', () => {
  withoutStacks();

  for (let first = 0; first < INPUTS; first += BATCH) {
    it(`throws ProtocolError or nothing, the same in any split: seeds ${first}..${first + BATCH - 1}`, () => {
      const errors = new Map<string, number>();
      for (let seed = first; seed < first + BATCH; seed++) {
        try {
          const code = /ERR_\w+/.exec(fuzzOne(seed))?.[0] ?? 'none';
          errors.set(code, (errors.get(code) ?? 0) + 1);
        } catch (error) {
          throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
        }
      }
      expect([...errors.keys()].sort()).toEqual(['ERR_CHUNK', 'ERR_CHUNK_SIZE', 'ERR_LIMIT', 'none']);
    });
  }

  it('takes no memory for lengths that are only announced', () => {
    const random = seededRandom(1);
    const before = process.memoryUsage().arrayBuffers;
    const readers: ChunkReader[] = [];
    let fedBytes = 0;
    for (let count = 0; count < 200; count++) {
      const reader = new ChunkReader();
      readers.push(reader);
      for (let csid = 2; csid < 64; csid++) {
        const typeId = [8, 9, 18, 22][below(random, 4)]!;
        const header = Uint8Array.of(csid, 0, 0, 0, 0xff, 0xff, 0xff, typeId, 1, 0, 0, 0);
        const bytes = concat(header, pattern(128));
        reader.read(bytes, []);
        fedBytes += bytes.length;
      }
      expect(reader.bufferedBytes).toBe(62 * 128);
    }
    const takenBytes = process.memoryUsage().arrayBuffers - before;
    expect(takenBytes).toBeLessThan(200 * 62 * 1024 + 4 * fedBytes);
    expect(readers).toHaveLength(200);
  });
});
