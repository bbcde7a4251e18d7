import { describe, expect, it } from 'vitest';
import { encodeAmf0 } from '../../../src/amf/amf0-writer.js';
import { amfObject, ecmaArray } from '../../../src/amf/value.js';
import { RtmpkitError } from '../../../src/errors.js';
import { errorOf } from '../../amf/thrown.js';
import { ClientDesk, publisherAtCreateStream, publishing } from './client-desk.js';
import { status } from './known-servers.js';
import { PeerWire } from './wire.js';

describe('publishing', () => {
  it.each<[string, (server: PeerWire) => unknown, readonly unknown[]]>([
    [
      '_result in place of Publish.Start, which then comes too',
      (server) =>
        server
          .command(3, 0, '_result', 5, null, null)
          .command(5, 1, 'onStatus', 5, null, status('NetStream.Publish.Start')),
      [{ type: 'publishStarted', streamId: 1 }, { type: 'status' }],
    ],
    [
      'onStatus before _result',
      (server) =>
        server
          .command(5, 1, 'onStatus', 0, null, status('NetStream.Publish.Start'))
          .command(3, 0, '_result', 5, null, null),
      [{ type: 'publishStarted', streamId: 1 }],
    ],
    [
      'BadName on the stream',
      (server) => server.command(5, 1, 'onStatus', 0, null, status('NetStream.Publish.BadName', 'error')),
      [
        {
          type: 'rejected',
          command: 'publish',
          status: { code: 'NetStream.Publish.BadName', description: 'as it says' },
        },
      ],
    ],
    [
      'any error on any stream',
      (server) => server.command(5, 0, 'onStatus', 5, null, status('Something.New', 'error')),
      [{ type: 'rejected', command: 'publish', status: { code: 'Something.New' } }],
    ],
    [
      '_error to publish',
      (server) => server.command(3, 0, '_error', 5, null, 'no'),
      [{ type: 'rejected', command: 'publish', status: { level: 'error', code: '', description: 'no' } }],
    ],
    [
      'a warning is no refusal',
      (server) => server.command(5, 1, 'onStatus', 0, null, status('NetStream.Play.InsufficientBW', 'warning')),
      [{ type: 'status', status: { level: 'warning' } }],
    ],
    [
      'errors to FMLE commands and unknown calls are ignored',
      (server) =>
        server
          .command(3, 0, '_error', 2, null, status('NetConnection.Call.Failed', 'error'))
          .command(3, 0, '_error', 3, null, status('NetConnection.Call.Failed', 'error'))
          .command(3, 0, '_error', 99, null)
          .command(3, 0, '_result', 98, null)
          .command(3, 0, 'somethingNew', 97, null),
      [],
    ],
    [
      'close before the start',
      (server) => server.command(3, 0, 'close', 0, null),
      [{ type: 'rejected', command: 'publish', status: { code: 'NetConnection.Connect.Closed' } }],
    ],
    ['media that a server sends to a publisher', (server) => server.audio(4, 1, 0, 1).userControl(1, 1), []],
  ])('%s', (_, say, events) => {
    const { desk, server } = publisherAtCreateStream();
    desk.hear(server.command(3, 0, '_result', 4, null, 1).take());
    say(server);
    expect(desk.hear(server.take())).toEqual([]);
    expect(desk.told()).toMatchObject(events);
    expect(desk.told()).toHaveLength(0);
  });

  it.each<[string, (server: PeerWire) => unknown, readonly unknown[]]>([
    [
      'thrown out by name',
      (server) => server.command(5, 1, 'onStatus', 0, null, status('NetStream.Publish.Denied', 'error')),
      [{ type: 'rejected', command: 'publish', status: { code: 'NetStream.Publish.Denied' } }],
    ],
    [
      'a failing recorder is news',
      (server) => server.command(5, 1, 'onStatus', 0, null, status('NetStream.Record.Failed', 'error')),
      [{ type: 'status', status: { code: 'NetStream.Record.Failed' } }],
    ],
    [
      'unpublished by the server',
      (server) => server.command(5, 1, 'onStatus', 0, null, status('NetStream.Unpublish.Success')),
      [{ type: 'streamEnded', reason: 'NetStream.Unpublish.Success' }],
    ],
    ['close', (server) => server.command(3, 0, 'close', 0, null), [{ type: 'streamEnded', reason: 'close' }]],
    [
      'asked to connect elsewhere',
      (server) =>
        server.command(
          3,
          0,
          'onStatus',
          0,
          null,
          status('NetConnection.Connect.ReconnectRequest', 'status', { tcUrl: '//other/live' }),
        ),
      [{ type: 'status', information: { tcUrl: '//other/live' } }],
    ],
  ])('while it runs: %s', (_, say, events) => {
    const { desk, server } = publishing();
    say(server);
    desk.hear(server.take());
    expect(desk.told()).toMatchObject(events);
  });

  it.each<[unknown, number]>([
    [0, 0],
    [7, 7],
    [null, 1],
    ['x', 1],
  ])('takes stream id %j for %i', (given, streamId) => {
    const { desk, server } = publisherAtCreateStream();
    const answer = server.command(3, 0, '_result', 4, null, given as number).take();
    const at = streamId === 0 ? '' : `@${streamId}`;
    expect(desk.hear(answer)).toEqual([`publish${at}(5, null, "key", "live")`]);
  });

  it('may be asked for later, on the role of a player too, and again after a refusal', () => {
    const desk = new ClientDesk('player');
    const server = new PeerWire().handshake().command(3, 0, '_result', 1, null, null);
    desk.hear(server.take());
    desk.session.publish('key', 'append');
    expect(desk.output()).toEqual([
      'releaseStream(2, null, "key")',
      'FCPublish(3, null, "key")',
      'createStream(4, null)',
    ]);
    desk.hear(server.command(3, 0, '_error', 4, null, null).take());
    desk.session.publish('key', 'append');
    desk.output();
    desk.hear(server.command(3, 0, '_result', 7, null, 1).command(3, 0, '_error', 8, null, null).take());
    expect(desk.told().slice(2)).toMatchObject([
      { type: 'rejected', command: 'createStream' },
      { type: 'rejected', command: 'publish' },
    ]);
    desk.session.publish('key2');
    expect(desk.output()).toEqual(['publish@1(9, null, "key2", "live")']);
  });

  it('says goodbye, and hears no more of the stream', () => {
    const { desk, server } = publishing();
    desk.session.close();
    expect(desk.output()).toEqual(['FCUnpublish(6, null, "key")', 'deleteStream(7, null, 1)']);
    desk.session.close();
    expect(desk.output()).toEqual([]);
    desk.hear(server.command(5, 1, 'onStatus', 0, null, status('NetStream.Unpublish.Success')).take());
    expect(desk.told()).toMatchObject([{ type: 'status' }]);
  });

  it('has nothing to say goodbye to before the stream is there', () => {
    const { desk, server } = publisherAtCreateStream();
    desk.session.close();
    expect(desk.hear(server.command(3, 0, '_result', 4, null, 1).take())).toEqual([]);
  });

  it('sends data, and metadata with @setDataFrame in front', () => {
    const { desk } = publishing();
    desk.session.sendData(['onChat', amfObject({ text: 'hello' })]);
    expect(desk.output()).toEqual(['data@1("onChat", {"text":"hello"})']);
    const metadata = { kind: 'data', timestampMs: 0, body: encodeAmf0('onMetaData', ecmaArray({ width: 2 })) } as const;
    const cue = { kind: 'data', timestampMs: 0, body: encodeAmf0('onCuePoint', null) } as const;
    const format = desk.session.mediaFormat();
    expect(format.key).not.toBe('rtmp/65536/1');
    const wire = Buffer.from(format.encode([metadata, cue])).toString('latin1');
    expect(wire).toContain('\x02\x00\x0d@setDataFrame\x02\x00\x0aonMetaData');
    expect(wire).not.toContain('@setDataFrame\x02\x00\x0aonCuePoint');
  });

  it('has no stream to speak of before the server has given one', () => {
    const { desk } = publisherAtCreateStream();
    expect(errorOf(() => desk.session.mediaFormat())).toBeInstanceOf(RtmpkitError);
    expect(errorOf(() => desk.session.pause(true, 0))).toBeInstanceOf(RtmpkitError);
  });
});
