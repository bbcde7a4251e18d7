import type { MediaTag } from '../../media/tag.js';
import type { TagFormat } from '../../media/tag-format.js';
import type { RtmpMessage } from '../chunk/message.js';
import { rtmpTagFormat } from '../chunk/tag-format.js';
import { ServerHandshake } from '../handshake/server.js';
import { type ClientCommand, readClientCommand } from '../message/commands/client-command.js';
import { decodeMessage } from '../message/message.js';
import type { ServerEvent } from './events.js';
import { type SessionLimits, sessionLimits } from './limits.js';
import { holdsTags } from './media-intake.js';
import { PeerLink } from './peer-link.js';
import { ServerConnectionCommands } from './server-connection-commands.js';
import { ServerReplies } from './server-replies.js';
import { ServerStreamAnswers } from './server-stream-answers.js';
import { ServerStreamCommands } from './server-stream-commands.js';
import { ServerStreams } from './server-streams.js';
import type { Session } from './session.js';
import type { Status } from './status.js';
import { TagRun } from './tag-run.js';

export interface ServerSessionOptions {
  /** At least 3072 random bytes for the handshake. */
  readonly random: Uint8Array;
  /** For the time field of S1. */
  readonly timeMs: number;
  readonly limits?: Partial<SessionLimits>;
}

/**
 * The server's side of a connection (RTMP 7.2). Requests become events and wait for the method that answers them; an
 * answer that comes too late, because the client has gone on, does nothing.
 */
export class ServerSession implements Session<ServerEvent> {
  /** For a client that publishes. */
  readonly #partialLimitBytes: number;
  readonly #link: PeerLink;
  readonly #streams: ServerStreams;
  readonly #connectionCommands: ServerConnectionCommands;
  readonly #streamCommands: ServerStreamCommands;
  readonly #streamAnswers: ServerStreamAnswers;

  constructor({ random, timeMs, limits: given }: ServerSessionOptions) {
    const limits = sessionLimits(given);
    const link = new PeerLink(new ServerHandshake({ random, timeMs }), limits);
    const replies = new ServerReplies(link.outbox, limits.pendingReplies);
    const streams = new ServerStreams(limits.streams);
    this.#partialLimitBytes = link.partialLimitBytes;
    link.partialLimitBytes = Math.min(limits.idlePartialBytes, link.partialLimitBytes);
    this.#link = link;
    this.#streams = streams;
    this.#connectionCommands = new ServerConnectionCommands(link, streams, replies, limits.pendingReplies);
    this.#streamCommands = new ServerStreamCommands(streams, replies);
    this.#streamAnswers = new ServerStreamAnswers(streams, replies);
  }

  receive(bytes: Uint8Array, nowMs: number, into: ServerEvent[] = []): ServerEvent[] {
    this.#link.flow.received(bytes.length);
    const { scheme, rest } = this.#link.shakeHands(bytes);
    if (scheme !== undefined) {
      into.push({ type: 'handshaken', scheme });
    }
    this.#link.read(rest, (messages) => this.#readMessages(messages, nowMs, into));
    return into;
  }

  takeOutput(): Uint8Array | undefined {
    return this.#link.outbox.take();
  }

  /** Whether the client has begun a message, or the handshake, and not finished it. */
  get isMidMessage(): boolean {
    return this.#link.isMidMessage;
  }

  /** Bytes received of messages that are not complete. */
  get partialBytes(): number {
    return this.#link.partialBytes;
  }

  /** Answers `connectRequest`. */
  acceptConnect(): void {
    this.#connectionCommands.accept();
  }

  /** Answers `connectRequest`. Then the connection is to be closed; nothing more comes of it. */
  rejectConnect(status: Status): void {
    this.#connectionCommands.reject(status);
  }

  /** Answers `publishRequest`. */
  acceptPublish(streamId: number): void {
    this.#link.partialLimitBytes = this.#partialLimitBytes;
    this.#streamAnswers.acceptPublish(streamId);
  }

  /** Answers `publishRequest`. What the client sends all the same is dropped. */
  rejectPublish(streamId: number, status: Status): void {
    this.#streamAnswers.rejectPublish(streamId, status);
  }

  /** The server ends an accepted publish. What the client sends all the same is dropped. */
  unpublished(streamId: number): void {
    this.#streamAnswers.endPublish(streamId);
  }

  /** Answers `playRequest`. Media in `mediaFormat(streamId)` may follow. */
  acceptPlay(streamId: number): void {
    this.#streamAnswers.acceptPlay(streamId);
  }

  /** Answers `playRequest`. */
  rejectPlay(streamId: number, status: Status): void {
    this.#streamAnswers.rejectPlay(streamId, status);
  }

  /** Tells the client, in every way that some client waits for, that what it plays is over. */
  endPlay(streamId: number, reason: string): void {
    this.#streamAnswers.endPlay(streamId, reason);
  }

  /** Tells anything else about a stream that is published or played. */
  sendStatus(streamId: number, status: Status): void {
    this.#streamAnswers.sendStatus(streamId, status);
  }

  /** Answers `streamLengthRequest`; 0 for a live stream. */
  answerStreamLength(transactionId: number, seconds: number): void {
    this.#connectionCommands.answerStreamLength(transactionId, seconds);
  }

  /** Sends a ping. Its answer becomes a `pong` event, but not every client answers. */
  ping(nowMs: number): void {
    if (this.#link.isHandshaken) {
      this.#link.flow.ping(nowMs);
    }
  }

  /**
   * Asks the client to connect anew, and to leave this connection when it has (E-RTMP v2). Until then it goes on being served.
   *
   * @param tcUrl where to; may be relative to its present one. `undefined`: there again
   * @returns whether it was asked: only those are that have said that they follow
   */
  requestReconnect(description: string, tcUrl?: string): boolean {
    return this.#connectionCommands.requestReconnect(tcUrl, description);
  }

  /** How tags are to be written for this stream, once the connect is accepted. */
  mediaFormat(streamId: number): TagFormat {
    return rtmpTagFormat({ chunkSizeBytes: this.#link.outbox.chunkSizeBytes, streamId });
  }

  #readMessages(messages: readonly RtmpMessage[], nowMs: number, events: ServerEvent[]): void {
    const run = new TagRun(events, newTagsEvent);
    for (const message of messages) {
      if (holdsTags(message.typeId)) {
        this.#readTags(message, run);
      } else {
        this.#readMessage(message, nowMs, events);
        this.#link.checkOutput();
      }
    }
  }

  /** Tags of streams that are not published are dropped: encoders go on sending after a refusal. */
  #readTags(message: RtmpMessage, run: TagRun<ServerEvent>): void {
    const use = this.#streams.get(message.streamId);
    if (use?.is === 'publishing') {
      run.read(message, message.streamId, use.intake);
    }
  }

  #readMessage({ typeId, streamId, payload }: RtmpMessage, nowMs: number, events: ServerEvent[]): void {
    const message = decodeMessage(typeId, payload);
    if (message.type === 'command') {
      return this.#handleCommand(readClientCommand(message), streamId, events);
    }
    if (message.type === 'userControl' && message.event === 'setBufferLength') {
      events.push({ type: 'bufferLength', streamId: message.streamId, lengthMs: message.lengthMs });
      return;
    }
    const event = this.#link.flow.handle(message, nowMs);
    if (event !== undefined) {
      events.push(event);
    }
  }

  #handleCommand(command: ClientCommand, streamId: number, events: ServerEvent[]): void {
    if (!this.#connectionCommands.hears(command)) {
      return;
    }
    switch (command.kind) {
      case 'publish':
      case 'play':
      case 'pause':
      case 'seek':
      case 'receiveAudio':
      case 'receiveVideo':
      case 'deleteStream':
      case 'closeStream':
        return this.#streamCommands.handle(command, streamId, this.#connectionCommands.flashVer, events);
      case 'streamNameCall':
        if (command.name === 'FCUnpublish') {
          this.#streamCommands.endPublish(command.streamName, events);
        }
        return this.#connectionCommands.handle(command, events);
      default:
        return this.#connectionCommands.handle(command, events);
    }
  }
}

function newTagsEvent(streamId: number, tags: readonly MediaTag[]): ServerEvent {
  return { type: 'tags', streamId, tags };
}
