import type { AmfObject, AmfValue } from '../../amf/value.js';
import { RejectedError, RtmpkitError } from '../../errors.js';
import type { RtmpMessage } from '../../rtmp/chunk/message.js';
import { ChunkReader } from '../../rtmp/chunk/reader.js';
import { type Command, command } from '../../rtmp/message/command.js';
import { decodeMessage, encodeMessage, type Message } from '../../rtmp/message/message.js';
import { readStatus, type Status } from '../../rtmp/session/status.js';
import { type ChunkForm, chunksOf } from './chunk-form.js';
import type { Wire } from './wire.js';

/** How long an answer may take that should come at once. */
export const ANSWER_MS = 3_000;

/** A message of the server, and what it means. */
export interface Heard {
  readonly message: RtmpMessage;
  readonly meaning: Message;
}

/** How a message is sent where it matters; the rest is as usual. */
export type Sending = Partial<Omit<ChunkForm, 'typeId'>>;

const CONTROL_CSID = 2;
const COMMAND_CSID = 3;
const MEDIA_CSID = 6;

/** The messages of a connection behind its handshake. Nothing is sent that was not asked for, but the answers to pings. */
export class Talk {
  readonly wire: Wire;
  /** All that has come, in order. */
  readonly heard: Heard[] = [];
  chunkSizeBytes = 128;
  readonly #reader = new ChunkReader();
  #transactionId = 0;
  #breach: RtmpkitError | undefined;

  constructor(wire: Wire) {
    this.wire = wire;
  }

  /** Up to now. */
  get received(): readonly Heard[] {
    this.#hear();
    return this.heard;
  }

  nextTransactionId(): number {
    this.#transactionId += 1;
    return this.#transactionId;
  }

  /** The chunks of a message, not sent yet. */
  chunks(message: Message, how: Sending = {}): Uint8Array[] {
    const { typeId, payload } = encodeMessage(message);
    return this.rawChunks(typeId, payload, { csid: csidOf(message), ...how });
  }

  rawChunks(typeId: number, payload: Uint8Array, how: Sending = {}): Uint8Array[] {
    const usual = { fmt: 0, csid: MEDIA_CSID, timestampField: 0, streamId: 0 } as const;
    return chunksOf({ ...usual, chunkSizeBytes: this.chunkSizeBytes, ...how, typeId }, payload);
  }

  send(message: Message, how?: Sending): void {
    this.wire.write(...this.chunks(message, how));
  }

  sendRaw(typeId: number, payload: Uint8Array, how?: Sending): void {
    this.wire.write(...this.rawChunks(typeId, payload, how));
  }

  /** Sends a command that is to be answered, and gives its number. */
  ask(name: string, object: AmfValue = null, args: readonly AmfValue[] = [], how: Sending = {}): number {
    const transactionId = this.nextTransactionId();
    this.send(command(name, transactionId, object, ...args), how);
    return transactionId;
  }

  /**
   * `_result` or `_error`, whichever comes.
   *
   * @throws {NetworkError | ProtocolError}
   */
  async answer(transactionId: number, what: string, patienceMs = ANSWER_MS): Promise<Command> {
    return this.until(`answer to ${what}`, () => this.answerTo(transactionId), patienceMs);
  }

  answerTo(transactionId: number): Command | undefined {
    return this.commands.find(
      ({ name, transactionId: id }) => (name === '_result' || name === '_error') && id === transactionId,
    );
  }

  /** Asks and waits. */
  async call(name: string, ...args: readonly AmfValue[]): Promise<Command> {
    return this.answer(this.ask(name, null, args), name);
  }

  /**
   * Waits until the server has read all that was sent before: it answers in order. Whatever it did not say by then, it
   * does not say.
   *
   * @throws {NetworkError} when it does not answer any more
   */
  async fence(): Promise<void> {
    await this.call('createStream');
  }

  /** @throws {NetworkError | ProtocolError} when it does not come */
  async until<Result>(what: string, find: () => Result | undefined, patienceMs = ANSWER_MS): Promise<Result> {
    const result = await this.within(patienceMs, find);
    if (result === undefined) throw this.wire.missing(what);
    return result;
  }

  /** `undefined` when it does not come. @throws {ProtocolError} when what comes cannot be read */
  async within<Result>(patienceMs: number, find: () => Result | undefined): Promise<Result | undefined> {
    const result = await this.wire.within(patienceMs, () => {
      this.#hear();
      return find();
    });
    if (result === undefined && this.#breach !== undefined) throw this.#breach;
    return result;
  }

  /** Those that have come. */
  get commands(): Command[] {
    this.#hear();
    return this.heard.flatMap(({ meaning }) => (meaning.type === 'command' ? [meaning] : []));
  }

  /** All statuses that came, of this stream or of all. */
  statuses(streamId?: number): Status[] {
    this.#hear();
    return this.heard.flatMap(({ message, meaning }) =>
      meaning.type === 'command' &&
      meaning.name === 'onStatus' &&
      (streamId === undefined || message.streamId === streamId)
        ? [readStatus(meaning.args[0], 'status')]
        : [],
    );
  }

  statusIn(answer: Command): Status {
    return readStatus(answer.args[0], answer.name === '_error' ? 'error' : 'status');
  }

  /**
   * The answer, a refusal too.
   *
   * @param properties of connect, without those that it always has
   */
  async connect(app: string, tcUrl: string, properties: AmfObject): Promise<Command> {
    const object = new Map<string, AmfValue>([['app', app], ['tcUrl', tcUrl], ...properties]);
    return this.answer(this.ask('connect', object), 'connect');
  }

  /** @throws {RejectedError} when the server says no */
  async createStream(): Promise<number> {
    const answer = await this.call('createStream');
    const streamId = answer.args[0];
    if (answer.name === '_error' || typeof streamId !== 'number') {
      throw new RejectedError('ERR_REJECTED', 'createStream gave no number');
    }
    return streamId;
  }

  #hear(): void {
    if (this.#breach !== undefined) return;
    const messages: RtmpMessage[] = [];
    try {
      this.#reader.read(this.wire.takeAll(), messages);
      for (const message of messages) this.#note(message);
    } catch (error) {
      if (!(error instanceof RtmpkitError)) throw error;
      this.#breach = error;
      this.wire.close();
    }
  }

  #note(message: RtmpMessage): void {
    const meaning = decodeMessage(message.typeId, message.payload);
    this.heard.push({ message, meaning });
    if (meaning.type === 'userControl' && meaning.event === 'pingRequest') {
      this.send({ ...meaning, event: 'pingResponse' });
    }
  }
}

function csidOf(message: Message): number {
  switch (message.type) {
    case 'command':
    case 'data':
      return COMMAND_CSID;
    case 'audio':
    case 'video':
    case 'aggregate':
      return MEDIA_CSID;
    default:
      return CONTROL_CSID;
  }
}
