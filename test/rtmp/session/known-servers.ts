import { amfObject, ecmaArray } from '../../../src/amf/value.js';
import { PLAYER_CONNECT, PLAYER_GREETING, PUBLISHER_CONNECT, PUBLISHER_GREETING } from './client-desk.js';
import type { PeerWire } from './wire.js';

/** One thing that a server says, and what the client says to it. */
export interface ServerStep {
  readonly says: string;
  readonly wire: (server: PeerWire) => unknown;
  readonly reply: readonly string[];
}

/** A server as seen on the wire (protocol.md 5.3 to 5.8, 10.2): order, ids and codes are its own. */
export interface KnownServer {
  readonly name: string;
  readonly role: 'publisher' | 'player';
  readonly steps: readonly ServerStep[];
  /** Events by their types, in order; `tags` without their tags. */
  readonly events: readonly string[];
}

export const status = (code: string, level = 'status', more = {}) =>
  amfObject({ level, code, description: 'as it says', ...more });

const FMS = amfObject({ fmsVer: 'FMS/3,0,1,123', capabilities: 31 });
const connected = (more = {}) => status('NetConnection.Connect.Success', 'status', { objectEncoding: 0, ...more });

const publishSent = (id: number, streamId = 1) => [`publish@${streamId}(${id}, null, "key", "live")`];
const playSent = (id: number, streamId = 1) => [
  `play@${streamId}(${id}, null, "key", -2000)`,
  `userControl(3, ${streamId}, 3000)`,
];

const handshake = (connect: string): ServerStep => ({
  says: 'S0, S1, S2',
  wire: (server) => server.handshake(),
  reply: [connect],
});

const BANDWIDTH_5M = 'windowAckSize(5000000)';

const nginxGreeting = (server: PeerWire) =>
  server
    .windowAckSize(5000000)
    .setPeerBandwidth(5000000)
    .setChunkSize(4096)
    .command(3, 0, '_result', 1, FMS, connected());

const nginxPublish: KnownServer = {
  name: 'nginx-rtmp answers no FMLE command and sends no StreamBegin',
  role: 'publisher',
  steps: [
    handshake(PUBLISHER_CONNECT),
    { says: '5, 6, 1, _result', wire: nginxGreeting, reply: [BANDWIDTH_5M, ...PUBLISHER_GREETING.slice(1)] },
    { says: 'stream 1', wire: (server) => server.command(3, 0, '_result', 4, null, 1), reply: publishSent(5) },
    {
      says: 'Publish.Start on csid 5, then a ping after a while',
      wire: (server) => server.command(5, 1, 'onStatus', 0, null, status('NetStream.Publish.Start')).userControl(6, 77),
      reply: ['userControl(7, 77)'],
    },
  ],
  events: ['handshaken', 'connected', 'publishStarted 1'],
};

const nginxPlay: KnownServer = {
  name: 'nginx-rtmp plays without Play.Reset and ends with StreamEOF',
  role: 'player',
  steps: [
    handshake(PLAYER_CONNECT),
    { says: '5, 6, 1, _result', wire: nginxGreeting, reply: [BANDWIDTH_5M, 'createStream(2, null)'] },
    { says: 'stream 1', wire: (server) => server.command(3, 0, '_result', 2, null, 1), reply: playSent(3) },
    {
      says: 'StreamBegin, Play.Start, |RtmpSampleAccess, metadata, headers, media',
      wire: (server) =>
        server
          .userControl(0, 1)
          .command(5, 1, 'onStatus', 0, null, status('NetStream.Play.Start'))
          .data(5, 1, '|RtmpSampleAccess', true, true)
          .data(5, 1, 'onMetaData', amfObject({ width: 64 }))
          .video(7, 1, 40, 0x17, 0)
          .audio(6, 1, 40, 0xaf, 0),
      reply: [],
    },
    {
      says: 'StreamEOF, Play.Stop, UnpublishNotify',
      wire: (server) =>
        server
          .userControl(1, 1)
          .command(5, 1, 'onStatus', 0, null, status('NetStream.Play.Stop'))
          .command(5, 1, 'onStatus', 0, null, status('NetStream.Play.UnpublishNotify')),
      reply: [],
    },
    {
      says: 'and begins again when the publisher comes back',
      wire: (server) =>
        server
          .userControl(0, 1)
          .command(5, 1, 'onStatus', 0, null, status('NetStream.Play.Start'))
          .video(7, 1, 0, 0x17),
      reply: [],
    },
  ],
  events: [
    'handshaken',
    'connected',
    'playStarted 1',
    'tags 3',
    'streamEnded StreamEOF',
    'status NetStream.Play.Stop',
    'status NetStream.Play.UnpublishNotify',
    'playStarted 1',
    'tags 1',
  ],
};

const srsGreeting = (server: PeerWire) =>
  server
    .windowAckSize(2500000)
    .setPeerBandwidth(2500000)
    .setChunkSize(60000)
    .command(
      3,
      0,
      '_result',
      1,
      amfObject({ fmsVer: 'FMS/3,5,3,888', capabilities: 127, mode: 1 }),
      connected({ data: ecmaArray({ version: '3,5,3,888', srs_server_ip: '10.0.0.1' }) }),
    )
    .command(3, 0, 'onBWDone', 0, null);

const srsPublish: KnownServer = {
  name: 'SRS answers FMLE commands with null undefined, sends onFCPublish and onBWDone',
  role: 'publisher',
  steps: [
    handshake(PUBLISHER_CONNECT),
    { says: '5, 6, 1, _result, onBWDone', wire: srsGreeting, reply: PUBLISHER_GREETING },
    {
      says: '_result to all, onFCPublish in between',
      wire: (server) =>
        server
          .command(3, 0, '_result', 2, null, undefined)
          .command(3, 0, '_result', 3, null, undefined)
          .command(3, 0, '_result', 4, null, 1)
          .command(5, 1, 'onFCPublish', 0, null, status('NetStream.Publish.Start')),
      reply: publishSent(5),
    },
    {
      says: 'Publish.Start with clientid',
      wire: (server) =>
        server.command(
          5,
          1,
          'onStatus',
          0,
          null,
          status('NetStream.Publish.Start', 'status', { clientid: 'ASAICiss' }),
        ),
      reply: [],
    },
    {
      says: 'and is shut down',
      wire: (server) => server.command(3, 0, 'onStatus', 0, null, status('NetConnection.Connect.AppShutdown', 'error')),
      reply: [],
    },
  ],
  events: ['handshaken', 'connected', 'publishStarted 1', 'streamEnded NetConnection.Connect.AppShutdown'],
};

const srsPlay: KnownServer = {
  name: 'SRS plays with Play.Reset first and statuses as data',
  role: 'player',
  steps: [
    handshake(PLAYER_CONNECT),
    { says: '5, 6, 1, _result, onBWDone', wire: srsGreeting, reply: PLAYER_GREETING },
    { says: 'stream 1', wire: (server) => server.command(3, 0, '_result', 2, null, 1), reply: playSent(3) },
    {
      says: 'StreamBegin, Play.Reset, Play.Start, |RtmpSampleAccess, Data.Start as data',
      wire: (server) =>
        server
          .userControl(0, 1)
          .command(5, 1, 'onStatus', 0, null, status('NetStream.Play.Reset'))
          .command(5, 1, 'onStatus', 0, null, status('NetStream.Play.Start'))
          .data(5, 1, '|RtmpSampleAccess', true, true)
          .data(5, 1, 'onStatus', amfObject({ code: 'NetStream.Data.Start' }))
          .video(6, 1, 0, 0x17, 0),
      reply: [],
    },
  ],
  events: [
    'handshaken',
    'connected',
    'status NetStream.Play.Reset',
    'playStarted 1',
    'status NetStream.Data.Start',
    'tags 1',
  ],
};

const ffmpegGreeting = (server: PeerWire) =>
  server
    .windowAckSize(2500000)
    .setPeerBandwidth(2500000)
    .userControl(0, 0)
    .setChunkSize(128)
    .command(3, 0, '_result', 1, FMS, connected())
    .command(3, 0, 'onBWDone', 0, null, 8192);

const ffmpegListens: KnownServer = {
  name: 'ffmpeg -listen 1 receives, with a bare onFCPublish and stream 3',
  role: 'publisher',
  steps: [
    handshake(PUBLISHER_CONNECT),
    { says: '5, 6, StreamBegin 0, 1, _result, onBWDone', wire: ffmpegGreeting, reply: PUBLISHER_GREETING },
    {
      says: '_result, a bare onFCPublish, stream 3',
      wire: (server) =>
        server
          .command(3, 0, '_result', 2, null)
          .message(3, 20, 0, Uint8Array.of(2, 0, 11, ...Buffer.from('onFCPublish')))
          .command(3, 0, '_result', 4, null, 3),
      reply: publishSent(5, 3),
    },
    {
      says: 'StreamBegin, Publish.Start on stream 0',
      wire: (server) =>
        server
          .userControl(0, 3)
          .command(8, 0, 'onStatus', 0, null, status('NetStream.Publish.Start', 'status', { details: 'key' })),
      reply: [],
    },
  ],
  events: ['handshaken', 'connected', 'publishStarted 3'],
};

const ffmpegSends: KnownServer = {
  name: 'ffmpeg -listen 1 sends, and says goodbye like a client',
  role: 'player',
  steps: [
    handshake(PLAYER_CONNECT),
    { says: '5, 6, StreamBegin 0, 1, _result, onBWDone', wire: ffmpegGreeting, reply: PLAYER_GREETING },
    { says: 'stream 1', wire: (server) => server.command(3, 0, '_result', 2, null, 1), reply: playSent(3) },
    {
      says: 'StreamBegin, Play.Start, @setDataFrame metadata, media',
      wire: (server) =>
        server
          .userControl(0, 1)
          .command(8, 0, 'onStatus', 0, null, status('NetStream.Play.Start'))
          .data(4, 1, '@setDataFrame', 'onMetaData', ecmaArray({ duration: 0 }))
          .video(6, 1, 0, 0x17),
      reply: [],
    },
    {
      says: 'FCUnpublish, deleteStream',
      wire: (server) => server.command(3, 0, 'FCUnpublish', 4, null, 'key').command(3, 0, 'deleteStream', 5, null, 1),
      reply: [],
    },
  ],
  events: ['handshaken', 'connected', 'playStarted 1', 'tags 2', 'streamEnded FCUnpublish'],
};

const mediaMtxPlay: KnownServer = {
  name: "gortmplib (MediaMTX) puts the command's id into onStatus",
  role: 'player',
  steps: [
    handshake(PLAYER_CONNECT),
    {
      says: '5, 6, 1, _result',
      wire: (server) =>
        server
          .windowAckSize(2500000)
          .setPeerBandwidth(2500000)
          .setChunkSize(65536)
          .command(3, 0, '_result', 1, amfObject({ fmsVer: 'LNX 9,0,124,2', capabilities: 31 }), connected()),
      reply: PLAYER_GREETING,
    },
    { says: 'stream 1', wire: (server) => server.command(3, 0, '_result', 2, null, 1), reply: playSent(3) },
    {
      says: 'StreamIsRecorded, StreamBegin, Reset, Start, Data.Start as command, PublishNotify',
      wire: (server) => {
        server.userControl(4, 1).userControl(0, 1);
        for (const code of ['Play.Reset', 'Play.Start', 'Data.Start', 'Play.PublishNotify']) {
          server.command(5, 1, 'onStatus', 3, null, status(`NetStream.${code}`));
        }
      },
      reply: [],
    },
  ],
  events: [
    'handshaken',
    'connected',
    'status NetStream.Play.Reset',
    'playStarted 1',
    'status NetStream.Data.Start',
    'status NetStream.Play.PublishNotify',
  ],
};

const adobe: KnownServer = {
  name: 'an Adobe-like server measures the bandwidth, asks for the SWF, and closes',
  role: 'player',
  steps: [
    handshake(PLAYER_CONNECT),
    {
      says: 'SWF verification, buffer events, _onbwcheck, ping, a hard bandwidth',
      wire: (server) =>
        server
          .message(2, 4, 0, Uint8Array.of(0, 26, 1))
          .setPeerBandwidth(1000000, 0)
          .command(3, 0, '_result', 1, FMS, connected())
          .command(3, 0, '_onbwcheck', 12, null, 'payload')
          .command(3, 0, '_onbwcheck', 13, null, 'payload')
          .command(3, 0, 'ping', 14, null)
          .command(3, 0, 'onBWDone', 0, null, 1),
      reply: [
        'windowAckSize(1000000)',
        'createStream(2, null)',
        '_result(12, null, 1)',
        '_result(13, null, 2)',
        'pong(14, null)',
      ],
    },
    { says: 'stream 1', wire: (server) => server.command(3, 0, '_result', 2, null, 1), reply: playSent(3) },
    {
      says: 'PublishNotify in place of Play.Start, media in an aggregate, Play.Complete as data, close',
      wire: (server) =>
        server
          .command(5, 1, 'onStatus', 0, null, status('NetStream.Play.PublishNotify'))
          .userControl(32, 1)
          .message(4, 22, 1, AGGREGATE, { timestampMs: 1000 })
          .userControl(31, 1)
          .data(5, 1, 'onPlayStatus', amfObject({ code: 'NetStream.Play.Complete', level: 'status', duration: 1 }))
          .command(3, 0, 'close', 0, null),
      reply: [],
    },
  ],
  events: ['handshaken', 'connected', 'playStarted 1', 'tags 2', 'streamEnded NetStream.Play.Complete'],
};

/** An audio of one byte at 500 and a video of two at 540, without the last back pointer. */
const AGGREGATE = Uint8Array.from([
  ...[8, 0, 0, 1, 0, 0x01, 0xf4, 0, 0, 0, 1, 0xaf],
  ...[0, 0, 0, 12],
  ...[9, 0, 0, 2, 0, 0x02, 0x1c, 0, 0, 0, 1, 0x17, 0x00],
]);

export const SERVERS = [nginxPublish, nginxPlay, srsPublish, srsPlay, ffmpegListens, ffmpegSends, mediaMtxPlay, adobe];
