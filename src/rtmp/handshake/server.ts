import type { HandshakeScheme } from '../session/events.js';
import { type FoundDigest, findDigest, signFirstPacket, signSecondPacket } from './digest.js';
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
import { checkClientVersion } from './version.js';

/** Flash Media Server 3.5.1.1. FFmpeg and VLC players check the digests of a server from version 3 on. */
const SERVER_VERSION = 0x03050101;

export interface ServerHandshakeOptions {
  /** At least 3072 random bytes, which stay untouched until the handshake is done. */
  readonly random: Uint8Array;
  /** For the time field of S1. */
  readonly timeMs: number;
}

/**
 * The server's side of the handshake (RTMP 5.2). `receive()` returns S0, S1 and S2 in one piece as soon as C1 is whole,
 * and takes C2 as it comes. The answer is signed in the client's own scheme if the client's digest is right; else it is
 * simple, with a version of zero and C1 as S2, since players refuse an S1 that claims a digest and has none.
 */
export class ServerHandshake {
  readonly #intake = new HandshakeIntake();
  readonly #random: Uint8Array;
  readonly #timeMs: number;
  #scheme: HandshakeScheme = 'simple';
  #answered = false;

  /** @throws {RtmpkitError} `ERR_INTERNAL`: too few random bytes. */
  constructor({ random, timeMs }: ServerHandshakeOptions) {
    checkRandom(random);
    this.#random = random;
    this.#timeMs = timeMs;
  }

  /** C2 has come: messages may follow in both directions. */
  get done(): boolean {
    return this.#intake.secondPacket !== undefined;
  }

  /** What the client's C1 proved to be. `simple` until it has come. */
  get scheme(): HandshakeScheme {
    return this.#scheme;
  }

  /** Bytes that came behind the handshake: a view of the last input, valid until the next `receive`. */
  get rest(): Uint8Array {
    return this.#intake.rest;
  }

  /** Bytes of the handshake that came so far, at most 3073. */
  get sizeBytes(): number {
    return this.#intake.sizeBytes;
  }

  /**
   * Takes bytes from the client, in any split, and returns S0, S1 and S2 when they are due.
   *
   * @throws {ProtocolError} `ERR_NOT_RTMP`, `ERR_TLS_ON_PLAIN_PORT`, `ERR_HANDSHAKE` for RTMPE
   */
  receive(bytes: Uint8Array): Uint8Array | undefined {
    this.#intake.receive(bytes);
    checkClientVersion(this.#intake.gathered);
    const c1 = this.#intake.firstPacket;
    if (c1 === undefined || this.#answered) {
      return undefined;
    }
    this.#answered = true;
    // A version of zero says that there is no digest, so none is looked for.
    const found = productVersionOf(c1) === NO_VERSION ? undefined : findDigest(c1, 'client');
    return found === undefined ? this.#simpleAnswer(c1) : this.#digestAnswer(found);
  }

  #simpleAnswer(c1: Uint8Array): Uint8Array {
    const s1 = writeFirstPacket(this.#timeMs, NO_VERSION, this.#random);
    return joinBytes(Uint8Array.of(RTMP_VERSION), s1, c1);
  }

  #digestAnswer({ scheme, digest }: FoundDigest): Uint8Array {
    this.#scheme = scheme;
    const s1 = writeFirstPacket(this.#timeMs, SERVER_VERSION, this.#random);
    signFirstPacket(s1, scheme, 'server');
    const s2 = writeSecondPacket(this.#random);
    signSecondPacket(s2, digest, 'server');
    return joinBytes(Uint8Array.of(RTMP_VERSION), s1, s2);
  }
}
