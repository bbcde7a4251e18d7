import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RtmpMessage } from '../../../src/rtmp/chunk/message.js';
import { ChunkReader } from '../../../src/rtmp/chunk/reader.js';
import { ChunkWriter } from '../../../src/rtmp/chunk/writer.js';
import { pattern, seededRandom } from './bytes.js';
import { Chunker } from './chunker.js';
import { byteByByte, comparable, randomSplit, readIn, whole } from './reading.js';

const csid = fc.constantFrom(3, 4, 5, 63, 64, 65, 319, 320, 65599);

/** Steps and times around the limits of the fields; equal steps are frequent, so that all header types occur. */
const timestampMs = fc.oneof(
  fc.constantFrom(0, 40, 80, 120, 0xfffffe, 0xffffff, 0x1000000, 0x7fffffff),
  fc.integer({ min: 0, max: 0x7fffffff }),
);

const sizeBytes = fc.oneof(fc.constantFrom(0, 1, 127, 128, 129, 256, 300), fc.integer({ min: 0, max: 700 }));

const message = fc.record({
  csid,
  typeId: fc.constantFrom(8, 9, 18, 20),
  streamId: fc.constantFrom(0, 1, 0xfedcba98),
  timestampMs,
  /** From 0x80 on: no payload of these looks like a time up to 0x7FFFFFFF. */
  payload: sizeBytes.map((size) => pattern(size).map((byte) => byte | 0x80)),
});

/** Runs of one chunk stream at a steady pace: there types 2 and 3 begin messages. */
const steadyRun = fc
  .tuple(message, fc.integer({ min: 1, max: 6 }), fc.constantFrom(0, 20, 0xfffffe, 0xffffff, 0x1000000))
  .map(([first, count, stepMs]) =>
    Array.from({ length: count }, (_, index) => ({
      ...first,
      timestampMs: (first.timestampMs + index * stepMs) % 0x80000000,
      payload: first.payload.map((byte, at) => (byte ^ (index + at)) | 0x80),
    })),
  );

const messages = fc.array(steadyRun, { minLength: 1, maxLength: 6 }).map((runs): RtmpMessage[] => runs.flat());

const habits = fc.record({
  seed: fc.integer(),
  repeatsExtendedTimestamp: fc.boolean(),
  chunkSizesBytes: fc.constantFrom([], [1, 2, 5, 128], [100, 128, 200, 4096], [65536]),
});

describe('a stream of interleaved chunks', () => {
  it('gives its messages, however it is cut', () => {
    fc.assert(
      fc.property(messages, habits, (given, { seed, ...rest }) => {
        const sent = new Chunker({ random: seededRandom(seed), ...rest }).send(given);
        const expected = sent.messages.map(comparable);
        for (const split of [whole, byteByByte, randomSplit(seed, 7), randomSplit(seed, 700)]) {
          const reader = new ChunkReader();
          const { messages: received, error } = readIn(split, sent.wire, reader);
          expect(error).toBeUndefined();
          expect(received.map(comparable)).toEqual(expected);
          expect(reader.bufferedBytes).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('comes back from our writer', () => {
    fc.assert(
      fc.property(messages, fc.constantFrom(1, 5, 128, 4096), fc.integer(), (given, chunkSizeBytes, seed) => {
        const writer = new ChunkWriter();
        const payload = new Uint8Array(4);
        new DataView(payload.buffer).setUint32(0, chunkSizeBytes);
        const setChunkSize = { csid: 2, typeId: 1, streamId: 0, timestampMs: 0, payload };
        writer.write(setChunkSize);
        writer.chunkSizeBytes = chunkSizeBytes;
        for (const one of given) {
          writer.write(one);
        }
        const wire = writer.take() ?? payload;
        const { messages: received } = readIn(randomSplit(seed, 700), wire);
        expect(received.map(comparable)).toEqual([setChunkSize, ...given].map(comparable));
      }),
      { numRuns: 40 },
    );
  });
});
