import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/errors.js';
import { ClientHandshake } from '../../../src/rtmp/handshake/client.js';
import { ServerHandshake } from '../../../src/rtmp/handshake/server.js';
import {
  clientPacket,
  concat,
  DIGEST_VECTORS,
  SERVER_VERSION,
  SIMPLE_C0C1_SHA256,
  serverPacket,
  sha256,
  toHex,
  vectorFirstPacket,
  vectorRandom,
  vectorSecondPacket,
} from './golden.js';

const S0 = Uint8Array.of(3);
const MESSAGES = Uint8Array.of(2, 0, 0, 0, 0, 0, 4, 5);
const SIMPLE_S1 = new Uint8Array(1536).fill(0x51).fill(0, 4, 8);

const newClient = (scheme?: 'simple' | 'digest', timeMs = 0) =>
  new ClientHandshake({ scheme, random: vectorRandom, timeMs });

describe('the simple handshake', () => {
  it('is the default and sends the bytes of the vector', () => {
    const start = newClient().start();
    expect(start).toHaveLength(1537);
    expect(sha256(start)).toBe(SIMPLE_C0C1_SHA256);
    expect(newClient('simple', 0x01020304).start().subarray(0, 9)).toEqual(Uint8Array.of(3, 1, 2, 3, 4, 0, 0, 0, 0));
  });

  it('echoes S1 as C2 as soon as S1 is whole, and is done with S2', () => {
    const client = newClient();
    expect(client.receive(S0)).toBeUndefined();
    expect(client.receive(SIMPLE_S1)).toEqual(SIMPLE_S1);
    expect(client).toMatchObject({ done: false, sizeBytes: 1537 });
    expect(client.receive(concat(client.start().subarray(1), MESSAGES))).toBeUndefined();
    expect(client).toMatchObject({ done: true, scheme: 'simple', s2Verified: true, sizeBytes: 3073, rest: MESSAGES });
    expect(client.receive(Uint8Array.of(9))).toBeUndefined();
    expect(client).toMatchObject({ done: true, s2Verified: true, rest: Uint8Array.of(9) });
  });

  it('keeps C2 apart from what the server sent', () => {
    const input = concat(S0, SIMPLE_S1);
    const c2 = newClient().receive(input)!;
    input.fill(0);
    expect(c2).toEqual(SIMPLE_S1);
  });

  it('accepts an S2 that is no echo', () => {
    const client = newClient();
    client.receive(concat(S0, SIMPLE_S1, SIMPLE_S1));
    expect(client).toMatchObject({ done: true, s2Verified: false });
  });

  it('looks for no digest in S1', () => {
    const client = newClient();
    const s1 = serverPacket(DIGEST_VECTORS[0]!);
    expect(client.receive(concat(S0, s1))).toEqual(s1);
    expect(client.scheme).toBe('simple');
  });
});

describe('the digest handshake', () => {
  const [scheme1] = DIGEST_VECTORS;

  it('signs C1 in scheme 1 as the vector', () => {
    const start = newClient('digest').start();
    expect(start[0]).toBe(3);
    expect(start.subarray(1)).toEqual(clientPacket(scheme1!));
    expect(sha256(start.subarray(1))).toBe(scheme1!.c1Sha256);
  });

  it.each(DIGEST_VECTORS)('verifies a server of $scheme and signs C2 as the vector', (vector) => {
    const client = newClient('digest');
    const c2 = client.receive(concat(S0, serverPacket(vector)));
    expect(c2).toEqual(vectorSecondPacket(vector.c2Digest));
    // C1 is always of scheme 1, so S2 answers that digest.
    client.receive(vectorSecondPacket(scheme1!.s2Digest));
    expect(client).toMatchObject({ done: true, scheme: vector.scheme, s2Verified: true });
  });

  it('accepts a signed S1 with a wrong S2, and tells', () => {
    const client = newClient('digest');
    client.receive(concat(S0, serverPacket(scheme1!), vectorSecondPacket('00'.repeat(32))));
    expect(client).toMatchObject({ done: true, scheme: 'digest-1', s2Verified: false });
  });

  it.each([
    ['has a version of zero', SIMPLE_S1],
    ['has a version but no digest', vectorFirstPacket(SERVER_VERSION)],
    ['is C1 itself', clientPacket(DIGEST_VECTORS[0]!)],
  ])('becomes simple when S1 %s', (_, s1) => {
    const client = newClient('digest');
    expect(client.receive(concat(S0, s1))).toEqual(s1);
    client.receive(client.start().subarray(1));
    expect(client).toMatchObject({ done: true, scheme: 'simple', s2Verified: true });
  });
});

describe.each(['simple', 'digest'] as const)('with our server, %s', (scheme) => {
  it('both sides agree, whatever the randomness and the splits', () => {
    const random = fc.uint8Array({ minLength: 3072, maxLength: 3072 });
    const property = fc.property(random, random, fc.nat({ max: 3072 }), (clientRandom, serverRandom, cut) => {
      const client = new ClientHandshake({ scheme, random: clientRandom, timeMs: 1 });
      const server = new ServerHandshake({ random: serverRandom, timeMs: 2 });
      const answer = server.receive(client.start())!;
      const c2 = client.receive(answer.subarray(0, cut)) ?? client.receive(answer.subarray(cut))!;
      if (!client.done) {
        client.receive(answer.subarray(cut));
      }
      server.receive(concat(c2, MESSAGES));
      const expected = scheme === 'simple' ? 'simple' : 'digest-1';
      expect(client).toMatchObject({ done: true, scheme: expected, s2Verified: true });
      expect(server).toMatchObject({ done: true, scheme: expected, rest: MESSAGES });
    });
    fc.assert(property, { numRuns: 25 });
  });
});

describe('any split of the input', () => {
  const [vector] = DIGEST_VECTORS;
  const input = concat(S0, serverPacket(vector!), vectorSecondPacket(vector!.s2Digest), MESSAGES);

  function feed(sizes: Iterable<number>): void {
    const client = newClient('digest');
    const outputs: Uint8Array[] = [];
    const rests: Uint8Array[] = [];
    let at = 0;
    for (const size of sizes) {
      outputs.push(client.receive(input.subarray(at, at + size)) ?? new Uint8Array(0));
      rests.push(client.rest.slice());
      at += size;
    }
    expect(toHex(concat(...outputs))).toBe(toHex(vectorSecondPacket(vector!.c2Digest)));
    expect(toHex(concat(...rests))).toBe(toHex(MESSAGES));
    expect(client).toMatchObject({ done: true, scheme: 'digest-1', s2Verified: true, sizeBytes: 3073 });
  }

  it('gives the same whole and byte by byte', () => {
    feed([input.length]);
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

describe('S0', () => {
  it.each([
    ['HTTP/1.1 400 Bad Request\r\nServer: x', 'ERR_NOT_RTMP', 'the server speaks HTTP, not RTMP', /1935/],
    ['SSH-2.0-OpenSSH_9\r\n', 'ERR_NOT_RTMP', 'the server speaks a text protocol, not RTMP', /1935/],
    ['220 mail ready', 'ERR_NOT_RTMP', 'the server speaks a text protocol, not RTMP', /1935/],
    ['\u0080', 'ERR_NOT_RTMP', 'the server speaks something that begins with 0x80, not RTMP', /1935/],
    ['\x15\x03\x01\x00\x02', 'ERR_TLS_ON_PLAIN_PORT', /^the server speaks TLS on this port/, /try rtmps:\/\//],
    ['\x16\x03\x03', 'ERR_TLS_ON_PLAIN_PORT', /^the server speaks TLS on this port/, /try rtmps:\/\//],
    ['\x06', 'ERR_HANDSHAKE', 'the server answered with RTMPE (version 6), which is not supported', /rtmps:\/\//],
    ['\x00', 'ERR_HANDSHAKE', 'the server answered with RTMP version 0 instead of 3', /host and port/],
    ['\x1f', 'ERR_HANDSHAKE', 'the server answered with RTMP version 31 instead of 3', /host and port/],
  ])('%j is diagnosed', (text, code, message, advice) => {
    const error = errorOf(() => newClient().receive(Buffer.from(text, 'latin1')));
    expect(error).toMatchObject({ code, stage: 'handshake' });
    expect(error.message).toEqual(expect.stringMatching(message instanceof RegExp ? message : literal(message)));
    expect(error.advice).toMatch(advice);
  });

  it('is quoted when it is text, up to the end of the line', () => {
    const words = (text: string) => errorOf(() => newClient().receive(Buffer.from(text, 'latin1'))).peerWords;
    expect(words('HTTP/1.1 400 Bad Request\r\nServer: x')).toBe('HTTP/1.1 400 Bad Request');
    expect(words('220 mail \u001b[2Jready')).toBe('220 mail');
    expect(words('x'.repeat(500))).toHaveLength(60);
    expect(words('\u0080\u0081')).toBeUndefined();
  });
});

it('asks for enough randomness', () => {
  expect(() => new ClientHandshake({ random: new Uint8Array(0), timeMs: 0 })).toThrow(/3072 random bytes, but 0/);
});

function literal(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}

function errorOf(act: () => unknown): ProtocolError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return error as ProtocolError;
  }
  throw new Error('nothing was thrown');
}
