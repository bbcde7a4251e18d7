import { command } from '../../../rtmp/message/command.js';
import { type Check, type CheckGroup, deviates, type Finding, fails, pass } from '../check.js';
import { comesThrough } from '../comes-through.js';
import { deleteStream, type OpenStream, STATUS, sendMedia, startPlaying } from '../desk.js';
import { audioFrame, keyframe, sameBytes, tagsOf, tagWith } from '../media.js';
import { ANSWER_MS } from '../talk.js';

const pause: Check = {
  id: 'play-pause',
  section: 'RTMP 7.2.2.8',
  title: 'pause and its end get Pause.Notify and Unpause.Notify, and media flows again',
  async run(desk) {
    const { publisher, player } = await desk.pair();
    const { talk, streamId } = player;
    await comesThrough(publisher, player, 14, 40);
    talk.ask('pause', null, [true, 40], { streamId });
    await talk.fence();
    talk.ask('pause', null, [false, 40], { streamId });
    await talk.fence();
    const flows = await comesThrough(publisher, player, 15, 80);
    if (!flows) return fails('no picture comes after the pause');
    const codes = talk.statuses().map(({ code }) => code);
    const missing = [STATUS.PauseNotify, STATUS.UnpauseNotify].filter((code) => !codes.includes(code));
    return missing.length === 0 ? pass('both came') : deviates(`no ${missing.join(', no ')}`);
  },
};

const seek: Check = {
  id: 'play-seek',
  section: 'RTMP 7.2.2.7',
  title: 'seek in a live stream gets Seek.Notify or an error',
  async run(desk) {
    const { publisher, player } = await desk.pair();
    const { talk, streamId } = player;
    const from = talk.statuses().length;
    const id = talk.ask('seek', null, [0], { streamId });
    await talk.fence();
    if (!(await comesThrough(publisher, player, 16, 40))) return fails('no picture comes after it');
    const status = talk
      .statuses()
      .slice(from)
      .find(({ code }) => code.startsWith('NetStream.Seek'));
    if (status !== undefined) return pass(status.code);
    return talk.answerTo(id)?.name === '_error' ? pass('_error') : deviates('no answer');
  },
};

/** Turns one kind off, and looks whether only the other comes. */
function receive(kind: 'audio' | 'video'): Check {
  const name = kind === 'audio' ? 'receiveAudio' : 'receiveVideo';
  return {
    id: `play-no-${kind}`,
    section: kind === 'audio' ? 'RTMP 7.2.2.4' : 'RTMP 7.2.2.5',
    title: `${name}(false) stops ${kind} only`,
    async run(desk) {
      const { publisher, player } = await desk.pair();
      const { talk, streamId } = player;
      talk.send(command(name, talk.nextTransactionId(), null, false), { streamId });
      await talk.fence();
      const unwanted = kind === 'audio' ? audioFrame(17) : keyframe(17);
      const wanted = kind === 'audio' ? keyframe(18) : audioFrame(18);
      sendMedia(publisher, kind, unwanted, 40);
      sendMedia(publisher, kind === 'audio' ? 'video' : 'audio', wanted, 60);
      const came = await talk.within(ANSWER_MS, () => tagWith(talk, wanted));
      if (came === undefined) return fails('nothing comes any more');
      return tagWith(talk, unwanted) === undefined ? pass('it does') : deviates(`${kind} comes all the same`);
    },
  };
}

const over: Check = {
  id: 'play-end',
  section: 'RTMP 7.1.7, 7.2.2',
  title: 'players are told when the publisher has gone',
  async run(desk) {
    const { publisher, player } = await desk.pair();
    const from = player.talk.received.length;
    publisher.talk.ask('FCUnpublish', null, [publisher.name]);
    deleteStream(publisher);
    publisher.talk.wire.close();
    const word = await player.talk.within(ANSWER_MS, () => endingWord(player, from));
    if (word !== undefined) return pass(word);
    return deviates(player.talk.wire.end ?? 'nothing is said');
  },
};

const ENDINGS: ReadonlySet<string> = new Set([STATUS.PlayStop, STATUS.PlayUnpublishNotify, STATUS.PlayComplete]);

function endingWord({ talk }: OpenStream, from: number): string | undefined {
  for (const { meaning } of talk.received.slice(from)) {
    if (meaning.type === 'userControl' && meaning.event === 'streamEof') return 'StreamEOF';
    if (meaning.type === 'command' && meaning.name === 'onStatus') {
      const { code } = talk.statusIn(meaning);
      if (ENDINGS.has(code)) return code;
    }
  }
  return undefined;
}

const leave: Check = {
  id: 'play-leave',
  section: 'RTMP 7.2.2.3',
  title: 'after deleteStream no more media comes, and the connection can play again',
  async run(desk) {
    const { publisher, player } = await desk.pair();
    deleteStream(player);
    await player.talk.fence();
    const unwanted = keyframe(19);
    sendMedia(publisher, 'video', unwanted, 40);
    await publisher.talk.fence();
    const streamId = await player.talk.createStream();
    await startPlaying(player.talk, streamId, publisher.name);
    if (!(await comesThrough(publisher, { ...player, streamId }, 20, 80))) return fails('it cannot play again');
    return judgedLeave(player, unwanted);
  },
};

/** The picture may be the one that a late joiner is given first: then it came once. */
function judgedLeave({ talk }: OpenStream, unwanted: Uint8Array): Finding {
  const count = tagsOf(talk).filter(({ body }) => sameBytes(body, unwanted)).length;
  return count <= 1 ? pass('it does') : deviates('media came after deleteStream');
}

/** What a player can do while it plays, and how it ends. */
export const PLAYING: CheckGroup = {
  name: 'while playing',
  checks: [pause, seek, receive('audio'), receive('video'), over, leave],
};
