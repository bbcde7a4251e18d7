import { RtmpkitError } from '../../../src/errors.js';
import type { ChunkLimits } from '../../../src/rtmp/chunk/limits.js';
import type { RtmpMessage } from '../../../src/rtmp/chunk/message.js';
import { ChunkReader } from '../../../src/rtmp/chunk/reader.js';
import { seededRandom } from './bytes.js';

/** What came of some input: the messages, and the error that ended it, if any. */
export interface Reading {
  readonly messages: readonly RtmpMessage[];
  readonly error: string | undefined;
}

/** Cuts bytes into pieces of these sizes, over and over; sizes of 0 give empty pieces. */
export type Split = (bytes: Uint8Array) => Iterable<Uint8Array>;

export const whole: Split = (bytes) => [bytes];

export const byteByByte: Split = function* (bytes) {
  for (let at = 0; at < bytes.length; at++) {
    yield bytes.subarray(at, at + 1);
  }
};

export function randomSplit(seed: number, largest: number): Split {
  return function* (bytes) {
    const random = seededRandom(seed);
    let at = 0;
    while (at < bytes.length) {
      const next = at + Math.floor(random() * (largest + 1));
      yield bytes.subarray(at, next);
      at = next;
    }
  };
}

/** All ways of cutting that the tests use. */
export const splits: readonly (readonly [string, Split])[] = [
  ['whole', whole],
  ['byte by byte', byteByByte],
  ...[2, 3, 5, 20, 130, 300].map((largest) => [`up to ${largest} bytes`, randomSplit(largest, largest)] as const),
];

/**
 * Reads `wire` in pieces. Each piece has memory of its own, with other bytes around, which is spoilt after the call: a
 * payload that were a view of it would show.
 */
export function readIn(split: Split, wire: Uint8Array, reader = new ChunkReader()): Reading {
  const messages: RtmpMessage[] = [];
  for (const piece of split(wire)) {
    const arrived = new Uint8Array(piece.length + 16).fill(0xc3);
    arrived.set(piece, 8);
    try {
      reader.read(arrived.subarray(8, 8 + piece.length), messages);
    } catch (error) {
      if (!(error instanceof RtmpkitError)) {
        throw error;
      }
      return { messages, error: `${error.name} ${error.code} ${error.message}` };
    } finally {
      arrived.fill(0xee);
    }
  }
  return { messages, error: undefined };
}

/** The same message with its payload as text, which compares and prints much faster than bytes do. */
export function comparable({ payload, ...header }: RtmpMessage): object {
  return { ...header, payload: Buffer.from(payload).toString('latin1') };
}

export function readWhole(wire: Uint8Array, limits?: Partial<ChunkLimits>): readonly RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  new ChunkReader(limits).read(wire, messages);
  return messages;
}
