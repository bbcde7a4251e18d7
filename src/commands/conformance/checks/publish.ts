import { RejectedError, RtmpkitError } from '../../../errors.js';
import { command } from '../../../rtmp/message/command.js';
import { type Check, type CheckGroup, deviates, type Finding, fails, pass } from '../check.js';
import {
  type CheckDesk,
  deleteStream,
  type OpenStream,
  STATUS,
  sendHeaders,
  sendMedia,
  startPublishing,
} from '../desk.js';
import { keyframe, tagWith } from '../media.js';
import { ANSWER_MS } from '../talk.js';

const SECTION = 'RTMP 7.2.2.6';

const start: Check = {
  id: 'publish-start',
  section: SECTION,
  title: 'publish gets NetStream.Publish.Start on its stream, with number 0',
  usesSession: true,
  async run(desk) {
    const { talk, streamId, name } = await desk.session();
    const { code } = await startPublishing(talk, streamId, name).catch((error: unknown) => {
      if (error instanceof RejectedError) desk.notes.publishRefusal = error.peerWords ?? error.message;
      throw error;
    });
    const heard = talk.received.find(({ meaning }) => meaning.type === 'command' && meaning.name === 'onStatus');
    if (code !== STATUS.PublishStart) return deviates(code);
    if (heard?.message.streamId !== streamId) return deviates(`it came on stream ${heard?.message.streamId}`);
    const number = heard.meaning.type === 'command' ? heard.meaning.transactionId : 0;
    return number === 0 ? pass(code) : deviates(`its number is ${number}`);
  },
};

const media: Check = {
  id: 'publish-media',
  section: 'RTMP 7.1.5',
  title: 'metadata, configurations and frames are taken',
  usesSession: true,
  async run(desk) {
    const session = await desk.session();
    sendHeaders(session);
    for (let i = 0; i < 5; i++) sendMedia(session, 'video', keyframe(i), i * 40);
    await session.talk.fence();
    return pass('the next command was answered');
  },
};

const end: Check = {
  id: 'publish-end',
  section: 'RTMP 7.2.2.3',
  title: 'FCUnpublish and deleteStream end it, the connection stays',
  usesSession: true,
  async run(desk) {
    const session = await desk.session();
    session.talk.ask('FCUnpublish', null, [session.name]);
    deleteStream(session);
    const created = session.talk.ask('createStream');
    const answer = await session.talk.within(ANSWER_MS, () => session.talk.answerTo(created));
    return answer === undefined ? deviates(session.talk.wire.end ?? 'no answer from then on') : pass('it stays');
  },
};

const begin: Check = {
  id: 'publish-stream-begin',
  section: 'RTMP 7.1.7',
  title: 'StreamBegin tells that the stream is there',
  async run(desk) {
    const { talk, streamId } = await desk.publish();
    await talk.fence();
    const came = talk.received.some(
      ({ meaning }) =>
        meaning.type === 'userControl' && meaning.event === 'streamBegin' && meaning.streamId === streamId,
    );
    return came ? pass('it came') : deviates('it did not come');
  },
};

const withoutType: Check = {
  id: 'publish-without-type',
  section: SECTION,
  title: 'publish without live, record or append is understood',
  async run(desk) {
    const { talk } = await desk.connect();
    const streamId = await talk.createStream();
    talk.ask('publish', null, [desk.newName()], { streamId });
    const status = await talk.until('status to publish', () => talk.statuses()[0]);
    return status.code === STATUS.PublishStart ? pass(status.code) : deviates(status.code);
  },
};

const busy: Check = {
  id: 'publish-busy',
  section: SECTION,
  title: 'a second publisher of a name is refused with a status, and the first goes on',
  async run(desk) {
    const first = await desk.publish();
    sendHeaders(first);
    const refused = await refusalOf(async () => (await desk.publish(first.name)).talk.fence());
    await first.talk.fence();
    if (refused === undefined) return deviates('it is accepted');
    if (refused instanceof RejectedError) return pass(refused.peerWords ?? refused.message);
    return deviates(refused.message);
  },
};

async function refusalOf(attempt: () => Promise<unknown>): Promise<RtmpkitError | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof RtmpkitError) return error;
    throw error;
  }
}

const sameStream: Check = {
  id: 'publish-twice-on-stream',
  section: SECTION,
  title: 'a second publish on the same stream is refused, and does no harm to the first',
  async run(desk) {
    const { talk, streamId } = await desk.publish();
    const from = talk.statuses().length;
    talk.ask('publish', null, [desk.newName(), 'live'], { streamId });
    await talk.fence();
    const status = talk.statuses().slice(from)[0];
    if (status === undefined) return deviates('no status');
    return status.level === 'error' ? pass(status.code) : deviates(`${status.level}: ${status.code}`);
  },
};

/** Ends a publish in some way, and looks whether another may take the name. */
function freed(id: string, section: string, title: string, endIt: (stream: OpenStream) => void): Check {
  return {
    id: `publish-${id}`,
    section,
    title,
    async run(desk) {
      const first = await desk.publish();
      sendHeaders(first);
      sendMedia(first, 'video', keyframe(1), 0);
      await first.talk.fence();
      endIt(first);
      return takenAgain(desk, first.name);
    },
  };
}

/** A server may need a moment to notice. */
const PATIENCE_MS = 3_000;
const RETRY_MS = 100;

async function takenAgain(desk: CheckDesk, name: string): Promise<Finding> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const refused = await refusalOf(() => desk.publish(name));
    if (refused === undefined) return pass('the name can be taken again');
    if (performance.now() >= endMs) return fails(`the name stays taken: ${refused.peerWords ?? refused.message}`);
    await desk.pause(RETRY_MS);
  }
}

const twoStreams: Check = {
  id: 'publish-two-streams',
  section: 'RTMP 7.2.1.3',
  title: 'two streams of one connection are published side by side',
  async run(desk) {
    const { talk } = await desk.connect();
    const [one, other] = [await talk.createStream(), await talk.createStream()];
    if (one === other) return deviates('the server gives one stream for each connection');
    const streams = [one, other].map((streamId) => ({ talk, streamId, name: desk.newName() }));
    for (const stream of streams) await startPublishing(talk, stream.streamId, stream.name);
    for (const [i, stream] of streams.entries()) {
      sendHeaders(stream);
      sendMedia(stream, 'video', keyframe(100 + i), 0);
    }
    await talk.fence();
    for (const [i, stream] of streams.entries()) {
      const player = await desk.play(stream.name);
      const body = keyframe(200 + i);
      sendMedia(stream, 'video', body, 40);
      const tag = await player.talk.within(ANSWER_MS, () => tagWith(player.talk, body));
      if (tag === undefined) return fails(`stream ${i + 1} does not reach its player`);
    }
    return pass('each reaches its player');
  },
};

export const PUBLISH: CheckGroup = {
  name: 'publish',
  checks: [
    start,
    media,
    begin,
    withoutType,
    busy,
    sameStream,
    freed('delete-stream', 'RTMP 7.2.2.3', 'deleteStream sets the name free', deleteStream),
    freed('close-stream', 'Flash', 'closeStream sets the name free', ({ talk, streamId }) =>
      talk.send(command('closeStream', talk.nextTransactionId(), null), { streamId }),
    ),
    freed('fc-unpublish', 'FMLE', 'FCUnpublish with deleteStream sets the name free', (stream) => {
      stream.talk.ask('FCUnpublish', null, [stream.name]);
      deleteStream(stream);
    }),
    freed('reconnect', SECTION, 'a publisher whose connection broke can come back under its name', ({ talk }) =>
      talk.wire.reset(),
    ),
    twoStreams,
    end,
  ],
};
