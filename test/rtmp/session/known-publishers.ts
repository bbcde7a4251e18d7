import { encodeAmf0 } from '../../../src/amf/amf0-writer.js';
import { amfObject } from '../../../src/amf/value.js';
import { flash, gstreamerConnect, type KnownClient, METADATA, METADATA_TAG, publishAnswer } from './known-client.js';
import { CONNECT_ANSWER } from './server-desk.js';

const ffmpegPublish: KnownClient = {
  name: 'FFmpeg publishes',
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
            type: 'nonprivate',
            flashVer: 'FMLE/3.0 (compatible; Lavf59.27.100)',
            tcUrl: 'rtmp://127.0.0.1:1935/live',
          }),
        ),
      answer: CONNECT_ANSWER,
    },
    {
      does: 'chunk size echoed; releaseStream, FCPublish, createStream in one go',
      wire: (peer) =>
        peer
          .setChunkSize(65536)
          .command(3, 0, 'releaseStream', 2, null, 'key1')
          .command(3, 0, 'FCPublish', 3, null, 'key1')
          .command(3, 0, 'createStream', 4, null),
      answer: ['_result(2, null)', '_result(3, null)', '_result(4, null, 1)'],
    },
    {
      does: 'publish',
      wire: (peer) => peer.command(8, 1, 'publish', 5, null, 'key1', 'live'),
      answer: publishAnswer(),
    },
    {
      does: 'media',
      wire: (peer) =>
        peer
          .data(4, 1, '@setDataFrame', 'onMetaData', METADATA)
          .audio(4, 1, 0, 0xaf, 0, 0x12, 0x10)
          .video(6, 1, 0, 0x17, 0, 0),
      answer: [],
    },
    {
      does: 'the end',
      wire: (peer) => peer.command(3, 0, 'FCUnpublish', 6, null, 'key1').command(3, 0, 'deleteStream', 7, null, 1),
      answer: ['_result(6, null)'],
    },
  ],
  connect: { app: 'live', tcUrl: 'rtmp://127.0.0.1:1935/live', objectEncoding: 0 },
  events: [
    { type: 'publishRequest', streamId: 1, streamName: 'key1', publishType: 'live' },
    {
      type: 'tags',
      streamId: 1,
      tags: [
        METADATA_TAG,
        { kind: 'audio', timestampMs: 0, body: 'af001210' },
        { kind: 'video', timestampMs: 0, body: '170000' },
      ],
    },
    { type: 'streamClosed', streamId: 1 },
  ],
};

const obs: KnownClient = {
  name: 'OBS publishes',
  steps: [
    {
      does: 'Set Chunk Size before connect, everything on csid 4 from publish on',
      wire: (peer) =>
        peer
          .handshake()
          .setChunkSize(4096)
          .command(
            3,
            0,
            'connect',
            1,
            amfObject({
              app: 'live',
              type: 'nonprivate',
              flashVer: 'FMLE/3.0 (compatible; FMSc/1.0)',
              swfUrl: 'rtmp://h/live',
              tcUrl: 'rtmp://h/live',
            }),
          ),
      answer: CONNECT_ANSWER,
    },
    {
      does: 'releaseStream, FCPublish, createStream',
      wire: (peer) =>
        peer
          .command(3, 0, 'releaseStream', 2, null, 'key')
          .command(3, 0, 'FCPublish', 3, null, 'key')
          .command(3, 0, 'createStream', 4, null),
      answer: ['_result(2, null)', '_result(3, null)', '_result(4, null, 1)'],
    },
    {
      does: 'publish, metadata, headers at once; no pongs',
      wire: (peer) => peer.command(4, 1, 'publish', 5, null, 'key', 'live'),
      answer: publishAnswer(),
    },
    {
      does: 'media on one csid, then SequenceEnd and goodbye',
      wire: (peer) =>
        peer
          .data(4, 1, '@setDataFrame', 'onMetaData', METADATA)
          .audio(4, 1, 0, 0xaf, 0)
          .video(4, 1, 40, 0x93, 0x68, 0x76, 0x63, 0x31)
          .video(4, 1, 41, 0xa2, 0x68, 0x76, 0x63, 0x31)
          .command(4, 0, 'FCUnpublish', 6, null, 'key')
          .command(4, 0, 'deleteStream', 7, null, 1),
      answer: ['_result(6, null)'],
    },
  ],
  connect: { app: 'live', flashVer: 'FMLE/3.0 (compatible; FMSc/1.0)' },
  events: [
    { type: 'publishRequest', streamId: 1, streamName: 'key', publishType: 'live' },
    {
      type: 'tags',
      streamId: 1,
      tags: [
        METADATA_TAG,
        { kind: 'audio', timestampMs: 0, body: 'af00' },
        { kind: 'video', timestampMs: 40, body: '9368766331' },
        { kind: 'video', timestampMs: 41, body: 'a268766331' },
      ],
    },
    { type: 'streamClosed', streamId: 1 },
  ],
};

const gstreamerPublish: KnownClient = {
  name: 'GStreamer publishes',
  steps: [
    { does: 'connect', wire: gstreamerConnect('live'), answer: CONNECT_ANSWER },
    {
      does: 'type 5; releaseStream and FCPublish with id 0',
      wire: (peer) =>
        peer
          .windowAckSize(2500000)
          .command(3, 0, 'releaseStream', 0, null, 'key')
          .command(3, 0, 'FCPublish', 0, null, 'key')
          .command(3, 0, 'createStream', 2, null),
      answer: ['_result(2, null, 1)'],
    },
    {
      does: 'publish with id 0',
      wire: (peer) => peer.command(3, 1, 'publish', 0, null, 'key', 'live'),
      answer: publishAnswer(),
    },
    {
      does: 'Set Chunk Size 128, metadata again and again',
      wire: (peer) =>
        peer
          .setChunkSize(128)
          .data(4, 1, '@setDataFrame', 'onMetaData', METADATA)
          .video(6, 1, 33, 0x27, 1)
          .data(4, 1, '@setDataFrame', 'onMetaData', METADATA),
      answer: [],
    },
    {
      does: 'deleteStream with the name',
      wire: (peer) => peer.command(3, 0, 'FCUnpublish', 0, null, 'key').command(3, 0, 'deleteStream', 0, null, 'key'),
      answer: [],
    },
  ],
  connect: { app: 'live', flashVer: 'LNX 10,0,32,18' },
  events: [
    { type: 'publishRequest', streamId: 1, streamName: 'key', publishType: 'live' },
    { type: 'tags', streamId: 1, tags: [METADATA_TAG, { kind: 'video', timestampMs: 33, body: '2701' }, METADATA_TAG] },
    { type: 'streamClosed', streamId: 1 },
  ],
};

const flashPublish: KnownClient = {
  name: 'a Flash camera publishes with AMF3 data and stops with publish(false)',
  steps: [
    {
      does: 'connect',
      wire: (peer) =>
        peer
          .handshake()
          .command(3, 0, 'connect', 1, amfObject({ app: 'live', flashVer: 'MAC 32,0,0,1', objectEncoding: 3 })),
      answer: CONNECT_ANSWER,
    },
    {
      does: 'createStream, publish without a type',
      wire: (peer) => {
        flash(peer, 0, 'createStream', 2, null);
        flash(peer, 1, 'publish', 0, null, 'cam');
      },
      answer: ['_result(2, null, 1)', ...publishAnswer()],
    },
    {
      does: 'type 15 data with format byte, silence, publish(false)',
      wire: (peer) => {
        peer.message(5, 15, 1, Uint8Array.of(0, ...encodeAmf0('@setDataFrame', 'onMetaData', METADATA)));
        peer.audio(4, 1, 10);
        peer.video(6, 1, 10);
        flash(peer, 1, 'publish', 0, null, false);
      },
      answer: ['onStatus@1(0, null, NetStream.Unpublish.Success)'],
    },
  ],
  connect: { app: 'live', objectEncoding: 3 },
  events: [
    { type: 'publishRequest', streamId: 1, streamName: 'cam', publishType: 'live' },
    { type: 'tags', streamId: 1, tags: [METADATA_TAG, { kind: 'audio', timestampMs: 10, body: '' }] },
    { type: 'streamClosed', streamId: 1 },
  ],
};

const haishinKit: KnownClient = {
  name: 'HaishinKit publishes',
  steps: [
    {
      does: 'connect with E-RTMP properties',
      wire: (peer) =>
        peer.handshake().command(
          3,
          0,
          'connect',
          1,
          amfObject({
            app: 'live',
            flashVer: 'FMLE/3.0 (compatible; FMSc/1.0)',
            swfUrl: null,
            tcUrl: 'rtmp://h/live',
            fpad: false,
            capabilities: 239,
            audioCodecs: 1024,
            videoCodecs: 128,
            videoFunction: 1,
            pageUrl: null,
            objectEncoding: 0,
            fourCcList: ['hvc1', 'Opus'],
          }),
        ),
      answer: CONNECT_ANSWER,
    },
    {
      does: 'chunk size 8192, FCPublish behind createStream',
      wire: (peer) =>
        peer.setChunkSize(8192).command(3, 0, 'createStream', 2, null).command(3, 0, 'FCPublish', 3, null, 'key'),
      answer: ['_result(2, null, 1)', '_result(3, null)'],
    },
    { does: 'publish', wire: (peer) => peer.command(3, 1, 'publish', 0, null, 'key', 'live'), answer: publishAnswer() },
    {
      does: 'closeStream and a new publish on the same stream',
      wire: (peer) => peer.command(3, 1, 'closeStream', 0, null).command(3, 1, 'publish', 0, null, 'key2', 'live'),
      answer: ['onStatus@1(0, null, NetStream.Unpublish.Success)', ...publishAnswer()],
    },
  ],
  connect: { app: 'live', objectEncoding: 0 },
  events: [
    { type: 'publishRequest', streamId: 1, streamName: 'key', publishType: 'live' },
    { type: 'streamClosed', streamId: 1 },
    { type: 'publishRequest', streamId: 1, streamName: 'key2', publishType: 'live' },
  ],
};

const nginxRelay: KnownClient = {
  name: 'nginx-rtmp pushes and takes stream 1 for granted',
  steps: [
    {
      does: 'connect, createStream and publish without waiting',
      wire: (peer) =>
        peer
          .handshake()
          .setChunkSize(4096)
          .windowAckSize(5000000)
          .command(
            3,
            0,
            'connect',
            1,
            amfObject({ app: 'live', tcUrl: 'rtmp://h/live', flashVer: 'LNX.11,1,102,55', acodecs: 3575 }),
          )
          .command(3, 0, 'createStream', 2, null)
          .command(5, 1, 'publish', 3, null, 'key', 'live')
          .audio(6, 1, 5, 0xaf, 1),
      answer: [...CONNECT_ANSWER, '_result(2, null, 1)', ...publishAnswer()],
    },
  ],
  connect: { app: 'live' },
  events: [
    { type: 'publishRequest', streamId: 1, streamName: 'key', publishType: 'live' },
    { type: 'tags', streamId: 1, tags: [{ kind: 'audio', timestampMs: 5, body: 'af01' }] },
  ],
};

export const PUBLISHERS = [ffmpegPublish, obs, gstreamerPublish, flashPublish, haishinKit, nginxRelay];
