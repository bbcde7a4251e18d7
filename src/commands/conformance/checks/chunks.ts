import { command } from '../../../rtmp/message/command.js';
import { encodeMessage } from '../../../rtmp/message/message.js';
import { type Check, type CheckGroup, deviates, type Finding, fails, pass } from '../check.js';
import { keyframe, tagWith } from '../media.js';
import { ANSWER_MS, type Sending, type Talk } from '../talk.js';

/**
 * Sends createStream in some form: it is the call that every server answers, so the answer shows that the form was
 * understood.
 */
function asCommand(id: string, section: string, title: string, send: (talk: Talk) => number | Promise<number>): Check {
  return {
    id: `chunk-${id}`,
    section,
    title,
    usesSession: true,
    async run(desk) {
      const { talk } = await desk.session();
      const transactionId = await send(talk);
      await talk.answer(transactionId, 'createStream');
      return pass('the command was answered');
    },
  };
}

const CREATE = 'createStream';

function later(talk: Talk, first: Sending, second: Sending): number {
  talk.ask(CREATE, null, [], first);
  return talk.ask(CREATE, null, [], second);
}

/** Long enough to be cut, and ignored: no server looks behind what it knows. */
const PADDING = 'x'.repeat(300);

function createChunks(talk: Talk, how: Sending): { readonly id: number; readonly chunks: Uint8Array[] } {
  const id = talk.nextTransactionId();
  return { id, chunks: talk.chunks(command(CREATE, id, null, PADDING), how) };
}

const interleaved = asCommand(
  'interleaved',
  'RTMP 5.3',
  'messages of two chunk streams may alternate chunk by chunk',
  async (talk) => {
    const one = createChunks(talk, { csid: 3 });
    const other = createChunks(talk, { csid: 8 });
    for (const [i, chunk] of one.chunks.entries()) {
      talk.wire.write(chunk);
      const between = other.chunks[i];
      if (between !== undefined) talk.wire.write(between);
    }
    await talk.answer(one.id, CREATE);
    return other.id;
  },
);

const controlBetween = asCommand(
  'control-between',
  'RTMP 5.4',
  'a control message may stand between the chunks of another message',
  (talk) => {
    const { id, chunks } = createChunks(talk, { csid: 3 });
    const [first, ...rest] = chunks;
    const control = talk.chunks({ type: 'windowAckSize', sizeBytes: 2_500_000 });
    talk.wire.write(...(first === undefined ? [] : [first]), ...control, ...rest);
    return id;
  },
);

const bytewise = asCommand('bytewise', 'RTMP 5.3', 'a chunk may come byte by byte', async (talk) => {
  const { id, chunks } = createChunks(talk, { csid: 3 });
  for (const chunk of chunks) await talk.wire.writeApart([...chunk].map((byte) => Uint8Array.of(byte)));
  return id;
});

const sizeInMidMessage = asCommand(
  'size-mid-message',
  'RTMP 5.4.1',
  'a new chunk size counts at once, also for a message that is half sent',
  (talk) => {
    const id = talk.nextTransactionId();
    const { typeId, payload } = encodeMessage(command(CREATE, id, null, PADDING));
    const old = talk.chunkSizeBytes;
    const small = talk.chunks({ type: 'setChunkSize', sizeBytes: 100 });
    const first = talk.rawChunks(typeId, payload, { csid: 8, chunkSizeBytes: 100 }).slice(0, 1);
    const large = talk.chunks({ type: 'setChunkSize', sizeBytes: old });
    const rest = talk.rawChunks(typeId, joinedAt(payload, 100, old), { csid: 8 }).slice(1);
    // In one piece: a size counts for the very next byte, whether that has come already or not.
    talk.wire.write(...small, ...first, ...large, ...rest);
    return id;
  },
);

/** What is left behind `sentBytes`, moved to where a second chunk of the new size begins. */
function joinedAt(payload: Uint8Array, sentBytes: number, sizeBytes: number): Uint8Array {
  const rest = payload.subarray(sentBytes);
  const moved = new Uint8Array(sizeBytes + rest.length);
  moved.set(rest, sizeBytes);
  return moved;
}

/** A picture in chunks of this size reaches a player unchanged. */
function size(chunkSizeBytes: number, pictureBytes: number): Check {
  return {
    id: `chunk-size-${chunkSizeBytes}`,
    section: 'RTMP 5.4.1',
    title: `chunks of up to ${chunkSizeBytes} ${chunkSizeBytes === 1 ? 'byte' : 'bytes'} are put together`,
    async run(desk) {
      const { publisher, player } = await desk.pair();
      const body = keyframe(chunkSizeBytes, pictureBytes);
      const { talk, streamId } = publisher;
      const change = talk.chunks({ type: 'setChunkSize', sizeBytes: chunkSizeBytes });
      talk.chunkSizeBytes = chunkSizeBytes;
      // In one piece: a size counts for the very next byte.
      const video = talk.chunks({ type: 'video', body }, { streamId, timestampField: 40 });
      talk.wire.write(...change, ...video);
      await publisher.talk.fence();
      const tag = await player.talk.within(ANSWER_MS, () => tagWith(player.talk, body));
      return tag === undefined ? lost(pictureBytes) : pass(`a picture of ${pictureBytes} bytes arrived unchanged`);
    },
  };
}

function lost(sizeBytes: number): Finding {
  return fails(`a picture of ${sizeBytes} bytes did not arrive as it was sent`);
}

const zeroSize: Check = {
  id: 'chunk-size-0',
  isRisky: true,
  section: 'RTMP 5.4.1',
  title: 'a chunk size of 0 is refused or ignored, and does not hang the server',
  async run(desk) {
    const { talk } = await desk.connect();
    talk.sendRaw(1, Uint8Array.of(0, 0, 0, 0), { csid: 2 });
    const id = talk.ask(CREATE);
    const answer = await talk.within(ANSWER_MS, () => talk.answerTo(id));
    if (answer !== undefined) return pass('it is ignored');
    return talk.wire.end === undefined ? deviates('the connection is silent from then on') : pass(talk.wire.end);
  },
};

const freshFmt1: Check = {
  ...asCommand('fmt-1-first', 'RTMP 5.3.1.2', 'a chunk stream may begin with fmt 1, as librtmp begins it', (talk) =>
    talk.ask(CREATE, null, [], { csid: 20, fmt: 1 }),
  ),
};

export const CHUNKS: CheckGroup = {
  name: 'chunks',
  checks: [
    asCommand('fmt-1', 'RTMP 5.3.1.2.2', 'fmt 1 keeps the message stream', (talk) =>
      later(talk, {}, { fmt: 1, timestampField: 20 }),
    ),
    asCommand('fmt-2', 'RTMP 5.3.1.2.3', 'fmt 2 keeps length, type and message stream', (talk) =>
      later(talk, {}, { fmt: 2, timestampField: 20 }),
    ),
    asCommand('fmt-3', 'RTMP 5.3.1.2.4', 'fmt 3 begins a message like the one before', (talk) =>
      later(talk, {}, { fmt: 3 }),
    ),
    asCommand('csid-other', 'RTMP 5.3.1.1', 'commands may come on any chunk stream', (talk) =>
      talk.ask(CREATE, null, [], { csid: 25 }),
    ),
    interleaved,
    controlBetween,
    bytewise,
    sizeInMidMessage,
    freshFmt1,
    asCommand('csid-63', 'RTMP 5.3.1.1', 'chunk stream 63, the last of one byte', (talk) =>
      talk.ask(CREATE, null, [], { csid: 63 }),
    ),
    asCommand('csid-two-bytes', 'RTMP 5.3.1.1', 'chunk stream 200, in the form of two bytes', (talk) =>
      talk.ask(CREATE, null, [], { csid: 200 }),
    ),
    asCommand('csid-three-bytes', 'RTMP 5.3.1.1', 'chunk stream 1000, in the form of three bytes', (talk) =>
      talk.ask(CREATE, null, [PADDING], { csid: 1000 }),
    ),
    asCommand('csid-long-form', 'RTMP 5.3.1.1', 'chunk stream 100 in three bytes, though two would do', (talk) =>
      talk.ask(CREATE, null, [], { csid: 100, basicHeaderBytes: 3 }),
    ),
    size(1, 600),
    size(64, 2_000),
    size(128, 2_000),
    size(4_096, 20_000),
    size(65_536, 200_000),
    size(0x7fffffff, 200_000),
    zeroSize,
  ],
};
