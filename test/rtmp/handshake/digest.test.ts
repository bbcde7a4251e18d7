import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  findDigest,
  secondPacketKey,
  signFirstPacket,
  signSecondPacket,
  verifySecondPacket,
} from '../../../src/rtmp/handshake/digest.js';
import {
  CLIENT_VERSION,
  clientPacket,
  DIGEST_VECTORS,
  SERVER_VERSION,
  serverPacket,
  sha256,
  toHex,
  vectorFirstPacket,
  vectorSecondPacket,
} from './golden.js';

const OFFSET_BYTES_AT = { 'digest-1': 8, 'digest-0': 772 } as const;

describe.each(DIGEST_VECTORS)('the vectors of $scheme', (vector) => {
  const { scheme, digestPosition } = vector;
  const c1Digest = Buffer.from(vector.c1Digest, 'hex');
  const s1Digest = Buffer.from(vector.s1Digest, 'hex');

  it('begin with the right offset bytes', () => {
    const at = OFFSET_BYTES_AT[scheme];
    expect(toHex(vectorFirstPacket(CLIENT_VERSION).subarray(at, at + 4))).toBe(vector.offsetBytes);
  });

  it('sign C1', () => {
    const c1 = vectorFirstPacket(CLIENT_VERSION);
    const digest = signFirstPacket(c1, scheme, 'client');
    expect(toHex(digest)).toBe(vector.c1Digest);
    expect(digest.byteOffset).toBe(digestPosition);
    expect(sha256(c1)).toBe(vector.c1Sha256);
    expect(c1).toEqual(clientPacket(vector));
  });

  it('sign S1', () => {
    const s1 = vectorFirstPacket(SERVER_VERSION);
    expect(toHex(signFirstPacket(s1, scheme, 'server'))).toBe(vector.s1Digest);
    expect(s1).toEqual(serverPacket(vector));
  });

  it('sign S2 and C2', () => {
    expect(toHex(secondPacketKey(c1Digest, 'server'))).toBe(vector.s2Key);
    expect(toHex(secondPacketKey(s1Digest, 'client'))).toBe(vector.c2Key);
    const s2 = vectorSecondPacket('00'.repeat(32));
    signSecondPacket(s2, c1Digest, 'server');
    expect(toHex(s2.subarray(1504))).toBe(vector.s2Digest);
    const c2 = vectorSecondPacket('00'.repeat(32));
    signSecondPacket(c2, s1Digest, 'client');
    expect(toHex(c2.subarray(1504))).toBe(vector.c2Digest);
  });

  it('are found and verified', () => {
    expect(findDigest(clientPacket(vector), 'client')).toEqual({ scheme, digest: Uint8Array.from(c1Digest) });
    expect(findDigest(serverPacket(vector), 'server')).toEqual({ scheme, digest: Uint8Array.from(s1Digest) });
    expect(verifySecondPacket(vectorSecondPacket(vector.s2Digest), c1Digest, 'server')).toBe(true);
    expect(verifySecondPacket(vectorSecondPacket(vector.c2Digest), s1Digest, 'client')).toBe(true);
  });

  it('are found in a view that does not begin its buffer', () => {
    const buffer = new Uint8Array(2000);
    buffer.set(clientPacket(vector), 77);
    expect(findDigest(buffer.subarray(77, 77 + 1536), 'client')?.scheme).toBe(scheme);
  });

  it.each([0, 4, 8, 100, 331, 770, 773, 983, 1535])('are not found when byte %i is wrong', (at) => {
    const damaged = clientPacket(vector);
    damaged[at]! ^= 1;
    expect(findDigest(damaged, 'client')).toBeUndefined();
    expect(findDigest(clientPacket(vector), 'server')).toBeUndefined();
  });

  it('do not verify for the other side', () => {
    expect(verifySecondPacket(vectorSecondPacket(vector.s2Digest), s1Digest, 'server')).toBe(false);
    expect(verifySecondPacket(vectorSecondPacket(vector.s2Digest), c1Digest, 'client')).toBe(false);
  });
});

it.each([
  [[0, 0, 0, 0], 12],
  [[255, 255, 217, 0], 12 + 727],
  [[255, 255, 218, 0], 12],
  [[255, 255, 255, 255], 12 + (1020 % 728)],
] as const)('offset bytes %j put the digest of scheme 1 at %i', (offsetBytes, position) => {
  const packet = new Uint8Array(1536).fill(0x55);
  packet.set(offsetBytes, 8);
  const unsigned = Buffer.concat([packet.subarray(0, position), packet.subarray(position + 32)]);
  const expected = createHmac('sha256', 'Genuine Adobe Flash Player 001').update(unsigned).digest('hex');
  const digest = signFirstPacket(packet, 'digest-1', 'client');
  expect([digest.byteOffset, toHex(digest)]).toEqual([position, expected]);
});
