import type { AmfValue } from '../../../amf/value.js';
import { NetworkError, RejectedError } from '../../../errors.js';
import { isKeyframe } from '../../../media/tag-info.js';
import { type Check, type CheckGroup, deviates, fails, pass } from '../check.js';
import { comesThrough } from '../comes-through.js';
import { type CheckDesk, type OpenStream, STATUS, sendHeaders, sendMedia, startPlaying } from '../desk.js';
import { AUDIO_HEADER, audioFrame, interFrame, keyframe, sameBytes, tagsOf, tagWith, VIDEO_HEADER } from '../media.js';
import { ANSWER_MS } from '../talk.js';

const SECTION = 'RTMP 7.2.2.1';

const relays: Check = {
  id: 'play-relays',
  section: 'RTMP 7.1.4, 7.1.5',
  title: 'audio and video reach a player byte for byte and in order',
  async run(desk) {
    const { publisher, player } = await desk.pair();
    const bodies = [keyframe(1, 3_000), audioFrame(2), interFrame(3, 500), audioFrame(4), interFrame(5)];
    for (const [i, body] of bodies.entries()) {
      sendMedia(publisher, i % 2 === 1 ? 'audio' : 'video', body, 40 + i * 10);
    }
    if (!(await comesThrough(publisher, player, 6, 200))) return fails('the pictures do not arrive');
    const came = tagsOf(player.talk).map(({ body }) => bodies.findIndex((sent) => sameBytes(sent, body)));
    const order = came.filter((index) => index >= 0);
    if (order.length < bodies.length)
      return fails(`${bodies.length - order.length} of ${bodies.length} frames are missing`);
    return order.every((index, i) => index === i) ? pass('all frames came') : deviates('the order is another');
  },
};

const statuses: Check = {
  id: 'play-statuses',
  section: SECTION,
  title: 'StreamBegin, Play.Reset and Play.Start come before media',
  async run(desk) {
    const { publisher, player } = await desk.pair();
    await comesThrough(publisher, player, 7, 40);
    const heard = player.talk.received;
    const mediaAt = heard.findIndex(({ meaning }) => meaning.type === 'video' || meaning.type === 'audio');
    const before = mediaAt < 0 ? heard : heard.slice(0, mediaAt);
    const codes = before.flatMap(({ meaning }) =>
      meaning.type === 'command' && meaning.name === 'onStatus' ? [player.talk.statusIn(meaning).code] : [],
    );
    const missing = [
      ...(before.some(({ meaning }) => meaning.type === 'userControl' && meaning.event === 'streamBegin')
        ? []
        : ['StreamBegin']),
      ...[STATUS.PlayReset, STATUS.PlayStart].filter((code) => !codes.includes(code)),
    ];
    if (missing.length === 0) return pass('all came');
    const words = `before media there is no ${missing.join(', no ')}`;
    return missing.includes(STATUS.PlayStart) ? fails(words) : deviates(words);
  },
};

/** Plays what is live with these arguments. */
function variant(id: string, title: string, ...args: readonly AmfValue[]): Check {
  return {
    id: `play-${id}`,
    section: SECTION,
    title,
    async run(desk) {
      const publisher = await published(desk);
      const player = await desk.play(publisher.name, ...args);
      return (await comesThrough(publisher, player, 8, 40)) ? pass('it plays') : fails('no picture comes');
    },
  };
}

async function published(desk: CheckDesk): Promise<OpenStream> {
  const publisher = await desk.publish();
  sendHeaders(publisher);
  sendMedia(publisher, 'video', keyframe(1), 0);
  await publisher.talk.fence();
  return publisher;
}

const unknownName: Check = {
  id: 'play-unknown',
  section: SECTION,
  title: 'a name that nobody publishes gets NetStream.Play.StreamNotFound',
  async run(desk) {
    try {
      await desk.play(desk.newName());
      return deviates('it gets Play.Start, and waits');
    } catch (error) {
      if (error instanceof NetworkError && error.code !== 'ERR_REFUSED') return deviates(error.message);
      if (!(error instanceof RejectedError)) throw error;
      const words = error.peerWords ?? '';
      return words.includes(STATUS.PlayStreamNotFound) ? pass(words) : deviates(words);
    }
  },
};

const switched: Check = {
  id: 'play-another',
  section: SECTION,
  title: 'a second play on the same stream plays the other name',
  async run(desk) {
    const [first, second] = [await published(desk), await published(desk)];
    const player = await desk.play(first.name);
    await startPlaying(player.talk, player.streamId, second.name);
    return (await comesThrough(second, player, 9, 40))
      ? pass('it plays the other')
      : deviates('the other does not come');
  },
};

const bothWays: Check = {
  id: 'play-and-publish',
  section: 'RTMP 7.2.1.3',
  title: 'one connection may publish and play',
  async run(desk) {
    const publisher = await published(desk);
    const streamId = await publisher.talk.createStream();
    if (streamId === publisher.streamId) return deviates('the server gives one stream for each connection');
    await startPlaying(publisher.talk, streamId, publisher.name);
    return (await comesThrough(publisher, { ...publisher, streamId }, 10, 40))
      ? pass('it plays what it publishes')
      : fails('what it publishes does not come back');
  },
};

const lateHeaders: Check = {
  id: 'play-late-headers',
  section: 'FLV E.4.2, E.4.3',
  title: 'who joins late gets the configurations of video and audio',
  async run(desk) {
    const publisher = await published(desk);
    const player = await desk.play(publisher.name);
    if (!(await comesThrough(publisher, player, 11, 40))) return fails('no picture comes');
    sendMedia(publisher, 'audio', audioFrame(1), 50);
    await comesThrough(publisher, player, 12, 80);
    const missing = [
      ...(tagWith(player.talk, VIDEO_HEADER) === undefined ? ['video'] : []),
      ...(tagWith(player.talk, AUDIO_HEADER) === undefined ? ['audio'] : []),
    ];
    return missing.length === 0 ? pass('both came') : fails(`no configuration of ${missing.join(' and ')}`);
  },
};

const lateKeyframe: Check = {
  id: 'play-late-keyframe',
  section: 'FLV E.4.3',
  title: 'who joins between two keyframes begins with a keyframe',
  async run(desk) {
    const publisher = await published(desk);
    for (let i = 1; i < 5; i++) sendMedia(publisher, 'video', interFrame(i), i * 40);
    await publisher.talk.fence();
    const player = await desk.play(publisher.name);
    for (let i = 5; i < 8; i++) sendMedia(publisher, 'video', interFrame(i), i * 40);
    if (!(await comesThrough(publisher, player, 13, 320))) return fails('no picture comes');
    const first = tagsOf(player.talk).find(({ kind, body }) => kind === 'video' && !sameBytes(body, VIDEO_HEADER));
    return first !== undefined && isKeyframe(first) ? pass('it does') : deviates('it begins with another picture');
  },
};

const lateAtOnce: Check = {
  id: 'play-late-at-once',
  section: 'practice',
  title: 'who joins late sees the newest keyframe at once',
  async run(desk) {
    const publisher = await published(desk);
    const player = await desk.play(publisher.name);
    const picture = await player.talk.within(ANSWER_MS, () => tagWith(player.talk, keyframe(1)));
    return picture === undefined ? deviates('it has to wait for the next one') : pass('it does');
  },
};

export const PLAY: CheckGroup = {
  name: 'play',
  checks: [
    relays,
    statuses,
    variant('live-or-recorded', 'start -2: live, else recorded', -2),
    variant('live', 'start -1: live only', -1),
    variant('flash', 'start -2000, as FFmpeg says it', -2000),
    variant('flash-live', 'start -1000, as librtmp says it', -1000),
    variant('reset', 'start, duration and reset together', -2, -1, true),
    unknownName,
    switched,
    bothWays,
    lateHeaders,
    lateKeyframe,
    lateAtOnce,
  ],
};
