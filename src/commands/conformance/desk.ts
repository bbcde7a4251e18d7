import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AmfObject, AmfValue } from '../../amf/value.js';
import type { DialTarget } from '../../net/dial.js';
import { type Command, command } from '../../rtmp/message/command.js';
import { connectProperties } from '../../rtmp/session/client-connect.js';
import { type Status, StatusCode } from '../../rtmp/session/status.js';
import { meaningOfStatus } from '../../rtmp/session/status-meaning.js';
import { type GreetingAnswer, shakeHands } from './greet.js';
import { AUDIO_HEADER, keyframe, METADATA, VIDEO_HEADER } from './media.js';
import { ANSWER_MS, refusal, type Sending, Talk } from './talk.js';
import { Wire } from './wire.js';

/** Where the server is, and how it is spoken to. */
export interface ServerAddress {
  readonly dial: DialTarget;
  readonly app: string;
  readonly tcUrl: string;
  /** Of the stream's name, with its question mark: a token may stand there. */
  readonly query: string;
}

/** What is found out on the way and tells later checks what they may expect. */
export interface ServerNotes {
  /** Connections that got through the handshake. */
  connections: number;
  /** In its own words. */
  publishRefusal: string | undefined;
}

/** A connection that is open for commands. */
export interface Connected {
  readonly talk: Talk;
  readonly greeting: GreetingAnswer & { readonly c1: Uint8Array };
  readonly connectAnswer: Command;
}

/** A stream that is published or played. */
export interface OpenStream {
  readonly talk: Talk;
  readonly streamId: number;
  readonly name: string;
}

const PUBLISHER: AmfObject = properties('publisher');
const PLAYER: AmfObject = properties('player');

/** Gives a check its connections, and closes them when it is done. */
export class CheckDesk {
  readonly address: ServerAddress;
  readonly notes: ServerNotes;
  readonly #signal: AbortSignal;
  readonly #wires: Wire[] = [];
  #session: (Connected & OpenStream) | undefined;

  constructor(address: ServerAddress, notes: ServerNotes, signal: AbortSignal) {
    this.address = address;
    this.notes = notes;
    this.#signal = signal;
  }

  /** A name that nobody else uses. */
  newName(): string {
    return `rtmpkit-${randomBytes(6).toString('hex')}${this.address.query}`;
  }

  /** @throws {NetworkError} see `dial` */
  async dial(): Promise<Wire> {
    const wire = await Wire.open(this.address.dial, this.#signal);
    this.#wires.push(wire);
    return wire;
  }

  /** Behind the handshake. */
  async greet(): Promise<{ readonly talk: Talk; readonly greeting: Connected['greeting'] }> {
    const wire = await this.dial();
    const greeting = await shakeHands(wire, ANSWER_MS);
    this.notes.connections += 1;
    return { talk: new Talk(wire), greeting };
  }

  /** @param object of connect, besides app and tcUrl */
  async connect(object: AmfObject = PUBLISHER): Promise<Connected> {
    const { talk, greeting } = await this.greet();
    const connectAnswer = await talk.connect(this.address.app, this.address.tcUrl, object);
    return { talk, greeting, connectAnswer };
  }

  async publish(name = this.newName()): Promise<OpenStream> {
    const { talk } = await this.connect();
    const streamId = await talk.createStream();
    await startPublishing(talk, streamId, name);
    return { talk, streamId, name };
  }

  /** @param args of play, behind the name */
  async play(name: string, ...args: readonly AmfValue[]): Promise<OpenStream> {
    const { talk } = await this.connect(PLAYER);
    const streamId = await talk.createStream();
    await startPlaying(talk, streamId, name, args);
    return { talk, streamId, name };
  }

  /** A stream that flows, and somebody who plays it. */
  async pair(): Promise<{ readonly publisher: OpenStream; readonly player: OpenStream }> {
    const publisher = await this.publish();
    sendHeaders(publisher);
    sendMedia(publisher, 'video', keyframe(FIRST_SEED), 0);
    await publisher.talk.fence();
    const player = await this.play(publisher.name);
    return { publisher, player };
  }

  /** The one publishing connection that several checks use one after the other; a new one if it was lost. */
  async session(): Promise<Connected & OpenStream> {
    if (this.#session === undefined || this.#session.talk.wire.end !== undefined) {
      const connected = await this.connect();
      const streamId = await connected.talk.createStream();
      this.#session = { ...connected, streamId, name: this.newName() };
    }
    return this.#session;
  }

  /** @throws the reason why the check has to end */
  async pause(waitMs: number): Promise<void> {
    await delay(waitMs, undefined, { signal: this.#signal }).catch(() => this.#signal.throwIfAborted());
  }

  close(): void {
    for (const wire of this.#wires.splice(0)) wire.close();
  }
}

const FIRST_SEED = 4711;

/** @throws {RejectedError} when the server says no */
export async function startPublishing(talk: Talk, streamId: number, name: string, type = 'live'): Promise<Status> {
  const from = talk.statuses().length;
  const id = talk.ask('publish', null, [name, type], { streamId });
  return started(talk, 'publish', from, id);
}

/** @throws {RejectedError} when the server says no */
export async function startPlaying(
  talk: Talk,
  streamId: number,
  name: string,
  args: readonly AmfValue[] = [],
): Promise<Status> {
  const from = talk.statuses().length;
  const id = talk.ask('play', null, [name, ...args], { streamId });
  return started(talk, 'play', from, id);
}

async function started(talk: Talk, role: 'publish' | 'play', from: number, id: number): Promise<Status> {
  const status = await talk.until(`status to ${role}`, () => {
    const answer = talk.answerTo(id);
    if (answer?.name === '_error') throw refusal(role, talk.statusIn(answer));
    return talk
      .statuses()
      .slice(from)
      .find((heard) => meaningOfStatus(heard, role, false) !== 'news');
  });
  if (meaningOfStatus(status, role, false) !== 'started') throw refusal(role, status);
  return status;
}

export function sendMedia(
  { talk, streamId }: OpenStream,
  kind: 'audio' | 'video',
  body: Uint8Array,
  timestampMs: number,
  how: Sending = {},
): void {
  talk.send({ type: kind, body }, { csid: kind === 'audio' ? 4 : 6, streamId, timestampField: timestampMs, ...how });
}

export function sendData({ talk, streamId }: OpenStream, ...values: readonly AmfValue[]): void {
  talk.send({ type: 'data', encoding: 'amf0', values }, { csid: 4, streamId });
}

/** Metadata and configurations, as every publisher begins. */
export function sendHeaders(stream: OpenStream): void {
  sendData(stream, '@setDataFrame', 'onMetaData', METADATA);
  sendMedia(stream, 'video', VIDEO_HEADER, 0);
  sendMedia(stream, 'audio', AUDIO_HEADER, 0);
}

/** Ends what is published or played, as well-behaved clients do. */
export function deleteStream({ talk, streamId }: OpenStream): void {
  talk.send(command('deleteStream', talk.nextTransactionId(), null, streamId));
}

export const STATUS = StatusCode;

function properties(role: 'publisher' | 'player'): AmfObject {
  const all = connectProperties({ app: '', tcUrl: '', role });
  return new Map([...all].filter(([name]) => name !== 'app' && name !== 'tcUrl'));
}
