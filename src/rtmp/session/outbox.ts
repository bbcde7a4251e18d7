import { ChunkWriter } from '../chunk/writer.js';
import { encodeMessage, type Message } from '../message/message.js';

const CONTROL_CSID = 2;
/** Commands on the connection, as everywhere. */
const CONNECTION_CSID = 3;
/** Commands and data on a stream. Media has chunk streams of its own. */
const STREAM_CSID = 5;

/** The bytes that a session holds until they are taken. */
export class Outbox {
  readonly #writer = new ChunkWriter();
  /** Always sent before the first chunk. */
  #handshake: Uint8Array | undefined;
  #waitingBytes = 0;

  get chunkSizeBytes(): number {
    return this.#writer.chunkSizeBytes;
  }

  /** About how many bytes wait to be taken. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  sendHandshake(bytes: Uint8Array): void {
    this.#handshake = this.#handshake === undefined ? bytes : joined(this.#handshake, bytes);
  }

  /** @param streamId 0 is the connection itself */
  send(message: Message, streamId = 0, timestampMs = 0): void {
    const { typeId, payload } = encodeMessage(message);
    this.#writer.write({ typeId, streamId, timestampMs, csid: csidFor(message, streamId), payload });
    this.#waitingBytes += payload.length;
  }

  /** Tells the peer our chunk size and uses it from the next message on. */
  changeChunkSize(sizeBytes: number): void {
    this.send({ type: 'setChunkSize', sizeBytes });
    this.#writer.chunkSizeBytes = sizeBytes;
  }

  take(): Uint8Array | undefined {
    const handshake = this.#handshake;
    const chunks = this.#writer.take();
    this.#handshake = undefined;
    this.#waitingBytes = 0;
    return handshake === undefined ? chunks : joined(handshake, chunks);
  }
}

function csidFor(message: Message, streamId: number): number {
  switch (message.type) {
    case 'command':
    case 'data':
      return streamId === 0 ? CONNECTION_CSID : STREAM_CSID;
    default:
      return CONTROL_CSID;
  }
}

function joined(first: Uint8Array, second: Uint8Array | undefined): Uint8Array {
  if (second === undefined) {
    return first;
  }
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
