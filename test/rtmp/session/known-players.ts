import { encodeAmf0 } from '../../../src/amf/amf0-writer.js';
import { amfObject } from '../../../src/amf/value.js';
import { flash, gstreamerConnect, type KnownClient, playAnswer } from './known-client.js';
import { CONNECT_ANSWER } from './server-desk.js';

const ffmpegPlay: KnownClient = {
  name: 'FFmpeg or VLC plays',
  steps: [
    {
      does: 'connect',
      wire: (peer) =>
        peer.handshake().command(
          3,
          0,
          'connect',
          1,
          amfObject({
            app: 'live',
            flashVer: 'LNX 9,0,124,2',
            tcUrl: 'rtmp://127.0.0.1:1935/live',
            fpad: false,
            capabilities: 15,
            audioCodecs: 4071,
            videoCodecs: 252,
            videoFunction: 1,
          }),
        ),
      answer: CONNECT_ANSWER,
    },
    {
      does: 'type 5, createStream',
      wire: (peer) => peer.windowAckSize(2500000).command(3, 0, 'createStream', 2, null),
      answer: ['_result(2, null, 1)'],
    },
    {
      does: 'getStreamLength, play, SetBufferLength',
      wire: (peer) =>
        peer
          .command(8, 0, 'getStreamLength', 3, null, 'key1')
          .command(8, 1, 'play', 4, null, 'key1', -2000)
          .userControl(3, 1, 3000),
      answer: ['_result(3, null, 0)', ...playAnswer()],
    },
    { does: 'deleteStream', wire: (peer) => peer.command(3, 0, 'deleteStream', 5, null, 1), answer: [] },
  ],
  connect: { app: 'live', tcUrl: 'rtmp://127.0.0.1:1935/live', flashVer: 'LNX 9,0,124,2' },
  events: [
    { type: 'streamLengthRequest', transactionId: 3, streamName: 'key1' },
    {
      type: 'playRequest',
      streamId: 1,
      streamName: 'key1',
      start: { from: 'live-or-recorded' },
      reset: true,
    },
    { type: 'bufferLength', streamId: 1, lengthMs: 3000 },
    { type: 'streamClosed', streamId: 1 },
  ],
};

const rtmpdump: KnownClient = {
  name: 'rtmpdump plays a live stream',
  steps: [
    {
      does: 'connect',
      wire: (peer) =>
        peer
          .handshake()
          .command(3, 0, 'connect', 1, amfObject({ app: 'live', flashVer: 'LNX 10,0,32,18', tcUrl: 'rtmp://h/live' })),
      answer: CONNECT_ANSWER,
    },
    {
      does: 'type 5 and SetBufferLength with fmt 1 on a fresh csid 2, createStream, FCSubscribe',
      wire: (peer) =>
        peer
          .windowAckSize(2500000, { fmt: 1 })
          .message(2, 4, 0, Uint8Array.of(0, 3, 0, 0, 0, 0, 0, 0, 1, 0x2c), { fmt: 1 })
          .command(3, 0, 'createStream', 2, null)
          .command(3, 0, 'FCSubscribe', 3, null, 'key'),
      answer: ['_result(2, null, 1)', '_result(3, null)'],
    },
    {
      does: 'play live only, SetBufferLength of ten hours',
      wire: (peer) => peer.command(8, 1, 'play', 4, null, 'key', -1000).userControl(3, 1, 36000000),
      answer: playAnswer(),
    },
    { does: 'deleteStream', wire: (peer) => peer.command(3, 0, 'deleteStream', 5, null, 1), answer: [] },
  ],
  connect: { app: 'live', flashVer: 'LNX 10,0,32,18' },
  events: [
    { type: 'bufferLength', streamId: 0, lengthMs: 300 },
    { type: 'playRequest', streamId: 1, streamName: 'key', start: { from: 'live' }, reset: true },
    { type: 'bufferLength', streamId: 1, lengthMs: 36000000 },
    { type: 'streamClosed', streamId: 1 },
  ],
};

const gstreamerPlay: KnownClient = {
  name: 'GStreamer plays',
  steps: [
    { does: 'connect', wire: gstreamerConnect('live'), answer: CONNECT_ANSWER },
    {
      does: 'type 5, SetBufferLength, createStream',
      wire: (peer) => peer.windowAckSize(2500000).userControl(3, 0, 300).command(3, 0, 'createStream', 2, null),
      answer: ['_result(2, null, 1)'],
    },
    {
      does: 'play with id 0; the first status on its stream is a success',
      wire: (peer) => peer.command(3, 1, 'play', 0, null, 'key', -2).userControl(3, 1, 30000),
      answer: playAnswer(),
    },
  ],
  connect: { app: 'live', flashVer: 'LNX 10,0,32,18' },
  events: [
    { type: 'bufferLength', streamId: 0, lengthMs: 300 },
    { type: 'playRequest', streamId: 1, streamName: 'key', start: { from: 'live-or-recorded' }, reset: true },
    { type: 'bufferLength', streamId: 1, lengthMs: 30000 },
  ],
};

const flashPlay: KnownClient = {
  name: 'Flash Player with AMF3 plays two streams and records nothing',
  steps: [
    {
      does: 'connect in AMF0',
      wire: (peer) =>
        peer.handshake().command(
          3,
          0,
          'connect',
          1,
          amfObject({
            app: 'live/_definst_',
            flashVer: 'WIN 11,1,102,55',
            swfUrl: undefined,
            tcUrl: 'rtmp://h/live/_definst_',
            fpad: false,
            capabilities: 239,
            audioCodecs: 3575,
            videoCodecs: 252,
            videoFunction: 1,
            pageUrl: undefined,
            objectEncoding: 3,
          }),
          'extra argument',
        ),
      answer: CONNECT_ANSWER,
    },
    {
      does: 'commands as type 17',
      wire: (peer) => {
        peer.windowAckSize(2500000);
        flash(peer, 0, 'createStream', 2, null);
        flash(peer, 0, 'checkBandwidth', 3, null);
      },
      answer: ['_result(2, null, 1)', '_error(3, null, error NetConnection.Call.Failed)'],
    },
    {
      does: 'play in seconds, receiveVideo, pauseRaw, another play on the same stream',
      wire: (peer) => {
        flash(peer, 1, 'play', 0, null, 'one', 10, 5, 0);
        flash(peer, 1, 'receiveVideo', 0, null, false);
        flash(peer, 1, 'pauseRaw', 0, null, true, 1234);
        flash(peer, 1, 'play', 0, null, 'two');
      },
      // The first play is over before anybody could accept it.
      answer: playAnswer(),
    },
    {
      does: 'receiveAudio, seek, closeStream, and a type 17 without format byte',
      wire: (peer) => {
        flash(peer, 1, 'receiveAudio', 0, null, true);
        flash(peer, 1, 'seek', 0, null, 2500);
        peer.message(3, 17, 1, encodeAmf0('closeStream', 0, null));
      },
      answer: ['onStatus@1(0, null, NetStream.Seek.Notify)', 'onStatus@1(0, null, NetStream.Play.Start)'],
    },
  ],
  connect: { app: 'live/_definst_', flashVer: 'WIN 11,1,102,55', objectEncoding: 3 },
  events: [
    {
      type: 'playRequest',
      streamId: 1,
      streamName: 'one',
      start: { from: 'recorded', positionMs: 10000 },
      durationMs: 5000,
      reset: false,
    },
    { type: 'receiveVideo', streamId: 1, wanted: false },
    { type: 'pause', streamId: 1, paused: true, positionMs: 1234 },
    { type: 'streamClosed', streamId: 1 },
    { type: 'playRequest', streamId: 1, streamName: 'two', start: { from: 'live-or-recorded' }, reset: true },
    { type: 'receiveAudio', streamId: 1, wanted: true },
    { type: 'seek', streamId: 1, positionMs: 2500 },
    { type: 'streamClosed', streamId: 1 },
  ],
};

const gortmplib: KnownClient = {
  name: 'gortmplib (MediaMTX) plays, with fixed ids and an empty stream name',
  steps: [
    {
      does: 'type 5, type 6 and Set Chunk Size before connect',
      wire: (peer) =>
        peer
          .handshake()
          .windowAckSize(2500000)
          .setPeerBandwidth(2500000)
          .setChunkSize(65536)
          .command(
            3,
            0,
            'connect',
            1,
            amfObject({
              app: 'live/key?token=1',
              flashVer: 'LNX 9,0,124,2',
              tcUrl: 'rtmp://h/live/key?token=1',
              fpad: false,
              capabilities: 15,
              audioCodecs: 4071,
              videoCodecs: 252,
              videoFunction: 1,
              fourCcList: ['av01', 'vp09', 'hvc1', 'avc1', 'Opus', 'ac-3', 'mp4a'],
            }),
          ),
      answer: CONNECT_ANSWER,
    },
    {
      does: 'createStream',
      wire: (peer) => peer.command(3, 0, 'createStream', 2, null),
      answer: ['_result(2, null, 1)'],
    },
    {
      does: 'SetBufferLength, then play of nothing',
      wire: (peer) => peer.userControl(3, 1, 100).command(4, 1, 'play', 3, null, ''),
      answer: playAnswer(),
    },
  ],
  connect: { app: 'live/key?token=1' },
  events: [
    { type: 'bufferLength', streamId: 1, lengthMs: 100 },
    { type: 'playRequest', streamId: 1, streamName: '', start: { from: 'live-or-recorded' }, reset: true },
  ],
};

export const PLAYERS = [ffmpegPlay, rtmpdump, gstreamerPlay, flashPlay, gortmplib];
