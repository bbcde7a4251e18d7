import { command } from '../../../rtmp/message/command.js';
import { type Check, type CheckGroup, deviates, fails, pass } from '../check.js';
import { sendMedia } from '../desk.js';
import { keyframe } from '../media.js';
import { ANSWER_MS, type Talk } from '../talk.js';

/** What a server may take no notice of, but must not stumble over. */
function harmless(id: string, section: string, title: string, send: (talk: Talk, streamId: number) => void): Check {
  return {
    id: `control-${id}`,
    section,
    title,
    usesSession: true,
    async run(desk) {
      const { talk, streamId } = await desk.session();
      send(talk, streamId);
      await talk.fence();
      return pass('the next command was answered');
    },
  };
}

const window: Check = {
  id: 'control-window',
  section: 'RTMP 7.2.1.1',
  title: 'Window Acknowledgement Size and Set Peer Bandwidth come with the answer to connect',
  usesSession: true,
  async run(desk) {
    const { talk } = await desk.session();
    const types = new Set(talk.received.map(({ meaning }) => meaning.type));
    const missing = [
      ...(types.has('windowAckSize') ? [] : ['Window Acknowledgement Size']),
      ...(types.has('setPeerBandwidth') ? [] : ['Set Peer Bandwidth']),
    ];
    return missing.length === 0 ? pass('both came') : deviates(`no ${missing.join(', no ')}`);
  },
};

const ping: Check = {
  id: 'control-ping',
  section: 'RTMP 7.1.7',
  title: 'a ping is answered with the number that it holds',
  usesSession: true,
  async run(desk) {
    const { talk } = await desk.session();
    const timestampMs = 0x01020304;
    talk.send({ type: 'userControl', event: 'pingRequest', timestampMs });
    await talk.fence();
    const pong = talk.received
      .map(({ meaning }) => meaning)
      .find((meaning) => meaning.type === 'userControl' && meaning.event === 'pingResponse');
    if (pong === undefined) return deviates('no answer');
    return 'timestampMs' in pong && pong.timestampMs === timestampMs
      ? pass('answered')
      : deviates('another number came');
  },
};

const bandwidth: Check = {
  id: 'control-peer-bandwidth',
  section: 'RTMP 5.4.5',
  title: 'Set Peer Bandwidth is answered with a Window Acknowledgement Size',
  usesSession: true,
  async run(desk) {
    const { talk } = await desk.session();
    const from = talk.received.length;
    talk.send({ type: 'setPeerBandwidth', sizeBytes: 1_234_567, limit: 'hard' });
    await talk.fence();
    const answer = talk.received.slice(from).find(({ meaning }) => meaning.type === 'windowAckSize');
    return answer === undefined ? deviates('no answer') : pass('answered');
  },
};

const WINDOW_BYTES = 10_000;

const acknowledges: Check = {
  id: 'control-acknowledges',
  section: 'RTMP 5.4.3',
  title: 'bytes are acknowledged when the window that was asked for is full',
  async run(desk) {
    const stream = await desk.publish();
    stream.talk.send({ type: 'windowAckSize', sizeBytes: WINDOW_BYTES });
    for (let i = 0; i < 5; i++) sendMedia(stream, 'video', keyframe(i, WINDOW_BYTES), i * 40);
    await stream.talk.fence();
    const acknowledgement = await stream.talk.within(ANSWER_MS, () =>
      stream.talk.received.find(({ meaning }) => meaning.type === 'acknowledgement'),
    );
    return acknowledgement === undefined ? deviates('nothing is acknowledged') : pass('acknowledged');
  },
};

const abort: Check = {
  id: 'control-abort',
  isRisky: true,
  section: 'RTMP 5.4.2',
  title: 'after an Abort, what came of the message is forgotten',
  async run(desk) {
    const { talk } = await desk.connect();
    const csid = 8;
    const id = talk.nextTransactionId();
    const [first] = talk.chunks(command('createStream', id, null, 'x'.repeat(300)), { csid });
    if (first !== undefined) talk.wire.write(first);
    talk.send({ type: 'abort', csid });
    const next = talk.ask('createStream', null, [], { csid });
    const answer = await talk.within(ANSWER_MS, () => talk.answerTo(next));
    if (answer !== undefined) return pass('the next message is understood');
    return talk.wire.end === undefined ? deviates('the next message is lost') : fails(talk.wire.end);
  },
};

export const CONTROL: CheckGroup = {
  name: 'control',
  checks: [
    window,
    ping,
    bandwidth,
    harmless('acknowledgement', 'RTMP 5.4.3', 'an Acknowledgement of any number does no harm', (talk) =>
      talk.send({ type: 'acknowledgement', sequenceNumber: 0xfffffff0 }),
    ),
    harmless('buffer-length', 'RTMP 7.1.7', 'SetBufferLength does no harm', (talk, streamId) =>
      talk.send({ type: 'userControl', event: 'setBufferLength', streamId, lengthMs: 3_000 }),
    ),
    harmless('unknown-event', 'RTMP 7.1.7', 'a user control event that nobody knows does no harm', (talk) =>
      talk.send({ type: 'userControl', event: 'unknown', eventType: 99, data: Uint8Array.of(0, 0, 0, 1) }),
    ),
    harmless('unknown-type', 'RTMP 5.4', 'a message of a type that nobody knows does no harm', (talk) => {
      talk.sendRaw(99, new Uint8Array(20), { csid: 7 });
      talk.sendRaw(7, new Uint8Array(4), { csid: 7 });
    }),
    harmless('shared-object', 'RTMP 7.1.3', 'a shared object message does no harm', (talk) =>
      talk.send({ type: 'sharedObject', encoding: 'amf0', body: SHARED_OBJECT }),
    ),
    harmless('empty-message', 'RTMP 5.3', 'audio and video without a byte do no harm', (talk, streamId) => {
      talk.sendRaw(8, new Uint8Array(0), { csid: 4, streamId });
      talk.sendRaw(9, new Uint8Array(0), { csid: 6, streamId });
    }),
    acknowledges,
    abort,
  ],
};

/** Name `so`, version 0, flags, and the event that asks for its use. */
const SHARED_OBJECT = Uint8Array.of(0, 2, 0x73, 0x6f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
