import { createHmac } from 'node:crypto';
import { PACKET_SIZE_BYTES } from './packet.js';

/**
 * The digest ("complex") handshake: HMAC-SHA-256 digests at places which the packet itself names. It is not part of RTMP
 * 1.0; the layouts are those of Adobe's players and servers.
 */
export type DigestScheme = 'digest-0' | 'digest-1';

/** Who signed a packet. */
type Signer = 'client' | 'server';

export interface FoundDigest {
  readonly scheme: DigestScheme;
  /** 32 bytes, a view of the packet. */
  readonly digest: Uint8Array;
}

const DIGEST_SIZE_BYTES = 32;

const BLOCK_SIZE_BYTES = 764;
const OFFSET_FIELD_SIZE_BYTES = 4;
const DIGEST_POSITIONS = BLOCK_SIZE_BYTES - OFFSET_FIELD_SIZE_BYTES - DIGEST_SIZE_BYTES;

/** Where the digest block begins: behind the key block in scheme 0, before it in scheme 1. */
const DIGEST_BLOCK_AT: Readonly<Record<DigestScheme, number>> = { 'digest-0': 8 + BLOCK_SIZE_BYTES, 'digest-1': 8 };

const KEY_SUFFIX = Uint8Array.from([
  0xf0, 0xee, 0xc2, 0x4a, 0x80, 0x68, 0xbe, 0xe8, 0x2e, 0x00, 0xd0, 0xd1, 0x02, 0x9e, 0x7e, 0x57, 0x6e, 0xec, 0x5d,
  0x2d, 0x29, 0x80, 0x6f, 0xab, 0x93, 0xb8, 0xe6, 0x36, 0xcf, 0xeb, 0x31, 0xae,
]);

interface SigningKey {
  /** Signs C1 or S1. */
  readonly text: Uint8Array;
  /** Signs, by way of a digest, C2 or S2. */
  readonly whole: Uint8Array;
}

const KEYS: Readonly<Record<Signer, SigningKey>> = {
  client: signingKey('Genuine Adobe Flash Player 001'),
  server: signingKey('Genuine Adobe Flash Media Server 001'),
};

function signingKey(name: string): SigningKey {
  const text = new TextEncoder().encode(name);
  const whole = new Uint8Array(text.length + KEY_SUFFIX.length);
  whole.set(text);
  whole.set(KEY_SUFFIX, text.length);
  return { text, whole };
}

/** Puts the signer's digest into C1 or S1 and returns it as a view of the packet. */
export function signFirstPacket(packet: Uint8Array, scheme: DigestScheme, signer: Signer): Uint8Array {
  const at = digestPosition(packet, scheme);
  const digest = packet.subarray(at, at + DIGEST_SIZE_BYTES);
  digest.set(firstPacketDigest(packet, at, signer));
  return digest;
}

/** Looks for the signer's digest in C1 or S1 in both schemes; `undefined`: there is none. */
export function findDigest(packet: Uint8Array, signer: Signer): FoundDigest | undefined {
  for (const scheme of ['digest-1', 'digest-0'] as const) {
    const at = digestPosition(packet, scheme);
    const digest = packet.subarray(at, at + DIGEST_SIZE_BYTES);
    if (equalBytes(digest, firstPacketDigest(packet, at, signer))) {
      return { scheme, digest };
    }
  }
  return undefined;
}

/** Puts the signer's digest into the end of C2 or S2; `peerDigest` is that of the packet it answers. */
export function signSecondPacket(packet: Uint8Array, peerDigest: Uint8Array, signer: Signer): void {
  packet.set(secondPacketDigest(packet, peerDigest, signer), PACKET_SIZE_BYTES - DIGEST_SIZE_BYTES);
}

/** Whether C2 or S2 answers the packet that held `ownDigest`. */
export function verifySecondPacket(packet: Uint8Array, ownDigest: Uint8Array, signer: Signer): boolean {
  const digest = packet.subarray(PACKET_SIZE_BYTES - DIGEST_SIZE_BYTES);
  return equalBytes(digest, secondPacketDigest(packet, ownDigest, signer));
}

function digestPosition(packet: Uint8Array, scheme: DigestScheme): number {
  const block = DIGEST_BLOCK_AT[scheme];
  let sum = 0;
  for (const byte of packet.subarray(block, block + OFFSET_FIELD_SIZE_BYTES)) {
    sum += byte;
  }
  return block + OFFSET_FIELD_SIZE_BYTES + (sum % DIGEST_POSITIONS);
}

function firstPacketDigest(packet: Uint8Array, at: number, signer: Signer): Uint8Array {
  return createHmac('sha256', KEYS[signer].text)
    .update(packet.subarray(0, at))
    .update(packet.subarray(at + DIGEST_SIZE_BYTES))
    .digest();
}

function secondPacketDigest(packet: Uint8Array, answeredDigest: Uint8Array, signer: Signer): Uint8Array {
  return createHmac('sha256', secondPacketKey(answeredDigest, signer))
    .update(packet.subarray(0, PACKET_SIZE_BYTES - DIGEST_SIZE_BYTES))
    .digest();
}

/** The key that signs the answer to the packet which holds `answeredDigest`. */
export function secondPacketKey(answeredDigest: Uint8Array, signer: Signer): Uint8Array {
  return createHmac('sha256', KEYS[signer].whole).update(answeredDigest).digest();
}

/** The keys are public, so the time of a comparison tells nothing. */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
