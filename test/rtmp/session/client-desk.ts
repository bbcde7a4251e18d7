import { ClientSession, type ClientSessionOptions } from '../../../src/rtmp/session/client.js';
import type { ClientEvent } from '../../../src/rtmp/session/events.js';
import { OutputReader, plainEvents } from './readable.js';
import { RANDOM } from './server-desk.js';
import { PeerWire } from './wire.js';

/** A client session, what it says as lines, and what it hears as plain events. */
export class ClientDesk {
  readonly session: ClientSession;
  readonly events: ClientEvent[] = [];
  readonly #output = new OutputReader();

  constructor(role: 'publisher' | 'player', options: Partial<ClientSessionOptions> = {}) {
    this.session = new ClientSession({
      app: 'live',
      tcUrl: 'rtmp://h/live',
      role,
      random: RANDOM,
      timeMs: 0,
      ...options,
    });
    this.session.start();
  }

  /** Takes bytes of the server and gives what the client says to it, acknowledgements left out. */
  hear(bytes: Uint8Array, nowMs = 0): string[] {
    this.events.push(...this.session.receive(bytes, nowMs));
    return this.output();
  }

  output(): string[] {
    return this.#output.read(this.session.takeOutput()).filter((line) => !line.startsWith('acknowledgement'));
  }

  /** All events so far in comparable form, and forgets them. */
  told(): Record<string, unknown>[] {
    return plainEvents(this.events.splice(0));
  }
}

export const PUBLISHER_CONNECT =
  'connect(1, {"app":"live","type":"nonprivate","flashVer":"FMLE/3.0 (compatible; rtmpkit)","tcUrl":"rtmp://h/live"})';

export const PLAYER_CONNECT = `connect(1, ${JSON.stringify({
  app: 'live',
  fourCcList: ['avc1', 'hvc1', 'vvc1', 'av01', 'vp09', 'vp08', 'mp4a', 'Opus', 'fLaC', '.mp3', 'ac-3', 'ec-3'],
  flashVer: 'LNX 9,0,124,2',
  tcUrl: 'rtmp://h/live',
  fpad: false,
  capabilities: 15,
  audioCodecs: 4071,
  videoCodecs: 252,
  videoFunction: 1,
  capsEx: 14,
})})`;

/** What a publisher says to the answer of connect when no Set Peer Bandwidth came with it. */
export const PUBLISHER_GREETING = [
  'windowAckSize(2500000)',
  'setChunkSize(65536)',
  'releaseStream(2, null, "key")',
  'FCPublish(3, null, "key")',
  'createStream(4, null)',
];

export const PLAYER_GREETING = ['windowAckSize(2500000)', 'createStream(2, null)'];

/** A player of `key` and its server, connected: `createStream` has been sent and not been answered. */
export function playerAtCreateStream(): { desk: ClientDesk; server: PeerWire } {
  const desk = new ClientDesk('player');
  desk.session.play('key', { start: { from: 'live-or-recorded' } });
  return begun(desk);
}

export function publisherAtCreateStream(): { desk: ClientDesk; server: PeerWire } {
  const desk = new ClientDesk('publisher');
  desk.session.publish('key');
  return begun(desk);
}

function begun(desk: ClientDesk): { desk: ClientDesk; server: PeerWire } {
  const server = new PeerWire().handshake().command(3, 0, '_result', 1, null, null);
  desk.hear(server.take());
  desk.told();
  return { desk, server };
}

/** The same, and the stream has started. */
export function playing(): { desk: ClientDesk; server: PeerWire } {
  const { desk, server } = playerAtCreateStream();
  server.command(3, 0, '_result', 2, null, 1).audio(4, 1, 0, 1);
  desk.hear(server.take());
  desk.told();
  return { desk, server };
}

export function publishing(): { desk: ClientDesk; server: PeerWire } {
  const { desk, server } = publisherAtCreateStream();
  server.command(3, 0, '_result', 4, null, 1).command(3, 1, '_result', 5, null, null);
  desk.hear(server.take());
  desk.told();
  return { desk, server };
}
