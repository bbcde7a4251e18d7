import { ProtocolError } from '../../errors.js';
import { decodeMessage, type Message } from '../message/message.js';
import { Direction } from './direction.js';

/** What a server shows of itself between its first byte and its answer to createStream. */
export interface Greeting {
  /** Bytes 4 to 7 of S1; `undefined`: it has not come so far. */
  readonly handshakeVersion: number | undefined;
  /**
   * What it sent up to the answer to connect and right behind it, in short: `window 5000000`, `bandwidth 5000000`,
   * `chunk 4096`, `begin`, the names of commands.
   */
  readonly order: readonly string[];
}

/** S0, and the first 8 bytes of S1. */
const HEAD_SIZE_BYTES = 9;
const VERSION_AT = 5;
/** No server has more to say before media. */
const MAX_MESSAGES = 24;

/**
 * Reads along while a server greets us. It is fed what is received and changes nothing; it leaves off when the server has
 * answered createStream, so that it costs nothing while media comes.
 */
export class GreetingWatch {
  readonly #direction = new Direction();
  readonly #head: number[] = [];
  readonly #order: string[] = [];
  #answers = 0;
  #onStreamCreated: (() => void) | undefined;

  /** @param onStreamCreated called once, when createStream is answered */
  constructor(onStreamCreated: () => void) {
    this.#onStreamCreated = onStreamCreated;
  }

  get greeting(): Greeting {
    return { handshakeVersion: this.#handshakeVersion, order: this.#order };
  }

  received(bytes: Uint8Array): void {
    if (this.#onStreamCreated === undefined) return;
    if (this.#head.length < HEAD_SIZE_BYTES) {
      this.#head.push(...bytes.subarray(0, HEAD_SIZE_BYTES - this.#head.length));
    }
    for (const { typeId, payload } of this.#direction.read(bytes)) {
      this.#see(decoded(typeId, payload));
    }
  }

  sent(_bytes: Uint8Array): void {}

  get #handshakeVersion(): number | undefined {
    if (this.#head.length < HEAD_SIZE_BYTES) return undefined;
    return this.#head.slice(VERSION_AT).reduce((version, byte) => version * 256 + byte, 0);
  }

  #see(message: Message | undefined): void {
    if (this.#onStreamCreated === undefined) return;
    const word = message === undefined ? undefined : wordFor(message);
    if (word !== undefined) this.#order.push(word);
    if (word === '_result') this.#answers++;
    // The first answer is that to connect; a player asks for nothing else before createStream.
    if (this.#answers === 2) this.#end(true);
    if (this.#order.length === MAX_MESSAGES) this.#end(false);
  }

  #end(isCreated: boolean): void {
    if (isCreated) this.#onStreamCreated?.();
    this.#onStreamCreated = undefined;
  }
}

/** `undefined` for what cannot be read: the session tells what is wrong with it. */
function decoded(typeId: number, payload: Uint8Array): Message | undefined {
  try {
    return decodeMessage(typeId, payload);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function wordFor(message: Message): string | undefined {
  switch (message.type) {
    case 'windowAckSize':
      return `window ${message.sizeBytes}`;
    case 'setPeerBandwidth':
      return `bandwidth ${message.sizeBytes}`;
    case 'setChunkSize':
      return `chunk ${message.sizeBytes}`;
    case 'userControl':
      return message.event === 'streamBegin' ? 'begin' : undefined;
    case 'command':
      return message.name;
    default:
      return undefined;
  }
}
