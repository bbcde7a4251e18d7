import { ProtocolError } from '../../errors.js';
import { command as newCommand } from '../message/command.js';
import { errorCommand } from '../message/commands/answer.js';
import type { ClientCommand } from '../message/commands/client-command.js';
import type { Connect } from '../message/commands/connect.js';
import type { StreamNameCall } from '../message/commands/stream-name-call.js';
import { CapsEx } from './caps-ex.js';
import type { ServerEvent } from './events.js';
import { OUR_CHUNK_SIZE_BYTES, OUR_WINDOW_SIZE_BYTES } from './limits.js';
import type { PeerLink } from './peer-link.js';
import { connectResult, readConnectRequest } from './server-connect.js';
import type { ServerReplies } from './server-replies.js';
import type { StreamCommand } from './server-stream-commands.js';
import type { ServerStreams } from './server-streams.js';
import { errorStatus, type Status, StatusCode, statusObject, successStatus } from './status.js';

type ConnectionCommand = Exclude<ClientCommand, StreamCommand>;

type Connection =
  | { readonly is: 'new' }
  | {
      readonly is: 'requested' | 'accepted';
      readonly transactionId: number;
      readonly flashVer: string;
      readonly capsEx: number;
    }
  | { readonly is: 'rejected' };

/** What a client's commands on the connection (RTMP 7.2.1) and those of FMLE mean, and their answers. */
export class ServerConnectionCommands {
  readonly #link: PeerLink;
  readonly #streams: ServerStreams;
  readonly #replies: ServerReplies;
  readonly #maxPendingReplies: number;
  /** Transaction ids of the getStreamLength calls that wait. */
  readonly #lengthRequests = new Set<number>();
  #connection: Connection = { is: 'new' };

  constructor(link: PeerLink, streams: ServerStreams, replies: ServerReplies, maxPendingReplies: number) {
    this.#link = link;
    this.#streams = streams;
    this.#replies = replies;
    this.#maxPendingReplies = maxPendingReplies;
  }

  /** The client's program, as connect told it. */
  get flashVer(): string {
    const connection = this.#connection;
    return connection.is === 'requested' || connection.is === 'accepted' ? connection.flashVer : '';
  }

  /**
   * Whether this command is to be heard at all: nothing is after a refusal.
   *
   * @throws {ProtocolError} `ERR_MESSAGE` for another command before connect.
   */
  hears(command: ClientCommand): boolean {
    if (this.#connection.is === 'new' && command.kind !== 'connect') {
      throw new ProtocolError('ERR_MESSAGE', 'the first command of a client has to be connect', { stage: 'connect' });
    }
    return this.#connection.is !== 'rejected';
  }

  handle(command: ConnectionCommand, events: ServerEvent[]): void {
    switch (command.kind) {
      case 'connect':
        return this.#connect(command, events);
      case 'createStream':
        return this.#createStream(command.transactionId);
      case 'streamNameCall':
        return this.#callWithStreamName(command, events);
      case 'checkBandwidth':
        return this.#replies.result(command.transactionId);
      case 'answer':
        return; // we call nothing
      case 'otherCall':
        return this.#replies.error(
          command.transactionId,
          errorStatus(StatusCode.CallFailed, `there is no method ${command.name}`),
        );
    }
  }

  accept(): void {
    const connection = this.#connection;
    if (connection.is !== 'requested') {
      return;
    }
    this.#connection = { ...connection, is: 'accepted' };
    const { outbox, flow } = this.#link;
    flow.announceFirstWindow(OUR_WINDOW_SIZE_BYTES);
    outbox.send({ type: 'setPeerBandwidth', sizeBytes: OUR_WINDOW_SIZE_BYTES, limit: 'dynamic' });
    // Before the answer, since an old OBS fails on one of several chunks; and never again, since OBS would not notice.
    outbox.changeChunkSize(OUR_CHUNK_SIZE_BYTES);
    outbox.send(connectResult(connection.transactionId));
    this.#replies.release();
  }

  reject(status: Status): void {
    if (this.#connection.is === 'requested') {
      this.#link.outbox.send(errorCommand(this.#connection.transactionId, status));
      this.#connection = { is: 'rejected' };
      this.#streams.clear();
    }
  }

  /** @returns whether the client was asked: not every one would understand */
  requestReconnect(tcUrl: string | undefined, description: string): boolean {
    const connection = this.#connection;
    if (connection.is !== 'accepted' || (connection.capsEx & CapsEx.reconnect) === 0) return false;
    const information = statusObject(successStatus(StatusCode.ConnectReconnectRequest, description));
    if (tcUrl !== undefined) information.set('tcUrl', tcUrl);
    this.#link.outbox.send(newCommand('onStatus', 0, null, information));
    return true;
  }

  answerStreamLength(transactionId: number, seconds: number): void {
    if (this.#lengthRequests.delete(transactionId)) {
      this.#replies.result(transactionId, seconds);
    }
  }

  #connect(command: Connect, events: ServerEvent[]): void {
    if (this.#connection.is !== 'new') {
      return this.#replies.error(command.transactionId, errorStatus(StatusCode.CallFailed, 'already connected'));
    }
    const request = readConnectRequest(command);
    const { flashVer, capsEx } = request;
    this.#connection = { is: 'requested', transactionId: command.transactionId, flashVer, capsEx };
    this.#replies.hold();
    events.push({ type: 'connectRequest', request });
  }

  #createStream(transactionId: number): void {
    const streamId = this.#streams.create();
    if (streamId === undefined) {
      return this.#replies.error(transactionId, errorStatus(StatusCode.CallFailed, 'too many streams are open'));
    }
    this.#replies.result(transactionId, streamId);
  }

  #callWithStreamName({ name, transactionId, streamName }: StreamNameCall, events: ServerEvent[]): void {
    if (name !== 'getStreamLength') {
      return this.#replies.result(transactionId); // announcements: the streams themselves follow with publish or play
    }
    if (transactionId === 0) {
      return;
    }
    if (this.#lengthRequests.size >= this.#maxPendingReplies) {
      throw new ProtocolError('ERR_LIMIT', `more than ${this.#maxPendingReplies} calls wait for their answer`);
    }
    this.#lengthRequests.add(transactionId);
    events.push({ type: 'streamLengthRequest', transactionId, streamName });
  }
}
