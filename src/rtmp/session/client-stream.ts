import { type AmfValue, isAmfObject } from '../../amf/value.js';
import { RtmpkitError } from '../../errors.js';
import type { Command } from '../message/command.js';
import { createStreamCommand } from '../message/commands/create-stream.js';
import { deleteStreamCommand } from '../message/commands/end-stream.js';
import { playCommand } from '../message/commands/play.js';
import { type PublishType, publishCommand } from '../message/commands/publish.js';
import { streamNameCommand } from '../message/commands/stream-name-call.js';
import type { ClientCalls } from './client-calls.js';
import type { ClientEvent, PlayStart } from './events.js';
import type { Outbox } from './outbox.js';
import { playStartArgument } from './play-start.js';
import { errorStatus, type Status, StatusCode, successStatus } from './status.js';
import { endsConnection, meaningOfStatus } from './status-meaning.js';

export interface PublishWish {
  readonly command: 'publish';
  readonly streamName: string;
  readonly publishType: PublishType;
}

export interface PlayWish {
  readonly command: 'play';
  readonly streamName: string;
  readonly start: PlayStart;
  /** To the end when it is not given. */
  readonly durationMs?: number | undefined;
  /** Whether what plays on the stream ends; servers take it for true when it is not given. */
  readonly reset?: boolean | undefined;
  /** What the server is told that we keep ahead. Default 3 s. */
  readonly bufferLengthMs?: number | undefined;
}

export type StreamWish = PublishWish | PlayWish;

type StreamState =
  | { readonly is: 'none' | 'creating' }
  /** `ready`: nothing asked for yet, or what was asked for was refused. */
  | { readonly is: 'ready' | 'starting' | 'running' | 'ended'; readonly streamId: number };

/** FFmpeg asks for as much. Live servers do not care; servers of files send so far ahead. */
const BUFFER_LENGTH_MS = 3000;

/** The one stream of a client's connection: from the wish to publish or play it to its end. */
export class ClientStream {
  readonly #outbox: Outbox;
  readonly #calls: ClientCalls;
  #wish: StreamWish | undefined;
  #state: StreamState = { is: 'none' };
  #isConnected = false;
  #isRecorded = false;
  #isPaused = false;

  constructor(outbox: Outbox, calls: ClientCalls) {
    this.#outbox = outbox;
    this.#calls = calls;
  }

  /** The message stream id. @throws {RtmpkitError} `ERR_INTERNAL` before the server has given one. */
  get id(): number {
    if ('streamId' in this.#state) {
      return this.#state.streamId;
    }
    throw new RtmpkitError('ERR_INTERNAL', 'the server has not given a message stream yet');
  }

  get isPlaying(): boolean {
    return this.#wish?.command === 'play' && (this.#state.is === 'running' || this.#state.is === 'ended');
  }

  /** Whether the server has said that what plays was recorded, and not that somebody publishes it. */
  get isRecorded(): boolean {
    return this.#isRecorded;
  }

  /** The server says so (RTMP 7.1.7). MediaMTX does of everything, but tells of the publisher, too. */
  recorded(): void {
    this.#isRecorded = true;
  }

  /** Publishes or plays as soon as that is possible. */
  want(wish: StreamWish): void {
    this.#wish = wish;
    if ('streamId' in this.#state) {
      this.#begin(this.#state.streamId, wish);
    } else if (this.#isConnected && this.#state.is === 'none') {
      this.#create(wish);
    }
  }

  /** The server has accepted the connection. */
  connected(): void {
    this.#isConnected = true;
    if (this.#wish !== undefined) {
      this.#create(this.#wish);
    }
  }

  /** Answer to createStream. A server that names no id means 1, like many that know only that one. */
  created(answer: AmfValue): void {
    if (this.#state.is !== 'creating' || this.#wish === undefined) {
      return;
    }
    const streamId = typeof answer === 'number' ? answer >>> 0 : 1;
    this.#begin(streamId, this.#wish);
  }

  /** `_result` to publish: librtmp and OBS take it for Publish.Start. */
  publishAnswered(events: ClientEvent[]): void {
    if (this.#state.is === 'starting') {
      this.#start(successStatus(StatusCode.PublishStart, 'the server has answered publish'), events);
    }
  }

  /** A status from the server, on whatever message stream. */
  handleStatus(status: Status, information: AmfValue, events: ClientEvent[]): void {
    const command = this.#wish?.command;
    if (status.code === StatusCode.PlayPublishNotify) this.#isRecorded = false;
    if (this.#state.is === 'creating' && endsConnection(status.code)) {
      return this.reject('createStream', status, information, events);
    }
    if (command === undefined || (this.#state.is !== 'starting' && this.#state.is !== 'running')) {
      return this.#tellNews(status, information, events, command);
    }
    switch (meaningOfStatus(status, command, this.#state.is === 'running')) {
      case 'started':
        return this.#start(status, events);
      case 'rejected':
        return this.reject(command, status, information, events);
      case 'ended':
        return this.end(status.code, events);
      case 'news':
        return this.#tellNews(status, information, events, undefined);
    }
  }

  /** The server refused a command for this stream. */
  reject(
    command: 'createStream' | 'publish' | 'play',
    status: Status,
    information: AmfValue,
    events: ClientEvent[],
  ): void {
    this.#state = 'streamId' in this.#state ? { is: 'ready', streamId: this.#state.streamId } : { is: 'none' };
    this.#wish = undefined;
    events.push({ type: 'rejected', command, status, information });
  }

  /** We ask the server to pause or to go on. */
  pausedByUs(paused: boolean): void {
    this.#isPaused = paused;
  }

  /** The stream is over, if it was running. nginx-rtmp says the same when we have asked it to pause. */
  end(reason: string, events: ClientEvent[]): void {
    if (this.#state.is === 'running' && !this.#isPaused) {
      this.#state = { is: 'ended', streamId: this.#state.streamId };
      events.push({ type: 'streamEnded', reason });
    }
  }

  /** The server wants the connection to end. */
  closeAsked(reason: string, events: ClientEvent[]): void {
    const status = errorStatus(StatusCode.ConnectClosed, `the server sent ${reason}`);
    if (this.#state.is === 'creating') {
      this.reject('createStream', status, null, events);
    } else if (this.#state.is === 'starting' && this.#wish !== undefined) {
      this.reject(this.#wish.command, status, null, events);
    } else {
      this.end(reason, events);
    }
  }

  /** Media came. Without Play.Start it is the go-ahead itself. Tells whether it is wanted. */
  mediaCame(events: ClientEvent[]): boolean {
    if (this.#state.is === 'starting' && this.#wish?.command === 'play') {
      this.#start(successStatus(StatusCode.PlayStart, 'media came without a status'), events);
    }
    return this.isPlaying;
  }

  /** Sends a command on the stream. */
  send(write: (transactionId: number) => Command): void {
    this.#calls.send(write, this.id);
  }

  /** Says goodbye to the server. What it still tells about the stream is of no interest. */
  close(): void {
    const state = this.#state;
    const wish = this.#wish;
    if (wish !== undefined && 'streamId' in state) {
      if (wish.command === 'publish') {
        this.#calls.send((id) => streamNameCommand('FCUnpublish', id, wish.streamName));
      }
      this.#calls.send((id) => deleteStreamCommand(id, state.streamId));
    }
    this.#wish = undefined;
    this.#state = { is: 'none' };
  }

  #create(wish: StreamWish): void {
    if (wish.command === 'publish') {
      this.#calls.send((id) => streamNameCommand('releaseStream', id, wish.streamName));
      this.#calls.send((id) => streamNameCommand('FCPublish', id, wish.streamName));
    } else if (wish.start.from === 'live') {
      this.#calls.send((id) => streamNameCommand('FCSubscribe', id, wish.streamName));
    }
    this.#state = { is: 'creating' };
    this.#calls.sendAwaited('createStream', createStreamCommand);
  }

  #begin(streamId: number, wish: StreamWish): void {
    this.#state = { is: 'starting', streamId };
    this.#isRecorded = false;
    this.#isPaused = false;
    if (wish.command === 'publish') {
      const { streamName, publishType } = wish;
      this.#calls.sendAwaited('publish', (id) => publishCommand(id, streamName, publishType), streamId);
      return;
    }
    const { streamName, durationMs, reset, bufferLengthMs: lengthMs = BUFFER_LENGTH_MS } = wish;
    const start = playStartArgument(wish.start);
    this.#calls.sendAwaited(
      'play',
      (id) => playCommand(id, { streamName, start, duration: durationMs, reset }),
      streamId,
    );
    this.#outbox.send({ type: 'userControl', event: 'setBufferLength', streamId, lengthMs });
  }

  #start(status: Status, events: ClientEvent[]): void {
    const streamId = this.id;
    this.#state = { is: 'running', streamId };
    events.push({ type: this.#wish?.command === 'play' ? 'playStarted' : 'publishStarted', streamId, status });
  }

  /** After its end a stream may start again: nginx-rtmp keeps players while the publisher is away. */
  #tellNews(
    status: Status,
    information: AmfValue,
    events: ClientEvent[],
    command: 'publish' | 'play' | undefined,
  ): void {
    if (command !== undefined && this.#state.is === 'ended' && meaningOfStatus(status, command, false) === 'started') {
      return this.#start(status, events);
    }
    events.push({ type: 'status', status, information: isAmfObject(information) ? information : new Map() });
  }
}
