import { readAmf0Values } from '../../amf/amf0-reader.js';
import { type AmfObject, type AmfValue, isAmfObject } from '../../amf/value.js';
import type { Command } from '../message/command.js';
import { type Answer, readAnswer } from '../message/commands/answer.js';
import { numberOf } from '../message/commands/arguments.js';
import { connectCommand } from '../message/commands/connect.js';
import { streamNameCommand } from '../message/commands/stream-name-call.js';
import type { ClientCalls } from './client-calls.js';
import { ServerCalls } from './client-server-calls.js';
import type { ClientStream } from './client-stream.js';
import { dataTagName } from './data-tag.js';
import type { ClientEvent } from './events.js';
import type { Outbox } from './outbox.js';
import { errorStatus, readStatus, StatusCode } from './status.js';
import { endsConnection } from './status-meaning.js';

/** What a server says with commands: answers, statuses and calls of its own, in whatever order and with whatever ids. */
export class ClientDialogue {
  readonly #calls: ClientCalls;
  readonly #stream: ClientStream;
  readonly #serverCalls: ServerCalls;
  #connection: 'connecting' | 'accepted' | 'rejected' = 'connecting';
  /** Asked for before the connection was accepted. */
  #wantedLengths: string[] = [];

  constructor(calls: ClientCalls, stream: ClientStream, outbox: Outbox) {
    this.#calls = calls;
    this.#stream = stream;
    this.#serverCalls = new ServerCalls(outbox);
  }

  get isAccepted(): boolean {
    return this.#connection === 'accepted';
  }

  connect(properties: AmfObject): void {
    this.#calls.sendAwaited('connect', (transactionId) =>
      connectCommand({ transactionId, properties, userArguments: [] }),
    );
  }

  requestStreamLength(streamName: string): void {
    if (this.isAccepted) {
      this.#calls.sendAwaited('getStreamLength', (id) => streamNameCommand('getStreamLength', id, streamName));
    } else {
      this.#wantedLengths.push(streamName);
    }
  }

  /** Asks for all that could not be asked for before. */
  catchUp(): void {
    const streamNames = this.#wantedLengths;
    this.#wantedLengths = [];
    for (const streamName of streamNames) {
      this.requestStreamLength(streamName);
    }
    this.#stream.connected();
  }

  handle(command: Command, events: ClientEvent[]): void {
    if (this.#connection === 'rejected') {
      return;
    }
    switch (command.name) {
      case '_result':
      case '_error':
        return this.#handleAnswer(readAnswer(command), events);
      case 'onStatus':
        return this.#handleStatus(informationOf(command.args), events);
      default:
        return this.#handleCall(command, events);
    }
  }

  /**
   * Some servers send statuses as data messages, and all of them |RtmpSampleAccess. Neither is part of the stream.
   *
   * @returns whether the data was of that kind
   */
  handleData(body: Uint8Array, events: ClientEvent[]): boolean {
    switch (dataTagName(body)) {
      case '|RtmpSampleAccess':
        return true;
      case 'onStatus':
      case 'onPlayStatus':
        this.#handleStatus(informationOf(readAmf0Values(body).slice(1)), events);
        return true;
      default:
        return false;
    }
  }

  #handleAnswer(answer: Answer, events: ClientEvent[]): void {
    const call = this.#calls.answered(answer.transactionId);
    if (this.#connection === 'connecting') {
      // Nothing else has been asked for yet, so it is the answer to connect whatever its id.
      return this.#handleConnectAnswer(answer, events);
    }
    switch (call) {
      case 'createStream':
        return answer.isError ? this.#rejectStream(call, answer, events) : this.#stream.created(answer.information);
      case 'publish':
        return answer.isError ? this.#rejectStream(call, answer, events) : this.#stream.publishAnswered(events);
      case 'play':
        return answer.isError ? this.#rejectStream(call, answer, events) : undefined;
      case 'getStreamLength': {
        const seconds = numberOf(answer.information);
        if (!answer.isError && seconds !== undefined) {
          events.push({ type: 'streamLength', seconds });
        }
      }
    }
  }

  #handleConnectAnswer(answer: Answer, events: ClientEvent[]): void {
    const information = informationOf([answer.information, answer.properties]);
    const status = readStatus(information, answer.isError ? 'error' : 'status');
    if (answer.isError || status.level === 'error') {
      this.#connection = 'rejected';
      events.push({ type: 'rejected', command: 'connect', status, information });
      return;
    }
    this.#connection = 'accepted';
    events.push({
      type: 'connected',
      properties: isAmfObject(answer.properties) ? answer.properties : new Map(),
      information: isAmfObject(answer.information) ? answer.information : new Map(),
    });
  }

  #rejectStream(call: 'createStream' | 'publish' | 'play', answer: Answer, events: ClientEvent[]): void {
    const information = informationOf([answer.information, answer.properties]);
    this.#stream.reject(call, readStatus(information, 'error'), information, events);
  }

  #handleStatus(information: AmfValue, events: ClientEvent[]): void {
    const status = readStatus(information, 'status');
    // SRS refuses connect in this way, without an _error.
    if (this.#connection === 'connecting' && (status.level === 'error' || endsConnection(status.code))) {
      this.#connection = 'rejected';
      events.push({ type: 'rejected', command: 'connect', status, information });
    } else {
      this.#stream.handleStatus(status, information, events);
    }
  }

  #handleCall(command: Command, events: ClientEvent[]): void {
    switch (this.#serverCalls.handle(command)) {
      case 'close':
        if (this.#connection === 'connecting') {
          this.#connection = 'rejected';
          const status = errorStatus(StatusCode.ConnectClosed, 'the server asked to close the connection');
          events.push({ type: 'rejected', command: 'connect', status, information: null });
        } else {
          this.#stream.closeAsked(command.name, events);
        }
        return;
      case 'end':
        return this.#stream.end(command.name, events);
      case 'done':
        return;
    }
  }
}

/** The information object is the first object, wherever a server puts it; without one, whatever is there. */
function informationOf(values: readonly AmfValue[]): AmfValue {
  return values.find(isAmfObject) ?? values[0];
}
