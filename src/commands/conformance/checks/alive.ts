import { type Check, type CheckGroup, fails, pass, skipped } from '../check.js';
import { sendMedia } from '../desk.js';
import { keyframe, tagWith } from '../media.js';
import { ANSWER_MS } from '../talk.js';

/** The last of all: what was done to the server has not harmed it. */
export const ALIVE_CHECK: Check = {
  id: 'alive',
  section: 'all of it',
  title: 'after all this the server still carries a stream',
  async run(desk) {
    if (desk.notes.connections <= 1) return skipped('it takes one connection only');
    const { publisher, player } = await desk.pair();
    const body = keyframe(99);
    sendMedia(publisher, 'video', body, 40);
    const tag = await player.talk.within(ANSWER_MS, () => tagWith(player.talk, body));
    return tag === undefined ? fails('no picture comes through') : pass('a picture comes through');
  },
};

export const ALIVE: CheckGroup = { name: 'at the end', checks: [ALIVE_CHECK] };
