import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/errors.js';
import { findDigest, verifySecondPacket } from '../../../src/rtmp/handshake/digest.js';
import { ServerHandshake } from '../../../src/rtmp/handshake/server.js';
import {
  CLIENT_VERSION,
  clientPacket,
  concat,
  DIGEST_VECTORS,
  SIMPLE_C0C1_SHA256,
  serverPacket,
  sha256,
  toHex,
  vectorFirstPacket,
  vectorRandom,
  vectorSecondPacket,
} from './golden.js';

const C0 = Uint8Array.of(3);
const C2 = new Uint8Array(1536).fill(0xc2);
const MESSAGES = Uint8Array.of(2, 0, 0, 0, 0, 0, 4, 1);

const newServer = (timeMs = 0) => new ServerHandshake({ random: vectorRandom, timeMs });

describe('the simple handshake', () => {
  const c1 = vectorFirstPacket('00000000');

  it('answers with a version of zero and echoes C1', () => {
    expect(sha256(concat(C0, c1))).toBe(SIMPLE_C0C1_SHA256);
    const server = newServer(0x01020304);
    const answer = server.receive(concat(C0, c1))!;
    expect(answer).toHaveLength(3073);
    expect([...answer.subarray(0, 9)]).toEqual([3, 1, 2, 3, 4, 0, 0, 0, 0]);
    expect(answer.subarray(9, 1537)).toEqual(vectorRandom.subarray(0, 1528));
    expect(answer.subarray(1537)).toEqual(c1);
    expect(server).toMatchObject({ done: false, scheme: 'simple', sizeBytes: 1537 });
  });

  it('is done with C2, whatever it holds, and keeps what follows', () => {
    const server = newServer();
    server.receive(concat(C0, c1));
    expect(server.receive(concat(C2, MESSAGES))).toBeUndefined();
    expect(server).toMatchObject({ done: true, scheme: 'simple', sizeBytes: 3073, rest: MESSAGES });
    expect(server.receive(Uint8Array.of(9, 9))).toBeUndefined();
    expect(server).toMatchObject({ sizeBytes: 3073, rest: Uint8Array.of(9, 9) });
  });

  it('answers a client that sends all at once', () => {
    const server = newServer();
    expect(server.receive(concat(C0, c1, C2, MESSAGES))).toHaveLength(3073);
    expect(server).toMatchObject({ done: true, rest: MESSAGES });
  });

  it('is the answer to a version without a digest, or with a wrong one', () => {
    const damaged = clientPacket(DIGEST_VECTORS[0]!);
    damaged[400]! ^= 0xff;
    for (const packet of [vectorFirstPacket(CLIENT_VERSION), damaged]) {
      const answer = newServer().receive(concat(C0, packet))!;
      expect([...answer.subarray(5, 9)]).toEqual([0, 0, 0, 0]);
      expect(answer.subarray(1537)).toEqual(packet);
    }
  });

  it('looks for no digest when the version is zero', () => {
    const unversioned = clientPacket(DIGEST_VECTORS[0]!).fill(0, 4, 8);
    const server = newServer();
    expect(server.receive(concat(C0, unversioned))?.subarray(1537)).toEqual(unversioned);
    expect(server.scheme).toBe('simple');
  });
});

describe.each(DIGEST_VECTORS)('the digest handshake, $scheme', (vector) => {
  it('answers with the bytes of the vectors', () => {
    const server = newServer();
    const answer = server.receive(concat(C0, clientPacket(vector)))!;
    expect(answer).toEqual(concat(C0, serverPacket(vector), vectorSecondPacket(vector.s2Digest)));
    expect(server.scheme).toBe(vector.scheme);
  });

  it('satisfies a player that verifies S1 and S2, with any randomness', () => {
    const property = fc.property(fc.uint8Array({ minLength: 3072, maxLength: 3072 }), fc.nat(), (random, timeMs) => {
      const answer = new ServerHandshake({ random, timeMs }).receive(concat(C0, clientPacket(vector)))!;
      const [s1, s2] = [answer.subarray(1, 1537), answer.subarray(1537)];
      expect(s1[4]).toBeGreaterThanOrEqual(3);
      expect(findDigest(s1, 'server')?.scheme).toBe(vector.scheme);
      expect(verifySecondPacket(s2, Buffer.from(vector.c1Digest, 'hex'), 'server')).toBe(true);
    });
    fc.assert(property, { numRuns: 20 });
  });
});

describe('any split of the input', () => {
  const input = concat(C0, clientPacket(DIGEST_VECTORS[1]!), C2, MESSAGES);
  const whole = newServer().receive(input)!;

  function feed(sizes: Iterable<number>): void {
    const server = newServer();
    const outputs: Uint8Array[] = [];
    const rests: Uint8Array[] = [];
    let at = 0;
    for (const size of sizes) {
      outputs.push(server.receive(input.subarray(at, at + size)) ?? new Uint8Array(0));
      rests.push(server.rest.slice());
      at += size;
    }
    expect(at).toBeGreaterThanOrEqual(input.length);
    expect(sha256(concat(...outputs))).toBe(sha256(whole));
    expect(toHex(concat(...rests))).toBe(toHex(MESSAGES));
    expect(server).toMatchObject({ done: true, scheme: 'digest-0', sizeBytes: 3073 });
  }

  it('gives the same byte by byte', () => {
    feed(Array.from({ length: input.length }, () => 1));
  });

  it('gives the same in random pieces', () => {
    const sizes = fc.array(fc.nat({ max: 700 }), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, (some) => feed([...some, input.length])),
      { numRuns: 100 },
    );
  });
});

describe('C0', () => {
  it.each([0, 1, 2, 4, 5, 7, 10, 20, 23, 31])('%i, an unknown version, is answered with 3', (version) => {
    const server = newServer();
    expect(server.receive(Uint8Array.of(version))).toBeUndefined();
    expect(server.receive(vectorFirstPacket('00000000'))?.[0]).toBe(3);
  });

  it.each([
    ['GET /live/secret.flv HTTP/1.1\r\n', 'ERR_NOT_RTMP', 'the client speaks HTTP, not RTMP', 'GET'],
    ['POST /open/1 HTTP/1.1\r\n', 'ERR_NOT_RTMP', 'the client speaks HTTP, not RTMP', 'POST'],
    ['G', 'ERR_NOT_RTMP', 'the client speaks HTTP, not RTMP', 'G'],
    ['OPTIONS rtsp://host RTSP/1.0\r\n', 'ERR_NOT_RTMP', 'the client speaks a text protocol, not RTMP', 'OPTIONS'],
    ['SSH-2.0-x\r\n', 'ERR_NOT_RTMP', 'the client speaks a text protocol, not RTMP', 'SSH-2.0-x'],
    ['\u00e7', 'ERR_NOT_RTMP', 'the client speaks something that begins with 0xe7, not RTMP', undefined],
    ['\x16\x03\x01', 'ERR_TLS_ON_PLAIN_PORT', 'the client speaks TLS, but this port takes plain RTMP', undefined],
    ['\x15\x03', 'ERR_TLS_ON_PLAIN_PORT', 'the client speaks TLS, but this port takes plain RTMP', undefined],
    ['\x06', 'ERR_HANDSHAKE', 'the client asks for RTMPE (version 6), which is not supported', undefined],
    ['\x08', 'ERR_HANDSHAKE', 'the client asks for RTMPE (version 8), which is not supported', undefined],
    ['\x09', 'ERR_HANDSHAKE', 'the client asks for RTMPE (version 9), which is not supported', undefined],
  ])('%j is diagnosed', (text, code, message, peerWords) => {
    const server = newServer();
    for (const time of ['first', 'again']) {
      const error = errorOf(() => server.receive(time === 'first' ? Buffer.from(text, 'latin1') : C0));
      expect(error).toMatchObject({ code, message, stage: 'handshake', advice: expect.stringMatching(/./) });
      if (time === 'first') {
        expect(error.peerWords).toBe(peerWords);
      }
    }
  });
});

it('asks for enough randomness', () => {
  expect(() => new ServerHandshake({ random: new Uint8Array(3071), timeMs: 0 })).toThrow(/3072 random bytes, but 3071/);
});

function errorOf(act: () => unknown): ProtocolError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return error as ProtocolError;
  }
  throw new Error('nothing was thrown');
}
