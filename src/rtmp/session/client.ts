import type { AmfValue } from '../../amf/value.js';
import type { RecycledMemory } from '../../bytes/recycled-memory.js';
import type { MediaTag } from '../../media/tag.js';
import type { TagFormat } from '../../media/tag-format.js';
import type { RtmpMessage } from '../chunk/message.js';
import { rtmpTagFormat } from '../chunk/tag-format.js';
import { ClientHandshake } from '../handshake/client.js';
import { pauseCommand } from '../message/commands/pause.js';
import type { PublishType } from '../message/commands/publish.js';
import { receiveMediaCommand } from '../message/commands/receive-media.js';
import { seekCommand } from '../message/commands/seek.js';
import { decodeMessage } from '../message/message.js';
import { TYPE_ID } from '../message/type-id.js';
import { ClientCalls } from './client-calls.js';
import { type ConnectOptions, connectProperties } from './client-connect.js';
import { ClientDialogue } from './client-dialogue.js';
import { ClientStream, type PlayWish } from './client-stream.js';
import { dataTagBody, publisherTagFormat } from './data-tag.js';
import type { ClientEvent } from './events.js';
import { OUR_CHUNK_SIZE_BYTES, OUR_WINDOW_SIZE_BYTES, type SessionLimits, sessionLimits } from './limits.js';
import { holdsTags, MediaIntake } from './media-intake.js';
import { PeerLink } from './peer-link.js';
import type { Session } from './session.js';
import { TagRun } from './tag-run.js';

export interface ClientSessionOptions extends ConnectOptions {
  /** `digest` is for old Adobe servers; every other server takes `simple`, the default. */
  readonly handshake?: 'simple' | 'digest' | undefined;
  /** At least 3072 random bytes for the handshake. */
  readonly random: Uint8Array;
  /** For the time field of C1. */
  readonly timeMs: number;
  readonly limits?: Partial<SessionLimits> | undefined;
  /** Where the bodies of tags go. Who is done with one releases it. Default: fresh memory */
  readonly memory?: RecycledMemory | undefined;
}

export type PlayOptions = Omit<PlayWish, 'command' | 'streamName'>;

/**
 * The client's side of a connection with one stream on it (RTMP 7.2). `publish` and `play` may be called at any time
 * and are sent as soon as the connection allows it. Errors to calls that a server need not know are ignored.
 */
export class ClientSession implements Session<ClientEvent> {
  readonly #options: ClientSessionOptions;
  readonly #handshake: ClientHandshake;
  readonly #link: PeerLink;
  readonly #stream: ClientStream;
  readonly #dialogue: ClientDialogue;
  readonly #intake = new MediaIntake();

  constructor(options: ClientSessionOptions) {
    const limits = sessionLimits(options.limits);
    this.#options = options;
    this.#handshake = new ClientHandshake({
      scheme: options.handshake,
      random: options.random,
      timeMs: options.timeMs,
    });
    this.#link = new PeerLink(this.#handshake, limits, options.memory);
    const calls = new ClientCalls(this.#link.outbox, limits.pendingReplies);
    this.#stream = new ClientStream(this.#link.outbox, calls);
    this.#dialogue = new ClientDialogue(calls, this.#stream, this.#link.outbox);
  }

  /** Queues C0 and C1. `connect` follows by itself. Once. */
  start(): void {
    this.#link.outbox.sendHandshake(this.#handshake.start());
  }

  receive(bytes: Uint8Array, nowMs: number, into: ClientEvent[] = []): ClientEvent[] {
    this.#link.flow.received(bytes.length);
    const { scheme, rest } = this.#link.shakeHands(bytes);
    if (scheme !== undefined) {
      into.push({ type: 'handshaken', scheme });
      this.#dialogue.connect(connectProperties(this.#options));
    }
    this.#link.read(rest, (messages) => this.#readMessages(messages, nowMs, into));
    return into;
  }

  takeOutput(): Uint8Array | undefined {
    return this.#link.outbox.take();
  }

  /** Whether the server has begun a message, or the handshake, and not finished it. */
  get isMidMessage(): boolean {
    return this.#link.isMidMessage;
  }

  /** Whether what plays is a recording, as far as the server has said. */
  get isRecorded(): boolean {
    return this.#stream.isRecorded;
  }

  /** Answered by `publishStarted` or `rejected`. */
  publish(streamName: string, publishType: PublishType = 'live'): void {
    this.#stream.want({ command: 'publish', streamName, publishType });
  }

  /** Answered by `playStarted` or `rejected`. On a stream that plays already: plays another. */
  play(streamName: string, options: PlayOptions): void {
    this.#stream.want({ ...options, command: 'play', streamName });
  }

  /** Answered by a `status`. For a stream that has started, like all that follow. */
  pause(paused: boolean, positionMs: number): void {
    this.#stream.pausedByUs(paused);
    this.#stream.send((id) => pauseCommand(id, paused, positionMs));
  }

  /** Answered by a `status`. */
  seek(positionMs: number): void {
    this.#stream.send((id) => seekCommand(id, positionMs));
  }

  receiveAudio(wanted: boolean): void {
    this.#stream.send((id) => receiveMediaCommand('receiveAudio', id, wanted));
  }

  receiveVideo(wanted: boolean): void {
    this.#stream.send((id) => receiveMediaCommand('receiveVideo', id, wanted));
  }

  /** Answered by `streamLength`, or not at all: many servers do not know it. At any time. */
  requestStreamLength(streamName: string): void {
    this.#dialogue.requestStreamLength(streamName);
  }

  /** Sends a data message on the stream, the event's name first. */
  sendData(values: readonly AmfValue[], timestampMs = 0): void {
    this.#link.outbox.send({ type: 'data', encoding: 'amf0', values }, this.#stream.id, timestampMs);
  }

  /** Sends a ping. Its answer becomes a `pong` event, but not every server answers. */
  ping(nowMs: number): void {
    if (this.#link.isHandshaken) {
      this.#link.flow.ping(nowMs);
    }
  }

  /** How tags are to be written for the stream, once publishing has started. */
  mediaFormat(): TagFormat {
    const { chunkSizeBytes } = this.#link.outbox;
    return publisherTagFormat(rtmpTagFormat({ chunkSizeBytes, streamId: this.#stream.id }));
  }

  /** Says goodbye to the server: FCUnpublish and deleteStream. Send what waits, then close the connection. */
  close(): void {
    this.#stream.close();
  }

  #readMessages(messages: readonly RtmpMessage[], nowMs: number, events: ClientEvent[]): void {
    const run = new TagRun(events, newTagsEvent);
    for (const message of messages) {
      if (holdsTags(message.typeId)) {
        this.#readTags(message, run, events);
      } else {
        this.#readMessage(message, nowMs, events);
        this.#link.checkOutput();
      }
    }
  }

  /** The message stream is of no account: there is only one, and some servers send on another than they said. */
  #readTags(message: RtmpMessage, run: TagRun<ClientEvent>, events: ClientEvent[]): void {
    if (!this.#isForUs(message, events) && this.#stream.mediaCame(events)) {
      run.read(message, ANY_STREAM, this.#intake);
    }
  }

  /** Whether a data message tells something to the session. */
  #isForUs({ typeId, payload }: RtmpMessage, events: ClientEvent[]): boolean {
    if (typeId !== TYPE_ID.dataAmf0 && typeId !== TYPE_ID.dataAmf3) {
      return false;
    }
    const body = dataTagBody(payload, typeId === TYPE_ID.dataAmf3 ? 'amf3' : 'amf0');
    return body === undefined || this.#dialogue.handleData(body, events);
  }

  #readMessage({ typeId, payload }: RtmpMessage, nowMs: number, events: ClientEvent[]): void {
    const message = decodeMessage(typeId, payload);
    if (message.type === 'command') {
      const wasAccepted = this.#dialogue.isAccepted;
      this.#dialogue.handle(message, events);
      if (this.#dialogue.isAccepted && !wasAccepted) {
        this.#greet();
      }
      return;
    }
    if (message.type === 'userControl' && message.event === 'streamEof' && this.#stream.isPlaying) {
      this.#stream.end('StreamEOF', events);
      return;
    }
    if (message.type === 'userControl' && message.event === 'streamIsRecorded') this.#stream.recorded();
    const event = this.#link.flow.handle(message, nowMs);
    if (event !== undefined) {
      events.push(event);
    }
  }

  /** What follows the answer to connect. */
  #greet(): void {
    this.#link.flow.announceFirstWindow(OUR_WINDOW_SIZE_BYTES);
    if (this.#options.role === 'publisher') {
      this.#link.outbox.changeChunkSize(OUR_CHUNK_SIZE_BYTES);
    }
    this.#dialogue.catchUp();
  }
}

/** Tags of all message streams are those of the one stream. */
const ANY_STREAM = 0;

function newTagsEvent(_streamId: number, tags: readonly MediaTag[]): ClientEvent {
  return { type: 'tags', tags };
}
