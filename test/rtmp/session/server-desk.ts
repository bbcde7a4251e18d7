import { expect } from 'vitest';
import { amfObject } from '../../../src/amf/value.js';
import type { ServerEvent } from '../../../src/rtmp/session/events.js';
import type { SessionLimits } from '../../../src/rtmp/session/limits.js';
import { ServerSession, type ServerSessionOptions } from '../../../src/rtmp/session/server.js';
import { OutputReader, plainEvents, withoutDescription } from './readable.js';
import { PeerWire } from './wire.js';

export const RANDOM = new Uint8Array(3072).fill(7);

/** A server session with somebody behind it who says yes to everything at once, and ends nothing. */
export class ServerDesk {
  readonly session: ServerSession;
  readonly events: ServerEvent[] = [];
  readonly #output = new OutputReader();

  constructor(limits: ServerSessionOptions['limits'] = {}) {
    this.session = new ServerSession({ random: RANDOM, timeMs: 0, limits });
  }

  /** Takes bytes and gives the answers as lines, acknowledgements left out. */
  answer(bytes: Uint8Array, nowMs = 0): string[] {
    const events = this.session.receive(bytes, nowMs);
    this.events.push(...events);
    for (const event of events) {
      this.#decide(event);
    }
    return this.output();
  }

  output(): string[] {
    const lines = this.#output.read(this.session.takeOutput());
    return withoutDescription(lines.filter((line) => !line.startsWith('acknowledgement')));
  }

  /** All events so far in comparable form. */
  get told(): Record<string, unknown>[] {
    return plainEvents(this.events);
  }

  /** The events of these types only. */
  toldOf(...types: readonly ServerEvent['type'][]): Record<string, unknown>[] {
    return this.told.filter(({ type }) => (types as readonly unknown[]).includes(type));
  }

  #decide(event: ServerEvent): void {
    switch (event.type) {
      case 'connectRequest':
        return this.session.acceptConnect();
      case 'publishRequest':
        return this.session.acceptPublish(event.streamId);
      case 'playRequest':
        return this.session.acceptPlay(event.streamId);
      case 'streamLengthRequest':
        return this.session.answerStreamLength(event.transactionId, 0);
    }
  }
}

/** What every accepted connect is answered with. */
export const CONNECT_ANSWER = [
  'windowAckSize(2500000)',
  'setPeerBandwidth(2500000, 2)',
  'setChunkSize(65536)',
  '_result(1, {"fmsVer":"FMS/3,0,1,123","capabilities":31,"fourCcList":["*"],"videoFourCcInfoMap":{"*":4},"audioFourCcInfoMap":{"*":4},"capsEx":15}, {"level":"status","code":"NetConnection.Connect.Success","description":"Connection succeeded.","objectEncoding":0})',
];

export const CONNECT = amfObject({ app: 'live', flashVer: 'LNX 9,0,124,2', tcUrl: 'rtmp://h/live' });

/** A desk whose client has connected and opened streams 1 and 2. */
export function connected(limits: Partial<SessionLimits> = {}): { desk: ServerDesk; peer: PeerWire } {
  const desk = new ServerDesk(limits);
  const peer = new PeerWire().handshake();
  peer
    .command(3, 0, 'connect', 1, CONNECT)
    .command(3, 0, 'createStream', 2, null)
    .command(3, 0, 'createStream', 3, null);
  expect(desk.answer(peer.take())).toEqual([...CONNECT_ANSWER, '_result(2, null, 1)', '_result(3, null, 2)']);
  desk.events.length = 0;
  return { desk, peer };
}
