import { describe, expect, it } from 'vitest';
import { amfObject, ecmaArray } from '../../../src/amf/value.js';
import { type MessageDisclosure, MessageWatch, type WatchedMessage } from '../../../src/rtmp/watch/message-watch.js';
import { byteByByte, randomSplit, type Split, whole } from '../chunk/reading.js';
import { PeerWire } from '../session/wire.js';

/** What a watch tells of one direction of a connection. */
function watched(
  wire: PeerWire,
  { split = whole, disclosure = 'redacted' }: { split?: Split; disclosure?: MessageDisclosure } = {},
): WatchedMessage[] {
  const messages: WatchedMessage[] = [];
  const watch = new MessageWatch(disclosure, (message) => messages.push(message));
  for (const piece of split(wire.take())) {
    watch.received(piece.slice());
  }
  return messages;
}

function contents(wire: PeerWire, disclosure: MessageDisclosure = 'redacted'): (string | undefined)[] {
  return watched(wire, { disclosure }).map(({ content }) => content);
}

const connect = (properties: Record<string, string>) => amfObject({ app: 'live', ...properties });

describe.each<[string, Split]>([
  ['whole', whole],
  ['byte by byte', byteByByte],
  ['in random pieces', randomSplit(5, 500)],
])('a connection that comes %s', (_, split) => {
  it('is told message by message, behind the handshake', () => {
    const wire = new PeerWire()
      .handshake()
      .command(3, 0, 'createStream', 4, null)
      .setChunkSize(4096)
      .video(6, 1, 40, 0x17, 1, 0, 0, 0)
      .video(6, 1, 80, 0x27, 1, 0, 0, 0);
    const chunk = { direction: 'received', csid: 2, streamId: 0, timestampMs: 0 };
    expect(watched(wire, { split })).toEqual([
      {
        ...chunk,
        type: 'Command',
        typeId: 20,
        csid: 3,
        sizeBytes: 25,
        name: 'createStream',
        transactionId: 4,
        content: 'null',
      },
      { ...chunk, type: 'Set Chunk Size', typeId: 1, sizeBytes: 4, content: '4096' },
      {
        ...chunk,
        type: 'Video',
        typeId: 9,
        csid: 6,
        streamId: 1,
        timestampMs: 40,
        sizeBytes: 5,
        content: 'keyframe',
      },
      { ...chunk, type: 'Video', typeId: 9, csid: 6, streamId: 1, timestampMs: 80, sizeBytes: 5 },
    ]);
  });
});

describe('what a message says', () => {
  it('is told of every control message', () => {
    const wire = new PeerWire()
      .handshake()
      .message(2, 2, 0, Uint8Array.of(0, 0, 0, 6))
      .acknowledgement(1_250_000)
      .windowAckSize(2_500_000)
      .setPeerBandwidth(2_500_000)
      .userControl(0, 1)
      .userControl(3, 1, 3000)
      .userControl(6, 77)
      .userControl(26, 5);
    expect(watched(wire).map(({ type, content }) => `${type}: ${content}`)).toEqual([
      'Abort Message: chunk stream 6',
      'Acknowledgement: 1250000',
      'Window Acknowledgement Size: 2500000',
      'Set Peer Bandwidth: 2500000, dynamic',
      'User Control: Stream Begin 1',
      'User Control: Set Buffer Length 1, 3000 ms',
      'User Control: Ping Request 77',
      'User Control: event 26, 4 bytes',
    ]);
  });

  it('is short for media and data, and says what is broken', () => {
    const wire = new PeerWire()
      .handshake()
      .audio(4, 1, 0, 0xaf, 0, 0x12, 0x10)
      .audio(4, 1, 23, 0xaf, 1, 0x21)
      .data(4, 1, '@setDataFrame', 'onMetaData', ecmaArray({ encoder: 'secret words' }))
      .data(4, 1, 'onPlayStatus', amfObject({ level: 'status', code: 'NetStream.Play.Complete' }))
      .message(4, 22, 1, new Uint8Array(0))
      .message(4, 7, 1, Uint8Array.of(1))
      .message(3, 20, 0, Uint8Array.of(9));
    expect(watched(wire).map(({ type, name, content }) => [type, name, content])).toEqual([
      ['Audio', undefined, 'sequence header'],
      ['Audio', undefined, undefined],
      ['Data', '@setDataFrame', 'onMetaData'],
      ['Data', 'onPlayStatus', '{level: "status", code: "NetStream.Play.Complete"}'],
      ['Aggregate', undefined, undefined],
      ['type 7', undefined, undefined],
      ['Command', undefined, expect.stringMatching(/^malformed: /)],
    ]);
  });

  it('is cut when it is long or deep', () => {
    const deep = amfObject({ a: amfObject({ b: amfObject({ c: amfObject({ d: amfObject({ e: 1 }) }) }) }) });
    const many = amfObject(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`n${index}`, index])));
    const wire = new PeerWire().handshake().command(3, 0, 'a', 1, deep).command(3, 0, 'b', 1, many);
    wire.command(3, 0, 'c', 1, ...Array.from({ length: 10 }, () => amfObject({ level: 'x'.repeat(200) })));
    const [first, second, third] = contents(wire);
    expect(first).toBe('{a: {b: {c: {...}}}}');
    expect(second).toMatch(/^\{n0: 0, n1: 1, .* n39: 39, \.\.\.\}$/);
    expect(third).toMatch(/^\{level: "x{117}\.\.\."\}, \{.*\.\.\.$/);
    expect(third).toHaveLength(500);
  });

  it('can contain itself', () => {
    // An object whose member refers to it: AMF0 reference 0 (AMF0 2.9).
    const object = Uint8Array.of(2, 0, 1, 0x78, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0x61, 7, 0, 0, 0, 0, 9);
    expect(contents(new PeerWire().handshake().message(3, 20, 0, object))).toEqual(['{a: {a: {a: {...}}}}']);
  });
});

describe('secrets', () => {
  const dialogue = (): PeerWire =>
    new PeerWire()
      .handshake()
      .command(
        3,
        0,
        'connect',
        1,
        connect({
          app: 'live?token=t0k3n',
          tcUrl: 'rtmp://bob:pass@h/live?token=t0k3n',
          pageUrl: 'http://h/page/key1?a',
          flashVer: 'FMLE/3.0',
          pass: 'w0rd',
        }),
        'argument',
      )
      .command(3, 0, 'releaseStream', 2, null, 'key1?u=us3r')
      .command(3, 0, 'FCPublish', 3, null, 'key1?u=us3r')
      .command(8, 1, 'publish', 5, null, 'key1?u=us3r', 'live')
      .command(3, 0, 'play2', 6, null, amfObject({ streamName: 'other', len: 5 }))
      .command(
        5,
        1,
        'onStatus',
        0,
        null,
        amfObject({ level: 'status', code: 'NetStream.Publish.Start', description: 'key1 for us3r', details: 'key1' }),
      )
      .command(3, 0, 'theirOwn', 7, 'key1', ['key1', true, undefined], new Date(0));

  it('are hidden wherever a name, a query or a text of unknown meaning stands', () => {
    expect(contents(dialogue())).toEqual([
      '{app: "live", tcUrl: "rtmp://h/live", pageUrl: "http://h/page/****", flashVer: "FMLE/3.0", pass: "****"}, "****"',
      'null, "****"',
      'null, "****"',
      'null, "****", "live"',
      'null, {streamName: "****", len: 5}',
      'null, {level: "status", code: "NetStream.Publish.Start", description: "**** for ****", details: "****"}',
      '"****", ["****", true, undefined], 1970-01-01T00:00:00.000Z',
    ]);
  });

  it('are shown when that is asked for', () => {
    const all = contents(dialogue(), 'complete').join('\n');
    expect(all).not.toContain('****');
    expect(all).toContain('tcUrl: "rtmp://bob:pass@h/live?token=t0k3n"');
    expect(all).toContain('null, "key1?u=us3r", "live"');
  });

  it('of a client that has cut its URL inside the query are hidden too', () => {
    const wire = new PeerWire()
      .handshake()
      .command(3, 0, 'connect', 1, connect({ app: 'live/key1?u=a', tcUrl: 'rtmp://h/live/key1?u=a' }));
    wire.command(3, 0, '_error', 1, null, amfObject({ description: 'no key1 for u=a in live' }));
    expect(contents(wire)).toEqual([
      '{app: "live/****", tcUrl: "rtmp://h/live/****"}',
      'null, {description: "no **** for **** in live"}',
    ]);
  });

  it('in the words of an authenticating server are hidden, its question is not', () => {
    const description =
      '[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=bob&salt=s4lt&challenge=c1';
    const wire = new PeerWire().handshake().command(3, 0, '_error', 1, null, amfObject({ description }));
    expect(contents(wire)).toEqual([
      'null, {description: "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=****&salt=****&challenge=****"}',
    ]);
  });

  it('learnt from one side are known on the other', () => {
    const messages: WatchedMessage[] = [];
    const watch = new MessageWatch('redacted', (message) => messages.push(message));
    watch.sent(new PeerWire().handshake().command(3, 0, 'FCPublish', 3, null, 'key1').take());
    const answer = amfObject({ code: 'NetStream.Publish.Start', description: 'FCPublish to stream key1.' });
    watch.received(new PeerWire().handshake().command(3, 0, 'onFCPublish', 0, null, answer).take());
    expect(messages.map(({ direction, content }) => [direction, content])).toEqual([
      ['sent', 'null, "****"'],
      ['received', 'null, {code: "NetStream.Publish.Start", description: "FCPublish to stream ****."}'],
    ]);
  });
});

describe('what is no RTMP', () => {
  it('is left to the session', () => {
    expect(watched(new PeerWire().raw(Buffer.from('HTTP/1.1 400 Bad Request\r\n'.repeat(500))))).toEqual([]);
  });

  it('ends what is told of its direction, behind what was whole', () => {
    const messages: WatchedMessage[] = [];
    const watch = new MessageWatch('redacted', (message) => messages.push(message));
    const wire = new PeerWire()
      .handshake()
      .windowAckSize(5000)
      .raw(Uint8Array.of(0xc7, 1, 2, 3));
    watch.received(wire.take());
    watch.received(new PeerWire().windowAckSize(6000).take());
    watch.sent(new PeerWire().handshake().windowAckSize(7000).take());
    expect(messages.map(({ content }) => content)).toEqual(['5000', '7000']);
  });
});
