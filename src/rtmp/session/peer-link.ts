import type { RecycledMemory } from '../../bytes/recycled-memory.js';
import { ProtocolError } from '../../errors.js';
import type { RtmpMessage } from '../chunk/message.js';
import { ChunkReader } from '../chunk/reader.js';
import type { HandshakeScheme } from './events.js';
import { FlowControl } from './flow-control.js';
import type { SessionLimits } from './limits.js';
import { Outbox } from './outbox.js';

/** Either side of the handshake. */
export interface Handshake {
  receive(bytes: Uint8Array): Uint8Array | undefined;
  readonly done: boolean;
  readonly scheme: HandshakeScheme;
  readonly rest: Uint8Array;
}

/** What both kinds of session are built on: the handshake, then messages in and out, and flow control. */
export class PeerLink {
  readonly outbox = new Outbox();
  readonly flow = new FlowControl(this.outbox);
  readonly #reader: ChunkReader;
  readonly #outputLimitBytes: number;
  /** Let go when it is done: it holds both packets. */
  #handshake: Handshake | undefined;

  /** @param memory see `ChunkReader` */
  constructor(handshake: Handshake, limits: SessionLimits, memory?: RecycledMemory) {
    this.#handshake = handshake;
    this.#reader = new ChunkReader(limits.chunk, memory);
    this.#outputLimitBytes = limits.outputBytes;
  }

  get isHandshaken(): boolean {
    return this.#handshake === undefined;
  }

  /** Whether the peer has begun a message, or the handshake, and not finished it. */
  get isMidMessage(): boolean {
    return this.#handshake !== undefined || this.#reader.bufferedBytes > 0;
  }

  /**
   * Goes on with the handshake and tells its scheme when it is done, just this once.
   *
   * @returns `scheme`, and the bytes that are not part of the handshake
   */
  shakeHands(bytes: Uint8Array): { readonly scheme: HandshakeScheme | undefined; readonly rest: Uint8Array } {
    const handshake = this.#handshake;
    if (handshake === undefined) {
      return { scheme: undefined, rest: bytes };
    }
    const answer = handshake.receive(bytes);
    if (answer !== undefined) {
      this.outbox.sendHandshake(answer);
    }
    if (!handshake.done) {
      return { scheme: undefined, rest: NOTHING };
    }
    this.#handshake = undefined;
    return { scheme: handshake.scheme, rest: handshake.rest };
  }

  /** Bytes received of messages that are not complete. */
  get partialBytes(): number {
    return this.#reader.bufferedBytes;
  }

  /** How many of them there may be. */
  get partialLimitBytes(): number {
    return this.#reader.partialLimitBytes;
  }

  set partialLimitBytes(limitBytes: number) {
    this.#reader.partialLimitBytes = limitBytes;
  }

  /**
   * Gives all messages that the bytes complete to `take`, at once.
   *
   * @throws {ProtocolError} behind the messages that came before; what is wrong with one of those counts first
   */
  read(bytes: Uint8Array, take: (messages: readonly RtmpMessage[]) => void): void {
    const messages: RtmpMessage[] = [];
    try {
      this.#reader.read(bytes, messages);
    } finally {
      take(messages);
    }
  }

  /** @throws {ProtocolError} `ERR_LIMIT` when the peer asks faster than it takes the answers. */
  checkOutput(): void {
    if (this.outbox.waitingBytes > this.#outputLimitBytes) {
      throw new ProtocolError('ERR_LIMIT', `more than ${this.#outputLimitBytes} bytes of answers wait for the peer`);
    }
  }
}

const NOTHING = new Uint8Array(0);
