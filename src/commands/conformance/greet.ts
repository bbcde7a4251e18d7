import { randomBytes } from 'node:crypto';
import { type DigestScheme, findDigest, signFirstPacket, verifySecondPacket } from '../../rtmp/handshake/digest.js';
import {
  HANDSHAKE_SIZE_BYTES,
  joinBytes,
  NO_VERSION,
  PACKET_SIZE_BYTES,
  productVersionOf,
  RTMP_VERSION,
  writeFirstPacket,
} from '../../rtmp/handshake/packet.js';
import { checkServerVersion } from '../../rtmp/handshake/version.js';
import type { Wire } from './wire.js';

/** As FFmpeg sends it. */
const SIGNED_VERSION = 0x09007c02;
const FILLER_SIZE_BYTES = PACKET_SIZE_BYTES - 8;

/** C0 and C1. */
export interface Greeting {
  readonly c0: Uint8Array;
  readonly c1: Uint8Array;
  readonly digest: Uint8Array | undefined;
}

export function greeting({
  version = RTMP_VERSION,
  scheme,
}: {
  version?: number;
  scheme?: DigestScheme;
} = {}): Greeting {
  const c0 = Uint8Array.of(version);
  const productVersion = scheme === undefined ? NO_VERSION : SIGNED_VERSION;
  const c1 = writeFirstPacket(0, productVersion, randomBytes(FILLER_SIZE_BYTES));
  return { c0, c1, digest: scheme === undefined ? undefined : signFirstPacket(c1, scheme, 'client') };
}

/** S0, S1 and S2. */
export interface GreetingAnswer {
  readonly s1: Uint8Array;
  readonly s2: Uint8Array;
}

/**
 * @throws {NetworkError} when it does not come
 * @throws {ProtocolError} when something else speaks there
 */
export async function greetingAnswer(wire: Wire, patienceMs: number): Promise<GreetingAnswer> {
  const bytes = await wire.take(HANDSHAKE_SIZE_BYTES, 'answer to the handshake', patienceMs).catch((error: unknown) => {
    checkServerVersion(wire.takeAll());
    throw error;
  });
  checkServerVersion(bytes);
  const s2At = 1 + PACKET_SIZE_BYTES;
  return { s1: bytes.subarray(1, s2At), s2: bytes.subarray(s2At) };
}

/** The usual way: C0 and C1 together, C2 is S1. */
export async function shakeHands(wire: Wire, patienceMs: number): Promise<GreetingAnswer & Greeting> {
  const ours = greeting();
  wire.write(joinBytes(ours.c0, ours.c1));
  const answer = await greetingAnswer(wire, patienceMs);
  wire.write(answer.s1);
  return { ...ours, ...answer };
}

/** What a server made of a C1 with a digest. */
export type DigestAnswer = 'signed' | 'simple' | 'wrong';

export function digestAnswer({ digest }: Greeting, { s1, s2 }: GreetingAnswer): DigestAnswer {
  if (digest === undefined || productVersionOf(s1) === NO_VERSION) return 'simple';
  const isSigned = findDigest(s1, 'server') !== undefined && verifySecondPacket(s2, digest, 'server');
  if (isSigned) return 'signed';
  return (s1[4] ?? 0) < FIRST_CHECKED_VERSION ? 'simple' : 'wrong';
}

/** FFmpeg and VLC look for digests from this version of the server on. */
const FIRST_CHECKED_VERSION = 3;
