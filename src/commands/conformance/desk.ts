import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type AmfObject, type AmfValue, isAmfObject } from '../../amf/value.js';
import type { LinkWatch } from '../../endpoint/rtmp-opening.js';
import { NetworkError, type RtmpkitError } from '../../errors.js';
import { Deadline } from '../../net/deadline.js';
import type { DialTarget } from '../../net/dial.js';
import type { WireObserver } from '../../net/pump.js';
import type { Credentials } from '../../rtmp/auth/credentials.js';
import { type AuthState, nextAuthStep } from '../../rtmp/auth/negotiation.js';
import { type Command, command } from '../../rtmp/message/command.js';
import { connectProperties } from '../../rtmp/session/client-connect.js';
import { rejectionToError } from '../../rtmp/session/rejection.js';
import { type Status, StatusCode } from '../../rtmp/session/status.js';
import { meaningOfStatus } from '../../rtmp/session/status-meaning.js';
import type { RtmpUrl } from '../../rtmp/url.js';
import { type GreetingAnswer, shakeHands } from './greet.js';
import { AUDIO_HEADER, keyframe, METADATA, VIDEO_HEADER } from './media.js';
import { ANSWER_MS, type Sending, Talk } from './talk.js';
import { Wire } from './wire.js';

/** Where the server is, and how it is spoken to. */
export interface ServerAddress extends Pick<RtmpUrl, 'app' | 'tcUrl' | 'redacted'> {
  readonly dial: DialTarget;
  /** Of the stream's name, with its question mark: a token may stand there. */
  readonly query: string;
  readonly credentials: Credentials | undefined;
}

/** What is found out on the way and tells later checks what they may expect. */
export interface ServerNotes {
  /** Connections that got through the handshake. */
  connections: number;
  /** In its own words. */
  publishRefusal: string | undefined;
  /** It refuses connects until one brings the answer to its challenge. */
  wantsLogin: boolean;
}

/** Looks at a server while a connection is opened. */
export interface ServerWatch extends LinkWatch {
  observe(): WireObserver;
}

/** A connection that is open for commands. */
export interface Connected {
  readonly talk: Talk;
  readonly greeting: GreetingAnswer & { readonly c1: Uint8Array };
  readonly connectAnswer: Command;
}

/** How far a login has come, and what it puts behind app and tcUrl. */
interface Login {
  readonly state: AuthState;
  readonly suffix: string;
}

/** A stream that is published or played. */
export interface OpenStream {
  readonly talk: Talk;
  readonly streamId: number;
  readonly name: string;
}

const PUBLISHER: AmfObject = properties('publisher');
const PLAYER: AmfObject = properties('player');

const DIAL_MS = 5_000;

/** Gives a check its connections, and closes them when it is done. */
export class CheckDesk {
  readonly address: ServerAddress;
  readonly notes: ServerNotes;
  readonly #signal: AbortSignal;
  readonly #wires: Wire[] = [];
  #session: (Connected & OpenStream) | undefined;
  #watch: ServerWatch | undefined;

  /** @param watch looks at the first connection */
  constructor(address: ServerAddress, notes: ServerNotes, signal: AbortSignal, watch?: ServerWatch) {
    this.#watch = watch;
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
    const { host, port } = this.address.dial;
    const deadline = new Deadline(DIAL_MS, this.#signal, () => {
      return new NetworkError('ERR_TIMEOUT', `no connection to ${host} port ${port} in ${DIAL_MS / 1000} s`, {
        stage: 'tcp',
      });
    });
    try {
      const wire = await Wire.open(this.address.dial, { dialSignal: deadline.signal, signal: this.#signal });
      this.#wires.push(wire);
      return wire;
    } finally {
      deadline.clear();
    }
  }

  /** Behind the handshake. */
  async greet(): Promise<{ readonly talk: Talk; readonly greeting: Connected['greeting'] }> {
    const wire = await this.dial();
    wire.observer = this.#watch?.observe();
    this.#watch?.dialed({ ...wire.address, tls: wire.tls });
    const greeting = await shakeHands(wire, ANSWER_MS);
    this.#watch?.heard({ type: 'handshaken', scheme: 'simple' });
    this.notes.connections += 1;
    return { talk: new Talk(wire), greeting };
  }

  /**
   * A server that wants user and password refuses twice on the way, and gets a new connection each time.
   *
   * @param object of connect, besides app and tcUrl
   */
  async connect(object: AmfObject = PUBLISHER): Promise<Connected> {
    const { app, tcUrl } = this.address;
    let login: Login = { state: 'anonymous', suffix: '' };
    for (;;) {
      const { talk, greeting } = await this.greet();
      const connectAnswer = await talk.connect(app + login.suffix, tcUrl + login.suffix, object);
      if (connectAnswer.name !== '_error') {
        this.#connected(connectAnswer);
        return { talk, greeting, connectAnswer };
      }
      login = this.#nextLogin(talk.statusIn(connectAnswer), login.state);
      talk.wire.close();
    }
  }

  #connected({ commandObject: properties, args }: Command): void {
    this.#watch?.heard({
      type: 'connected',
      properties: objectOrEmpty(properties),
      information: objectOrEmpty(args[0]),
    });
    this.#watch = undefined; // the first connection has shown it
  }

  /** @throws {RejectedError} when there is none */
  #nextLogin(refusal: Status, state: AuthState): Login {
    const { app, credentials, query: streamName } = this.address;
    const step = nextAuthStep({ state, description: refusal.description, credentials, app, random: randomBytes(4) });
    if (step?.type !== 'reconnect') {
      throw step?.error ?? rejectionToError('connect', refusal, { ...this.address, streamName });
    }
    this.notes.wantsLogin = true;
    return step;
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
  async pair(startMs = 0): Promise<{ readonly publisher: OpenStream; readonly player: OpenStream }> {
    const publisher = await this.publish();
    sendHeaders(publisher, startMs);
    sendMedia(publisher, 'video', keyframe(FIRST_SEED), startMs);
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

  /** The next check gets another one. */
  endSession(): void {
    this.#session?.talk.wire.close();
    this.#session = undefined;
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
const HIDDEN_NAME = 'a name of ours';

/** @throws {RejectedError} when the server says no */
export async function startPublishing(talk: Talk, streamId: number, name: string, type = 'live'): Promise<Status> {
  const from = talk.statuses().length;
  const id = talk.ask('publish', null, [name, type], { streamId });
  return started(talk, { role: 'publish', name, from, id });
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
  return started(talk, { role: 'play', name, from, id });
}

/** What was asked for. */
interface Start {
  readonly role: 'publish' | 'play';
  readonly name: string;
  /** Number of the call. */
  readonly id: number;
  /** Statuses that came before it. */
  readonly from: number;
}

async function started(talk: Talk, { role, name, from, id }: Start): Promise<Status> {
  const refusal = (status: Status): RtmpkitError =>
    rejectionToError(role, status, { app: '', streamName: name, redacted: HIDDEN_NAME });
  const status = await talk.until(`status to ${role}`, () => {
    const answer = talk.answerTo(id);
    if (answer?.name === '_error') throw refusal(talk.statusIn(answer));
    return talk
      .statuses()
      .slice(from)
      .find((heard) => meaningOfStatus(heard, role, false) !== 'news');
  });
  if (meaningOfStatus(status, role, false) !== 'started') throw refusal(status);
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
export function sendHeaders(stream: OpenStream, startMs = 0): void {
  sendData(stream, '@setDataFrame', 'onMetaData', METADATA);
  sendMedia(stream, 'video', VIDEO_HEADER, startMs);
  sendMedia(stream, 'audio', AUDIO_HEADER, startMs);
}

/** Ends what is published or played, as well-behaved clients do. */
export function deleteStream({ talk, streamId }: OpenStream): void {
  talk.send(command('deleteStream', talk.nextTransactionId(), null, streamId));
}

export const STATUS = StatusCode;

function objectOrEmpty(value: AmfValue): AmfObject {
  return isAmfObject(value) ? value : new Map();
}

function properties(role: 'publisher' | 'player'): AmfObject {
  const all = connectProperties({ app: '', tcUrl: '', role });
  return new Map([...all].filter(([name]) => name !== 'app' && name !== 'tcUrl'));
}
