import { describe, expect, it } from 'vitest';
import { encodeAmf0 } from '../../../src/amf/amf0-writer.js';
import { ProtocolError } from '../../../src/errors.js';
import type { ClientEvent } from '../../../src/rtmp/session/events.js';
import { errorOf } from '../../amf/thrown.js';
import { ClientDesk, playerAtCreateStream, playing } from './client-desk.js';
import { status } from './known-servers.js';
import { PeerWire } from './wire.js';

/** A chunk that goes on with a message which has not begun, on a chunk stream that was never used. */
const GARBAGE = Uint8Array.of(0xc0 | 13, 1, 2, 3);

describe('a server that breaks the protocol', () => {
  it.each<[string, (server: PeerWire) => PeerWire]>([
    ['chunk', (server) => server.raw(GARBAGE)],
    ['message', (server) => server.command(3, 0, '', 0)],
  ])('with a %s does not take with it what came before in the same read', (_, breakIt) => {
    const { desk, server } = playing();
    const bytes = breakIt(server.video(6, 1, 5, 0x17).audio(4, 1, 6, 0xaf))
      .audio(4, 1, 7, 0xaf)
      .take();
    const events: ClientEvent[] = [];
    expect(errorOf(() => desk.session.receive(bytes, 0, events))).toBeInstanceOf(ProtocolError);
    expect(events).toMatchObject([{ type: 'tags', tags: [{ timestampMs: 5 }, { timestampMs: 6 }] }]);
  });
});

describe('playing', () => {
  it.each<[string, (server: PeerWire) => unknown, readonly unknown[]]>([
    [
      'media without Play.Start is the go-ahead, and none of it is lost',
      (server) => server.video(6, 1, 5, 0x17).audio(4, 1, 6, 0xaf),
      [
        { type: 'playStarted', streamId: 1, status: { code: 'NetStream.Play.Start' } },
        { type: 'tags', tags: [{ timestampMs: 5 }, { timestampMs: 6 }] },
      ],
    ],
    [
      'media on another stream than the server said',
      (server) =>
        server
          .command(5, 5, 'onStatus', 0, null, status('NetStream.Play.Start'))
          .video(6, 0, 5, 0x17)
          .audio(4, 9, 6, 0xaf),
      [{ type: 'playStarted' }, { type: 'tags', tags: [{ kind: 'video' }, { kind: 'audio' }] }],
    ],
    [
      'StreamNotFound',
      (server) => server.command(5, 1, 'onStatus', 0, null, status('NetStream.Play.StreamNotFound', 'error')),
      [{ type: 'rejected', command: 'play', status: { code: 'NetStream.Play.StreamNotFound' } }],
    ],
    [
      '_error to play',
      (server) => server.command(3, 0, '_error', 3, null, status('NetStream.Play.Failed', 'error')),
      [{ type: 'rejected', command: 'play' }],
    ],
    ['_result to play is no start', (server) => server.command(3, 0, '_result', 3, null, null), []],
    [
      'the ends of what has not begun',
      (server) => server.userControl(1, 1).command(3, 0, 'deleteStream', 0, null, 1),
      [],
    ],
    [
      'the error of another call',
      (server) => server.command(3, 0, '_error', 2, null, status('NetConnection.Call.Failed', 'error')),
      [],
    ],
  ])('%s', (_, say, events) => {
    const { desk, server } = playerAtCreateStream();
    desk.hear(server.command(3, 0, '_result', 2, null, 1).take());
    say(server);
    desk.hear(server.take());
    expect(desk.events).toMatchObject(events);
    expect(desk.events).toHaveLength(events.length);
  });

  it.each<[string, (server: PeerWire) => unknown, string | undefined]>([
    ['StreamEOF', (server) => server.userControl(1, 1), 'StreamEOF'],
    ['StreamDry is no end', (server) => server.userControl(2, 1), undefined],
    ...['Play.Stop', 'Play.Complete', 'Play.UnpublishNotify'].map(
      (code): [string, (server: PeerWire) => unknown, string] => [
        code,
        (server) => server.command(5, 1, 'onStatus', 0, null, status(`NetStream.${code}`)),
        `NetStream.${code}`,
      ],
    ),
    ['onFCUnsubscribe', (server) => server.command(3, 0, 'onFCUnsubscribe', 0, null), 'onFCUnsubscribe'],
    ['FCUnpublish', (server) => server.command(3, 0, 'FCUnpublish', 0, null, 'key'), 'FCUnpublish'],
    ['deleteStream', (server) => server.command(3, 0, 'deleteStream', 0, null, 1), 'deleteStream'],
    ['close', (server) => server.command(3, 0, 'close', 0, null), 'close'],
    [
      'Connect.Closed',
      (server) => server.command(3, 0, 'onStatus', 0, null, status('NetConnection.Connect.Closed')),
      'NetConnection.Connect.Closed',
    ],
    [
      'onPlayStatus',
      (server) =>
        server.message(5, 15, 1, Uint8Array.of(0, ...encodeAmf0('onPlayStatus', status('NetStream.Play.Complete')))),
      'NetStream.Play.Complete',
    ],
  ])('ends by %s, once', (_, say, reason) => {
    const { desk, server } = playing();
    say(server);
    desk.hear(server.take());
    expect(desk.told()).toEqual(reason === undefined ? [] : [{ type: 'streamEnded', reason }]);
    say(server);
    desk.hear(server.take());
    expect(desk.told().filter(({ type }) => type === 'streamEnded')).toEqual([]);
  });

  it('does not end when it has paused, as nginx-rtmp would have it', () => {
    const { desk, server } = playing();
    desk.session.pause(true, 1500);
    desk.session.seek(0);
    desk.session.receiveAudio(false);
    desk.session.receiveVideo(true);
    expect(desk.output()).toEqual([
      'pause@1(4, null, true, 1500)',
      'seek@1(5, null, 0)',
      'receiveAudio@1(6, null, false)',
      'receiveVideo@1(7, null, true)',
    ]);
    server
      .command(5, 1, 'onStatus', 0, null, status('NetStream.Pause.Notify'))
      .userControl(1, 1)
      .command(5, 1, 'onStatus', 0, null, status('NetStream.Seek.Failed', 'error'));
    desk.hear(server.take());
    expect(desk.told().map(({ type }) => type)).toEqual(['status', 'status']);
    desk.session.pause(false, 1500);
    desk.hear(server.userControl(1, 1).take());
    expect(desk.told()).toEqual([{ type: 'streamEnded', reason: 'StreamEOF' }]);
  });

  it('is refused late', () => {
    const { desk, server } = playing();
    desk.hear(server.command(5, 1, 'onStatus', 0, null, status('NetStream.Play.FileStructureInvalid', 'error')).take());
    expect(desk.told()).toMatchObject([{ type: 'rejected', command: 'play' }]);
  });

  it.each<[Parameters<ClientDesk['session']['play']>[1], readonly string[]]>([
    [
      { start: { from: 'live' } },
      ['FCSubscribe(2, null, "key")', 'createStream(3, null)', 'play@1(4, null, "key", -1000)'],
    ],
    [
      { start: { from: 'recorded', positionMs: 2500 }, durationMs: 4000 },
      ['createStream(2, null)', 'play@1(3, null, "key", 2500, 4000)'],
    ],
    [
      { start: { from: 'live-or-recorded' }, reset: false },
      ['createStream(2, null)', 'play@1(3, null, "key", -2000, -1000, false)'],
    ],
  ])('asks for %j', (options, said) => {
    const desk = new ClientDesk('player');
    desk.session.play('key', options);
    const server = new PeerWire().handshake().command(3, 0, '_result', 1, null, null);
    server.command(3, 0, '_result', options.start.from === 'live' ? 3 : 2, null, 1);
    expect(desk.hear(server.take()).slice(2, -1)).toEqual(said);
  });

  it('asks for the length of a stream at any time', () => {
    const desk = new ClientDesk('player');
    desk.session.requestStreamLength('film');
    const server = new PeerWire().handshake().command(3, 0, '_result', 1, null, null);
    expect(desk.hear(server.take()).slice(2)).toEqual(['getStreamLength(2, null, "film")']);
    desk.session.requestStreamLength('other');
    server
      .command(3, 0, '_result', 2, null, 12.5)
      .command(3, 0, '_error', 3, null, null)
      .command(3, 0, '_result', 2, null, 13);
    desk.hear(server.take());
    expect(desk.told().slice(2)).toEqual([{ type: 'streamLength', seconds: 12.5 }]);
  });

  it('plays another stream on the same connection', () => {
    const { desk } = playing();
    desk.session.play('next', { start: { from: 'live' } });
    expect(desk.output()).toEqual(['play@1(4, null, "next", -1000)', 'userControl(3, 1, 3000)']);
    desk.session.close();
    expect(desk.output()).toEqual(['deleteStream(5, null, 1)']);
  });

  it('knows whether a message is under way', () => {
    const { desk, server } = playing();
    expect(desk.session.isMidMessage).toBe(false);
    const message = server.audio(4, 1, 0, 1, 2, 3).take();
    desk.hear(message.subarray(0, 14));
    expect(desk.session.isMidMessage).toBe(true);
    desk.hear(message.subarray(14));
    expect(desk.session.isMidMessage).toBe(false);
    expect(new ClientDesk('player').session.isMidMessage).toBe(true);
  });
});

it('throws nothing but ProtocolError for what a server gets wrong', () => {
  const { desk, server } = playing();
  const error = errorOf(() => desk.hear(server.message(3, 20, 0, Uint8Array.of(2, 0)).take()));
  expect(error).toBeInstanceOf(ProtocolError);
});
