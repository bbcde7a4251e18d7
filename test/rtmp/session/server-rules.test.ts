import { describe, expect, it } from 'vitest';
import { amfObject } from '../../../src/amf/value.js';
import type { ServerEvent } from '../../../src/rtmp/session/events.js';
import { ServerSession } from '../../../src/rtmp/session/server.js';
import { errorStatus, StatusCode } from '../../../src/rtmp/session/status.js';
import { errorOf } from '../../amf/thrown.js';
import { playAnswer, publishAnswer } from './known-client.js';
import { OutputReader, plainEvents, withoutDescription } from './readable.js';
import { CONNECT, CONNECT_ANSWER, connected, RANDOM, ServerDesk } from './server-desk.js';
import { PeerWire } from './wire.js';

describe('a client that breaks the protocol', () => {
  it('does not take with it what it published in the same read', () => {
    const { desk, peer } = connected();
    desk.answer(peer.command(3, 1, 'publish', 4, null, 'key', 'live').take());
    const events: ServerEvent[] = [];
    const bytes = peer
      .audio(4, 1, 7, 0xaf)
      .audio(4, 1, 8, 0xaf)
      .raw(Uint8Array.of(0xc0 | 13, 1, 2))
      .take();
    expect(errorOf(() => desk.session.receive(bytes, 0, events))).toMatchObject({ code: 'ERR_CHUNK' });
    expect(events).toMatchObject([{ type: 'tags', streamId: 1, tags: [{ timestampMs: 7 }, { timestampMs: 8 }] }]);
  });

  it('is told of the first thing that is wrong', () => {
    const { desk, peer } = connected();
    const bytes = peer
      .command(3, 0, '', 0)
      .raw(Uint8Array.of(0xc0 | 13, 1, 2))
      .take();
    expect(errorOf(() => desk.session.receive(bytes, 0))).toMatchObject({ code: 'ERR_MESSAGE' });
  });
});

describe('commands out of order', () => {
  it.each<[string, (peer: PeerWire) => unknown, readonly string[], readonly unknown[]]>([
    [
      'a second connect is refused and changes nothing',
      (peer) => peer.command(3, 0, 'connect', 4, CONNECT),
      ['_error(4, null, error NetConnection.Call.Failed)'],
      [],
    ],
    [
      'publish on stream 0 is refused',
      (peer) => peer.command(3, 0, 'publish', 4, null, 'key', 'live'),
      ['onStatus(0, null, error NetStream.Failed)'],
      [],
    ],
    [
      'play on stream 0 is refused',
      (peer) => peer.command(3, 0, 'play', 4, null, 'key'),
      ['onStatus(0, null, error NetStream.Failed)'],
      [],
    ],
    [
      'publish on a stream that was not created opens it',
      (peer) => peer.command(3, 5, 'publish', 4, null, 'key', 'live'),
      publishAnswer(5),
      [{ type: 'publishRequest', streamId: 5, streamName: 'key', publishType: 'live' }],
    ],
    [
      'a second publish on the stream is refused, the first goes on',
      (peer) =>
        peer
          .command(3, 1, 'publish', 4, null, 'key', 'record')
          .command(3, 1, 'publish', 5, null, 'other', 'live')
          .audio(4, 1, 7, 0xaf),
      ['onStatus@1(0, null, error NetStream.Publish.BadName)', ...publishAnswer()],
      [
        { type: 'publishRequest', streamId: 1, streamName: 'key', publishType: 'record' },
        { type: 'tags', streamId: 1, tags: [{ kind: 'audio', timestampMs: 7, body: 'af' }] },
      ],
    ],
    [
      'FCUnpublish alone ends the publish, and what follows is dropped',
      (peer) =>
        peer
          .command(3, 1, 'publish', 4, null, 'key', 'live')
          .audio(4, 1, 7, 0xaf)
          .command(3, 0, 'FCUnpublish', 5, null, 'key')
          .audio(4, 1, 8, 0xaf)
          .command(3, 0, 'deleteStream', 6, null, 1),
      ['_result(5, null)'],
      [
        { type: 'publishRequest', streamId: 1, streamName: 'key', publishType: 'live' },
        { type: 'tags', streamId: 1, tags: [{ kind: 'audio', timestampMs: 7, body: 'af' }] },
        { type: 'streamClosed', streamId: 1 },
      ],
    ],
    [
      'FCUnpublish for another name, or for one that is played, ends nothing',
      (peer) =>
        peer
          .command(3, 1, 'play', 4, null, 'key')
          .command(3, 0, 'FCUnpublish', 5, null, 'key')
          .command(3, 0, 'FCUnpublish', 6, null, 'other'),
      ['_result(5, null)', '_result(6, null)', ...playAnswer()],
      [{ type: 'playRequest', streamId: 1, streamName: 'key', start: { from: 'live-or-recorded' }, reset: true }],
    ],
    [
      'play on a publishing stream is refused, the publish goes on',
      (peer) => peer.command(3, 1, 'publish', 4, null, 'key', 'append').command(3, 1, 'play', 5, null, 'key'),
      ['onStatus@1(0, null, error NetStream.Play.Failed)', ...publishAnswer()],
      [{ type: 'publishRequest', streamId: 1, streamName: 'key', publishType: 'append' }],
    ],
    [
      'publish on a playing stream is refused, the play goes on',
      (peer) => peer.command(3, 1, 'play', 4, null, 'key').command(3, 1, 'publish', 5, null, 'key'),
      ['onStatus@1(0, null, error NetStream.Publish.BadName)', ...playAnswer()],
      [{ type: 'playRequest', streamId: 1, streamName: 'key', start: { from: 'live-or-recorded' }, reset: true }],
    ],
    [
      'media for a stream that is not published is dropped',
      (peer) =>
        peer
          .audio(4, 0, 0, 0xaf)
          .audio(4, 1, 0, 0xaf)
          .video(6, 77, 0, 0x17)
          .data(8, 2, 'onMetaData', null)
          .command(3, 2, 'play', 4, null, 'key')
          .video(6, 2, 0, 0x17),
      playAnswer(2),
      [{ type: 'playRequest', streamId: 2, streamName: 'key', start: { from: 'live-or-recorded' }, reset: true }],
    ],
    [
      'deleteStream of what is not there does nothing',
      (peer) =>
        peer
          .command(3, 0, 'deleteStream', 4, null, 9)
          .command(3, 0, 'deleteStream', 0, null, 'nobody')
          .command(3, 0, 'deleteStream', 0, null)
          .command(3, 0, 'deleteStream', 0, null, 2)
          .command(3, 1, 'closeStream', 0, null),
      [],
      [],
    ],
    [
      'deleteStream without an id on a stream means that stream',
      (peer) => peer.command(3, 2, 'play', 4, null, 'key').command(3, 2, 'deleteStream', 0, null),
      [],
      [
        { type: 'playRequest', streamId: 2, streamName: 'key', start: { from: 'live-or-recorded' }, reset: true },
        { type: 'streamClosed', streamId: 2 },
      ],
    ],
    [
      'pause, seek and receiveAudio on a stream that does not play are refused if an answer is wanted',
      (peer) =>
        peer
          .command(3, 1, 'pause', 4, null, true, 0)
          .command(3, 1, 'seek', 5, null, 0)
          .command(3, 1, 'receiveAudio', 6, null, false)
          .command(3, 1, 'receiveVideo', 0, null, false),
      [4, 5, 6].map((id) => `_error(${id}, null, error NetConnection.Call.Failed)`),
      [],
    ],
    [
      'FMLE calls are answered, unknown ones refused, those with id 0 neither',
      (peer) =>
        peer
          .command(3, 0, '_checkbw', 4, null)
          .command(3, 0, 'FCUnsubscribe', 5, null, 'key')
          .command(3, 0, 'anything', 6, null)
          .command(3, 0, 'anything', 0, null)
          .command(3, 0, 'FCPublish', 0, null, 'key')
          .command(3, 0, 'getStreamLength', 0, null, 'key'),
      ['_result(4, null)', '_result(5, null)', '_error(6, null, error NetConnection.Call.Failed)'],
      [],
    ],
    [
      'answers and statuses from a client mean nothing',
      (peer) =>
        peer
          .command(3, 0, '_result', 4, null)
          .command(3, 0, '_error', 5, null)
          .command(3, 0, 'onStatus', 0, null, amfObject({ code: 'NetStream.Play.Start' }))
          .command(3, 0, 'pong', 0, null),
      [],
      [],
    ],
    [
      'shared objects, unknown types, edge commands, unknown user control events are skipped',
      (peer) =>
        peer
          .message(3, 19, 0, Uint8Array.of(0, 1, 0x61))
          .message(3, 16, 0, Uint8Array.of(0))
          .message(3, 7, 0, Uint8Array.of(1, 2))
          .message(3, 99, 1, Uint8Array.of(1))
          .message(3, 0, 0, new Uint8Array(0))
          .userControl(27, 1)
          .userControl(31)
          .message(2, 2, 0, Uint8Array.of(0, 0, 0, 9)),
      [],
      [],
    ],
    [
      'play2 replaces what plays',
      (peer) =>
        peer
          .command(3, 1, 'play', 4, null, 'a')
          .command(3, 1, 'play2', 5, null, amfObject({ streamName: 'b', start: -1, len: 2000, transition: 'switch' })),
      playAnswer(),
      [
        { type: 'playRequest', streamId: 1, streamName: 'a', start: { from: 'live-or-recorded' }, reset: true },
        { type: 'streamClosed', streamId: 1 },
        { type: 'playRequest', streamId: 1, streamName: 'b', start: { from: 'live' }, durationMs: 2000, reset: true },
      ],
    ],
  ])('%s', (_, send, answer, events) => {
    const { desk, peer } = connected();
    send(peer);
    expect(desk.answer(peer.take())).toEqual(answer);
    expect(desk.told).toEqual(events);
  });

  it('nothing comes before connect', () => {
    const peer = new PeerWire().handshake().audio(4, 1, 0, 1).command(3, 0, 'createStream', 1, null);
    expect(errorOf(() => new ServerDesk().answer(peer.take()))).toMatchObject({
      code: 'ERR_MESSAGE',
      stage: 'connect',
    });
  });
});

describe('requests that wait', () => {
  function undecided(peer: PeerWire): { session: ServerSession; output: () => string[]; events: unknown[] } {
    const session = new ServerSession({ random: RANDOM, timeMs: 0 });
    const reader = new OutputReader();
    const events = plainEvents(session.receive(peer.take(), 0));
    return { session, events, output: () => withoutDescription(reader.read(session.takeOutput())) };
  }

  const hasty = () =>
    new PeerWire()
      .handshake()
      .command(3, 0, 'connect', 1, CONNECT)
      .command(3, 0, 'createStream', 2, null)
      .command(3, 1, 'publish', 3, null, 'key', 'live')
      .userControl(6, 5);

  it('holds back all replies behind the answer to connect, but not pongs', () => {
    const { session, output } = undecided(hasty());
    expect(output()).toEqual(['userControl(7, 5)']);
    session.acceptPublish(1);
    expect(output()).toEqual([]);
    session.acceptConnect();
    expect(output()).toEqual([...CONNECT_ANSWER, '_result(2, null, 1)', ...publishAnswer()]);
  });

  it('says one last word when it rejects connect, and hears nothing more', () => {
    const { session, output } = undecided(hasty());
    output();
    session.rejectConnect(errorStatus(StatusCode.ConnectRejected, 'no'));
    session.acceptConnect();
    session.acceptPublish(1);
    expect(output()).toEqual(['_error(1, null, error NetConnection.Connect.Rejected)']);
    const more = new PeerWire()
      .command(3, 0, 'connect', 2, CONNECT)
      .command(3, 0, 'createStream', 3, null)
      .audio(4, 1, 0, 1);
    expect(session.receive(more.take(), 0)).toEqual([]);
    expect(output()).toEqual([]);
  });

  it('rejects a publish and drops what is sent all the same', () => {
    const { session, output } = undecided(hasty());
    session.acceptConnect();
    output();
    session.rejectPublish(1, errorStatus(StatusCode.PublishBadName, 'taken'));
    expect(output()).toEqual(['onStatus@1(0, null, error NetStream.Publish.BadName)']);
    const more = new PeerWire().audio(4, 1, 0, 1).command(3, 1, 'publish', 4, null, 'key2', 'live');
    expect(plainEvents(session.receive(more.take(), 0))).toEqual([
      { type: 'publishRequest', streamId: 1, streamName: 'key2', publishType: 'live' },
    ]);
  });

  it('gives media that follows publish at once, in order, before anybody has decided', () => {
    const { events } = undecided(hasty().audio(4, 1, 3, 1).command(3, 0, 'deleteStream', 0, null, 1));
    expect(events.slice(2)).toEqual([
      { type: 'publishRequest', streamId: 1, streamName: 'key', publishType: 'live' },
      { type: 'tags', streamId: 1, tags: [{ kind: 'audio', timestampMs: 3, body: '01' }] },
      { type: 'streamClosed', streamId: 1 },
    ]);
  });

  it('does nothing for answers that come too late or twice', () => {
    const { desk, peer } = connected();
    desk.answer(peer.command(3, 1, 'publish', 4, null, 'key').command(3, 2, 'play', 5, null, 'key').take());
    const { session } = desk;
    session.acceptConnect();
    session.acceptPublish(1);
    session.rejectPublish(1, errorStatus(StatusCode.PublishDenied, ''));
    session.acceptPlay(2);
    session.rejectPlay(2, errorStatus(StatusCode.PlayFailed, ''));
    session.acceptPublish(2);
    session.acceptPlay(1);
    session.acceptPublish(77);
    session.endPlay(1, '');
    session.unpublished(2);
    session.answerStreamLength(9, 1);
    session.sendStatus(77, errorStatus(StatusCode.Failed, ''));
    expect(desk.output()).toEqual([]);
  });

  it('ends what is played in every way that some player waits for, and a publish', () => {
    const { desk, peer } = connected();
    desk.answer(peer.command(3, 1, 'publish', 4, null, 'key').command(3, 2, 'play', 5, null, 'key').take());
    desk.session.endPlay(2, 'over');
    desk.session.unpublished(1);
    expect(desk.output()).toEqual([
      'userControl(1, 2)',
      'onStatus@2(0, null, NetStream.Play.UnpublishNotify)',
      'onStatus@2(0, null, NetStream.Play.Stop)',
      'onStatus@1(0, null, NetStream.Unpublish.Success)',
    ]);
    desk.events.length = 0;
    desk.answer(peer.audio(4, 1, 0, 1).command(3, 0, 'deleteStream', 6, null, 2).take());
    expect(desk.told).toEqual([]);
  });

  it('rejects a play and lets the client ask again', () => {
    const session = new ServerSession({ random: RANDOM, timeMs: 0 });
    const peer = new PeerWire().handshake().command(3, 0, 'connect', 1, CONNECT).command(3, 1, 'play', 0, null, 'a');
    session.receive(peer.take(), 0);
    session.acceptConnect();
    session.takeOutput();
    session.rejectPlay(1, errorStatus(StatusCode.PlayStreamNotFound, 'nobody publishes'));
    expect(session.takeOutput()).toBeDefined();
    expect(session.receive(peer.command(3, 1, 'play', 0, null, 'b').take(), 0)).toMatchObject([
      { type: 'playRequest', streamName: 'b' },
    ]);
  });
});
