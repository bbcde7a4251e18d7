import { describe, expect, it } from 'vitest';
import { amfObject } from '../../../src/amf/value.js';
import { ClientSession } from '../../../src/rtmp/session/client.js';
import type { ClientEvent } from '../../../src/rtmp/session/events.js';
import { OutputReader } from './readable.js';
import { CONNECT, RANDOM, ServerDesk } from './server-desk.js';
import { PeerWire } from './wire.js';

/** E-RTMP v2, "Reconnect Request": an onStatus on stream 0 to clients whose capsEx has bit 0x01. */
describe('a server that wants its clients elsewhere', () => {
  function connected(capsEx?: number): ServerDesk {
    const desk = new ServerDesk();
    const said = capsEx === undefined ? CONNECT : amfObject({ ...Object.fromEntries(CONNECT), capsEx });
    desk.answer(new PeerWire().handshake().command(3, 0, 'connect', 1, said).take());
    return desk;
  }

  it.each([
    [undefined, 'onStatus(0, null, NetConnection.Connect.ReconnectRequest)'],
    [
      'rtmp://other/live',
      'onStatus(0, null, {"level":"status","code":"NetConnection.Connect.ReconnectRequest","tcUrl":"rtmp://other/live"})',
    ],
  ])('says so (%s)', (tcUrl, line) => {
    const desk = connected(15);
    expect(desk.session.requestReconnect('maintenance', tcUrl)).toBe(true);
    expect(desk.output().map((text) => text.replace(/"description":"[^"]*",?/, '').replace(',}', '}'))).toEqual([line]);
  });

  it.each([[undefined], [0], [14]])('does not say so to a client with capsEx %s', (capsEx) => {
    const desk = connected(capsEx);
    expect(desk.session.requestReconnect('maintenance')).toBe(false);
    expect(desk.output()).toEqual([]);
  });

  it('does not say so to one who is not in yet', () => {
    const desk = new ServerDesk();
    expect(desk.session.requestReconnect('maintenance')).toBe(false);
    expect(desk.output()).toEqual([]);
  });
});

describe('a client', () => {
  const common = { app: 'live', tcUrl: 'rtmp://h/live', random: RANDOM, timeMs: 0 };

  function connectLine(options: ConstructorParameters<typeof ClientSession>[0]): string {
    const session = new ClientSession(options);
    const reader = new OutputReader();
    session.start();
    reader.read(session.takeOutput());
    session.receive(new PeerWire().handshake().take(), 0);
    return reader.read(session.takeOutput()).join('\n');
  }

  it.each(['publisher', 'player'] as const)('says whether it would follow, as %s', (role) => {
    expect(connectLine({ ...common, role, followsReconnectRequests: true })).toContain('"capsEx":15');
    expect(connectLine({ ...common, role })).not.toContain('"capsEx":15');
  });

  it('hears the request as a status, while its stream goes on', () => {
    const session = new ClientSession({ ...common, role: 'player', followsReconnectRequests: true });
    session.start();
    session.play('key', { start: { from: 'live' } });
    const server = new PeerWire().handshake();
    const status = (code: string, more = {}) => amfObject({ level: 'status', code, ...more });
    server
      .command(3, 0, '_result', 1, null, status('NetConnection.Connect.Success'))
      .command(3, 0, '_result', 3, null, 1)
      .command(5, 1, 'onStatus', 0, null, status('NetStream.Play.Start'))
      .command(3, 0, 'onStatus', 0, null, status('NetConnection.Connect.ReconnectRequest', { tcUrl: '/backup' }))
      .audio(4, 1, 7, 0xaf);
    const events: ClientEvent[] = session.receive(server.take(), 0);
    expect(events.map(({ type }) => type)).toEqual(['handshaken', 'connected', 'playStarted', 'status', 'tags']);
    const [request] = events.filter((event) => event.type === 'status');
    expect(request?.information.get('tcUrl')).toBe('/backup');
  });
});
