import { describe, expect, it } from 'vitest';
import { saysForeground } from '../../src/cli/foreground.js';

/** As Linux writes it, without what comes behind. */
const stat = (processGroup: number, foregroundGroup: number, name = 'rtmpkit') =>
  `4711 (${name}) S 100 ${processGroup} 90 34816 ${foregroundGroup} 4194304 1 0 0\n`;

describe('the foreground of a terminal', () => {
  it.each([
    ['has the group of processes that the terminal names', stat(4711, 4711), true],
    ['is somebody else, mostly a shell', stat(4711, 90), false],
    ['is everywhere where there is no terminal to be behind of', stat(4711, -1), true],
    ['is not mistaken for a name', stat(4711, 90, 'a) S 1 90 (b'), false],
  ])('%s', (_, text, expected) => {
    expect(saysForeground(text)).toBe(expected);
  });
});
