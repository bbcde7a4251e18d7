import { RtmpkitError } from '../../errors.js';

/** The version of plain RTMP in C0 and S0 (RTMP 5.2.2). */
export const RTMP_VERSION = 3;

/** Size of each of C1, S1, C2, S2 (RTMP 5.2.3, 5.2.4). */
export const PACKET_SIZE_BYTES = 1536;

/** One side of the handshake: version byte and two packets. */
export const HANDSHAKE_SIZE_BYTES = 1 + 2 * PACKET_SIZE_BYTES;

/** What a handshake takes as `random`: enough for C1 and C2, or S1 and S2. */
export const HANDSHAKE_RANDOM_SIZE_BYTES = 3072;

const HEAD_SIZE_BYTES = 8;
const FILLER_SIZE_BYTES = PACKET_SIZE_BYTES - HEAD_SIZE_BYTES;

/** Bytes 4..7 of C1 and S1 without a digest. */
export const NO_VERSION = 0;

/**
 * C1 or S1 before it is signed: u32 time, u32 product version, random filler (RTMP 5.2.3 calls the version "zero").
 * Takes the first 1528 bytes of `random`.
 */
export function writeFirstPacket(timeMs: number, productVersion: number, random: Uint8Array): Uint8Array {
  const packet = new Uint8Array(PACKET_SIZE_BYTES);
  const view = new DataView(packet.buffer);
  view.setUint32(0, timeMs);
  view.setUint32(4, productVersion);
  packet.set(random.subarray(0, FILLER_SIZE_BYTES), HEAD_SIZE_BYTES);
  return packet;
}

/** C2 or S2 of the digest handshake before it is signed: random bytes, other than those of `writeFirstPacket`. */
export function writeSecondPacket(random: Uint8Array): Uint8Array {
  return random.slice(FILLER_SIZE_BYTES, FILLER_SIZE_BYTES + PACKET_SIZE_BYTES);
}

/** Bytes 4..7 of C1 or S1: zero without a digest. */
export function productVersionOf(packet: Uint8Array): number {
  return new DataView(packet.buffer, packet.byteOffset).getUint32(4);
}

export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** @throws {RtmpkitError} `ERR_INTERNAL`: the caller gave too little. */
export function checkRandom(random: Uint8Array): void {
  if (random.length < HANDSHAKE_RANDOM_SIZE_BYTES) {
    throw new RtmpkitError(
      'ERR_INTERNAL',
      `a handshake takes ${HANDSHAKE_RANDOM_SIZE_BYTES} random bytes, but ${random.length} came`,
    );
  }
}
