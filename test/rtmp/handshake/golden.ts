import { createHash } from 'node:crypto';
import type { DigestScheme } from '../../../src/rtmp/handshake/digest.js';

/** The numbers of protocol.md 11.1 and 11.2; the packets were accepted by nginx-rtmp. */
export interface DigestVector {
  readonly scheme: DigestScheme;
  readonly offsetBytes: string;
  readonly digestPosition: number;
  readonly c1Digest: string;
  readonly c1Sha256: string;
  readonly s2Key: string;
  readonly s2Digest: string;
  readonly s1Digest: string;
  readonly c2Key: string;
  readonly c2Digest: string;
}

export const DIGEST_VECTORS: readonly DigestVector[] = [
  {
    scheme: 'digest-1',
    offsetBytes: '454c535a',
    digestPosition: 330,
    c1Digest: '606732a1e886016246c56caf71b91982705724365cd779b0687f5006440db6e2',
    c1Sha256: 'b4d4a73f968877911060c0a33ee5560445de1bc1598d2957564348f1d824b431',
    s2Key: 'e5301fbcff5536ae31af2542922e1ec345490ba0caa5729a380b484c0c96aab8',
    s2Digest: '08eefde01ac96afd161fe62ea1fec112489d8ffba84506b435835dda87d69b42',
    s1Digest: '5bd1bbad8b482821c0e3eeeb75687caad203e47f08cc65d2dcc3012bd637d3b5',
    c2Key: 'efda6f1cc5c7269308124c5b575c259167f566dbc26df6ed4a156a1e6443d444',
    c2Digest: '64c8b267c5e287c888f951f565fc411bc87765a70144af2d210be11ae4711f06',
  },
  {
    scheme: 'digest-0',
    offsetBytes: '2930373e',
    digestPosition: 982,
    c1Digest: '9b8bea6bae29325d9634f2b12deb5759e247cab669ec1553e05891e170e71c04',
    c1Sha256: 'c42b80677c8c271fa6f097221876902831f2127e412d76996ebcbaf70ef4b243',
    s2Key: 'a7b7a122cc34487e1b8cd6a7c9f1429492cc77c3e3d27a7168d65e92d1b0a2b5',
    s2Digest: '45a6deccc90f5a3f5e587a4540c8aaeb36c8e15673df067038d937d04be5afaa',
    s1Digest: '817284d82b1496e92db678453150ba1f27c4c2523791ade62b8229dac6da9dd6',
    c2Key: '9c293b68ed550478872ec06f439e80ce97988aa71ff72aa6d183ad7bb3aabd78',
    c2Digest: '3ab0b874a76d42eddf1f355f96b57b871ef904f2517389f5126d7dcf0953816a',
  },
];

/** SHA-256 of the 1537 bytes of C0 and C1 with the filler, without version and digest. */
export const SIMPLE_C0C1_SHA256 = '66f802fe2387cb8e10d3f272206bf7d32e5a13a32175f078c02f3e27154f68e0';

export const CLIENT_VERSION = '0a002d02';
export const SERVER_VERSION = '03050101';

/** Byte 8 and on of C1 and S1: byte i is (7·i + 13) mod 256. */
const filler = Uint8Array.from({ length: 1528 }, (_, index) => (7 * (index + 8) + 13) % 256);
/** S2 and C2 before they are signed: byte i is i mod 256. */
const pattern = Uint8Array.from({ length: 1536 }, (_, index) => index % 256);

/** The randomness that makes the packets of the vectors: filler of the first packet, then the second packet. */
export const vectorRandom: Uint8Array = Uint8Array.from([...filler, ...pattern, ...new Uint8Array(8)]);

/** C1 or S1 of the vectors with the digest cut in, written without any code of `src`. */
export function vectorFirstPacket(version: string, digest?: { readonly hex: string; readonly at: number }): Uint8Array {
  const packet = Buffer.concat([Buffer.alloc(4), Buffer.from(version, 'hex'), filler]);
  if (digest !== undefined) {
    packet.write(digest.hex, digest.at, 'hex');
  }
  return Uint8Array.from(packet);
}

/** C2 or S2 of the vectors. */
export function vectorSecondPacket(digestHex: string): Uint8Array {
  return Uint8Array.from(Buffer.concat([pattern.subarray(0, 1504), Buffer.from(digestHex, 'hex')]));
}

export function clientPacket(vector: DigestVector): Uint8Array {
  return vectorFirstPacket(CLIENT_VERSION, { hex: vector.c1Digest, at: vector.digestPosition });
}

export function serverPacket(vector: DigestVector): Uint8Array {
  return vectorFirstPacket(SERVER_VERSION, { hex: vector.s1Digest, at: vector.digestPosition });
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
