import { describe, expect, it } from 'vitest';
import { amfObject } from '../../../src/amf/value.js';
import { ClientDesk, PLAYER_GREETING, PUBLISHER_CONNECT, PUBLISHER_GREETING } from './client-desk.js';
import { status } from './known-servers.js';
import { PeerWire } from './wire.js';

describe('answers to connect', () => {
  it.each<[string, (server: PeerWire) => unknown, object]>([
    [
      '_error with the information behind null',
      (server) => server.command(3, 0, '_error', 1, null, status('NetConnection.Connect.InvalidApp', 'error')),
      { code: 'NetConnection.Connect.InvalidApp', level: 'error' },
    ],
    [
      '_error with the information in place of the properties',
      (server) => server.command(3, 0, '_error', 1, status('NetConnection.Connect.Failed', 'error')),
      { code: 'NetConnection.Connect.Failed' },
    ],
    ['_error with nothing', (server) => server.command(3, 0, '_error', 1), { code: '', level: 'error' }],
    [
      '_error with another id',
      (server) => server.command(3, 0, '_error', 9, null, status('NetConnection.Connect.Rejected', 'error')),
      { code: 'NetConnection.Connect.Rejected' },
    ],
    [
      '_result that says error',
      (server) => server.command(3, 0, '_result', 1, null, status('NetConnection.Connect.Rejected', 'error')),
      { code: 'NetConnection.Connect.Rejected' },
    ],
    [
      'onStatus on stream 0, as SRS refuses',
      (server) => server.command(3, 0, 'onStatus', 0, null, status('NetConnection.Connect.Rejected', 'error')),
      { code: 'NetConnection.Connect.Rejected' },
    ],
    [
      'Connect.Closed of level status',
      (server) => server.command(3, 0, 'onStatus', 0, null, status('NetConnection.Connect.Closed')),
      { code: 'NetConnection.Connect.Closed' },
    ],
    ['close', (server) => server.command(3, 0, 'close', 0, null), { code: 'NetConnection.Connect.Closed' }],
  ])('%s: rejected', (_, say, expected) => {
    const desk = new ClientDesk('publisher');
    desk.session.publish('key');
    const server = new PeerWire().handshake();
    say(server);
    // Whatever comes behind it is of no interest.
    server.command(3, 0, '_result', 1, null, null).command(3, 0, '_result', 4, null, 1).command(3, 0, 'ping', 3, null);
    expect(desk.hear(server.take())).toEqual([PUBLISHER_CONNECT]);
    const [, ...events] = desk.told();
    expect(events).toMatchObject([{ type: 'rejected', command: 'connect', status: expected }]);
    expect(events).toHaveLength(1);
  });

  it('keeps what authentication and redirects need', () => {
    const desk = new ClientDesk('publisher');
    const words = '[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=u&salt=s&challenge=c&opaque=o';
    const information = amfObject({
      level: 'error',
      code: 'NetConnection.Connect.Rejected',
      description: words,
      ex: amfObject({ code: 302, redirect: 'rtmp://other/live' }),
    });
    desk.hear(new PeerWire().handshake().command(3, 0, '_error', 1, null, information).take());
    expect(desk.events[1]).toMatchObject({ status: { description: words }, information });
  });

  it('takes a _result with another id or no objects for an answer, and hears statuses before it', () => {
    const desk = new ClientDesk('player');
    const server = new PeerWire()
      .handshake()
      .command(3, 0, 'onStatus', 0, null, status('NetConnection.Connect.Success'))
      .command(3, 0, '_result', 7);
    desk.session.play('key', { start: { from: 'live-or-recorded' } });
    expect(desk.hear(server.take()).slice(1)).toEqual(PLAYER_GREETING);
    expect(desk.told().slice(1)).toMatchObject([
      { type: 'status', status: { code: 'NetConnection.Connect.Success' } },
      { type: 'connected', properties: {}, information: {} },
    ]);
  });

  it('may name itself and bring properties of its own', () => {
    const desk = new ClientDesk('publisher', {
      app: 'live?authmod=adobe&user=u',
      flashVer: 'other',
      extraProperties: amfObject({ type: 'private', fourCcList: ['*'] }),
    });
    expect(desk.hear(new PeerWire().handshake().take())).toEqual([
      'connect(1, {"app":"live?authmod=adobe&user=u","type":"private","flashVer":"other","tcUrl":"rtmp://h/live","fourCcList":["*"]})',
    ]);
  });
});

it('greets a server that sends all it has to say at once', () => {
  const desk = new ClientDesk('publisher');
  desk.session.publish('key');
  const server = new PeerWire()
    .handshake()
    .command(3, 0, '_result', 1, null, null)
    .command(3, 0, '_result', 4, null, 1)
    .command(5, 1, 'onStatus', 0, null, status('NetStream.Publish.Start'));
  expect(desk.hear(server.take())).toEqual([
    PUBLISHER_CONNECT,
    ...PUBLISHER_GREETING,
    'publish@1(5, null, "key", "live")',
  ]);
});
