import { type Check, type CheckGroup, fails, pass, skipped } from '../check.js';
import { comesThrough } from '../comes-through.js';

/** The last of all: what was done to the server has not harmed it. */
export const ALIVE_CHECK: Check = {
  id: 'alive',
  section: 'all of it',
  title: 'after all this the server still carries a stream',
  async run(desk) {
    if (desk.notes.connections <= 1) return skipped('the server takes one connection only');
    const { publisher, player } = await desk.pair();
    return (await comesThrough(publisher, player, 99, 40))
      ? pass('a picture comes through')
      : fails('no picture comes');
  },
};

export const ALIVE: CheckGroup = { name: 'at the end', checks: [ALIVE_CHECK] };
