import type { HandshakeScheme } from '../session/events.js';
import { equalBytes, findDigest, signFirstPacket, signSecondPacket, verifySecondPacket } from './digest.js';
import { HandshakeIntake } from './intake.js';
import {
  checkRandom,
  joinBytes,
  NO_VERSION,
  productVersionOf,
  RTMP_VERSION,
  writeFirstPacket,
  writeSecondPacket,
} from './packet.js';
import { checkServerVersion } from './version.js';

/** Flash Player 10.0.45.2: a version that servers know to sign its C1. */
const CLIENT_VERSION = 0x0a002d02;

/** The layout that FFmpeg and Flash Player 10 send; every server that checks digests knows it. */
const CLIENT_DIGEST_SCHEME = 'digest-1';

export interface ClientHandshakeOptions {
  /** `digest` is for old Adobe servers; every other server takes `simple`, the default. */
  readonly scheme?: 'simple' | 'digest' | undefined;
  /** At least 3072 random bytes, which stay untouched until the handshake is done. */
  readonly random: Uint8Array;
  /** For the time field of C1. */
  readonly timeMs: number;
}

/**
 * The client's side of the handshake (RTMP 5.2): `start()` gives C0 and C1, then `receive()` takes what the server sends
 * until `done`. A server that answers a signed C1 without a digest, or echoes it, is accepted.
 */
export class ClientHandshake {
  readonly #intake = new HandshakeIntake();
  readonly #random: Uint8Array;
  readonly #c1: Uint8Array;
  /** Set when C1 is signed. */
  readonly #c1Digest: Uint8Array | undefined;
  #scheme: HandshakeScheme = 'simple';
  #c2Sent = false;
  /** `undefined` until S2 has come. */
  #s2Verified: boolean | undefined;

  /** @throws {RtmpkitError} `ERR_INTERNAL`: too few random bytes. */
  constructor({ scheme = 'simple', random, timeMs }: ClientHandshakeOptions) {
    checkRandom(random);
    this.#random = random;
    this.#c1 = writeFirstPacket(timeMs, scheme === 'digest' ? CLIENT_VERSION : NO_VERSION, random);
    this.#c1Digest = scheme === 'digest' ? signFirstPacket(this.#c1, CLIENT_DIGEST_SCHEME, 'client') : undefined;
  }

  /** Both S1 and S2 have come and C2 was given out: messages may follow in both directions. */
  get done(): boolean {
    return this.#intake.secondPacket !== undefined;
  }

  /** What the server's S1 proved to be. `simple` until it has come. */
  get scheme(): HandshakeScheme {
    return this.#scheme;
  }

  /** Whether S2 answers C1 as the scheme asks: signed, or an echo. Many servers do not care, so it is no error. */
  get s2Verified(): boolean {
    return this.#s2Verified === true;
  }

  /** Bytes that came behind the handshake: a view of the last input, valid until the next `receive`. */
  get rest(): Uint8Array {
    return this.#intake.rest;
  }

  /** Bytes of the handshake that came so far, at most 3073. */
  get sizeBytes(): number {
    return this.#intake.sizeBytes;
  }

  /** C0 and C1: the first bytes to send. */
  start(): Uint8Array {
    return joinBytes(Uint8Array.of(RTMP_VERSION), this.#c1);
  }

  /**
   * Takes bytes from the server, in any split, and returns C2 when it is due.
   *
   * @throws {ProtocolError} `ERR_NOT_RTMP`, `ERR_TLS_ON_PLAIN_PORT`, `ERR_HANDSHAKE`
   */
  receive(bytes: Uint8Array): Uint8Array | undefined {
    this.#intake.receive(bytes);
    checkServerVersion(this.#intake.gathered);
    const { firstPacket: s1, secondPacket: s2 } = this.#intake;
    const output = s1 === undefined || this.#c2Sent ? undefined : this.#answer(s1);
    if (s2 !== undefined) {
      this.#s2Verified ??= this.#verify(s2);
    }
    return output;
  }

  /** C2: signed if S1 is, else S1 byte for byte, as FFmpeg and librtmp send it and some servers compare it. */
  #answer(s1: Uint8Array): Uint8Array {
    this.#c2Sent = true;
    const found =
      this.#c1Digest === undefined || productVersionOf(s1) === NO_VERSION ? undefined : findDigest(s1, 'server');
    if (found === undefined) {
      return s1.slice();
    }
    this.#scheme = found.scheme;
    const c2 = writeSecondPacket(this.#random);
    signSecondPacket(c2, found.digest, 'client');
    return c2;
  }

  #verify(s2: Uint8Array): boolean {
    return this.#scheme === 'simple' || this.#c1Digest === undefined
      ? equalBytes(s2, this.#c1)
      : verifySecondPacket(s2, this.#c1Digest, 'server');
  }
}
