import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { ClientHandshake } from '../../src/rtmp/handshake/client.js';
import { ServerHandshake } from '../../src/rtmp/handshake/server.js';
import {
  clientPacket,
  concat,
  DIGEST_VECTORS,
  serverPacket,
  vectorFirstPacket,
  vectorRandom,
  vectorSecondPacket,
} from '../rtmp/handshake/golden.js';
import { withoutStacks } from '../support/without-stacks.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const HANDSHAKE_SIZE_BYTES = 3073;

const ERROR_CODES = ['ERR_NOT_RTMP', 'ERR_TLS_ON_PLAIN_PORT', 'ERR_HANDSHAKE'];
const VERSION = Uint8Array.of(3);
const MESSAGES = Uint8Array.of(2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 16, 0);

const CLIENT_SIDES = [
  concat(VERSION, vectorFirstPacket('00000000'), new Uint8Array(1536), MESSAGES),
  ...DIGEST_VECTORS.map((vector) =>
    concat(VERSION, clientPacket(vector), vectorSecondPacket(vector.c2Digest), MESSAGES),
  ),
];
const SERVER_SIDES = [
  concat(VERSION, vectorFirstPacket('00000000'), vectorFirstPacket('00000000'), MESSAGES),
  concat(VERSION, clientPacket(DIGEST_VECTORS[0]!), clientPacket(DIGEST_VECTORS[0]!), MESSAGES),
  ...DIGEST_VECTORS.map((vector) =>
    concat(VERSION, serverPacket(vector), vectorSecondPacket(vector.s2Digest), MESSAGES),
  ),
];

type Handshake = Pick<ServerHandshake, 'receive' | 'done' | 'scheme' | 'rest' | 'sizeBytes'>;

/** Numbers from a seed, 0 up to but not including `limit` (xorshift32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

type Random = ReturnType<typeof randomNumbers>;

const RANDOM_BYTES = (() => {
  const random = randomNumbers(SEED);
  return Uint8Array.from({ length: 16_384 }, () => random(256));
})();

/** One of `seeds` with up to four changes, cut off somewhere, or random bytes behind a version that may be right. */
function input(random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  if (random(4) === 0) {
    const at = random(8192);
    const bytes = RANDOM_BYTES.slice(at, at + random(4000));
    bytes.fill(3, 0, random(3));
    return bytes;
  }
  const bytes = seeds[random(seeds.length)]!.slice();
  for (let changes = random(5); changes > 0; changes--) {
    const at = random(4) === 0 ? random(16) : random(bytes.length);
    bytes[at] = random(256);
  }
  return random(3) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
}

interface Outcome {
  readonly output: Uint8Array;
  readonly rest: Uint8Array;
  readonly state: string;
}

/** Feeds `bytes` in pieces up to `maxPieceBytes` and gives all that can be seen from outside. */
function outcome(handshake: Handshake, bytes: Uint8Array, random: Random, maxPieceBytes: number): Outcome {
  const outputs: Uint8Array[] = [];
  const rests: Uint8Array[] = [];
  let failure = '';
  try {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + 1 + random(maxPieceBytes));
      at += piece.length;
      const output = handshake.receive(piece);
      if (output !== undefined) {
        outputs.push(output);
      }
      if (handshake.done) {
        rests.push(handshake.rest);
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError) || !ERROR_CODES.includes(error.code)) {
      throw error;
    }
    failure = `${error.code} ${error.message}`;
  }
  const { done, scheme, sizeBytes } = handshake;
  // A failure may come with the first piece or a later one, so only its words must agree.
  const state = failure === '' ? `${done} ${scheme} ${sizeBytes}` : failure;
  return { output: Buffer.concat(outputs), rest: Buffer.concat(rests), state };
}

function check(newHandshake: () => Handshake, seeds: readonly Uint8Array[], number: number): void {
  const random = randomNumbers(SEED * 1_000_003 + number);
  const bytes = input(random, seeds);
  const whole = outcome(newHandshake(), bytes, () => bytes.length - 1, bytes.length);
  const fits =
    whole.rest.length === Math.max(0, bytes.length - HANDSHAKE_SIZE_BYTES) || !whole.state.startsWith('true');
  const outputFits = [0, 1536, HANDSHAKE_SIZE_BYTES].includes(whole.output.length);
  if (!fits || !outputFits) {
    throw new Error(`rest of ${whole.rest.length}, output of ${whole.output.length} bytes`);
  }
  if (number % 4 === 0) {
    const split = outcome(newHandshake(), bytes, random, 1 + random(900));
    if (
      split.state !== whole.state ||
      Buffer.compare(split.output, whole.output) !== 0 ||
      Buffer.compare(split.rest, whole.rest) !== 0
    ) {
      throw new Error(`split input gives ${split.state}, whole input ${whole.state}`);
    }
  }
}

withoutStacks();

describe.each<[string, number, () => Handshake, readonly Uint8Array[]]>([
  ['the server', 200_000, () => new ServerHandshake({ random: vectorRandom, timeMs: 0 }), CLIENT_SIDES],
  ['the simple client', 100_000, () => new ClientHandshake({ random: vectorRandom, timeMs: 0 }), SERVER_SIDES],
  [
    'the digest client',
    100_000,
    () => new ClientHandshake({ scheme: 'digest', random: vectorRandom, timeMs: 0 }),
    SERVER_SIDES,
  ],
])('%s', (_, inputs, newHandshake, seeds) => {
  it(`takes ${inputs} inputs in any split and throws nothing but ProtocolError`, () => {
    for (let number = 0; number < inputs; number++) {
      try {
        check(newHandshake, seeds, number);
      } catch (error) {
        expect.fail(`FUZZ_SEED=${SEED}, input ${number}: ${String(error)}`);
      }
    }
  });
});
