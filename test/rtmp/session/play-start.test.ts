import { describe, expect, it } from 'vitest';
import type { PlayStart } from '../../../src/rtmp/session/events.js';
import { playRange, playStartArgument } from '../../../src/rtmp/session/play-start.js';

const recorded = (positionMs: number): PlayStart => ({ from: 'recorded', positionMs });
const LIVE: PlayStart = { from: 'live' };
const ANY: PlayStart = { from: 'live-or-recorded' };

describe('playRange', () => {
  it.each<[string, string, number | undefined, number | undefined, PlayStart, number | undefined]>([
    ['nothing given', '', undefined, undefined, ANY, undefined],
    ['FFmpeg by default', 'LNX 9,0,124,2', -2000, undefined, ANY, undefined],
    ['FFmpeg live', 'LNX 9,0,124,2', -1000, undefined, LIVE, undefined],
    ['FFmpeg from a position', 'LNX 9,0,124,2', 12_000, undefined, recorded(12_000), undefined],
    ['FFmpeg from the beginning', 'LNX 9,0,124,2', 0, undefined, recorded(0), undefined],
    ['rtmpdump up to a position', 'LNX 10,0,32,18', 5000, 2500, recorded(5000), 2500],
    ['GStreamer', 'LNX 10,0,32,18', -2, undefined, ANY, undefined],
    ['the document: live', 'WIN 15,0,0,239', -1, -1, LIVE, undefined],
    ['the document: seconds', 'WIN 15,0,0,239', 12.5, 3, recorded(12_500), 3000],
    ['the document: one frame', '', 0, 0, recorded(0), 0],
    ['our own client', 'LNX 9,0,124,2', 1500, -1000, recorded(1500), undefined],
    ['a negative number that is no word', '', -0.5, -7, ANY, undefined],
  ])('%s', (_, flashVer, start, duration, expected, durationMs) => {
    const play = { kind: 'play', transactionId: 0, streamName: 'key', start, duration, reset: true } as const;
    expect(playRange(play, flashVer)).toEqual({ start: expected, durationMs });
  });
});

describe('playStartArgument', () => {
  it.each([
    [LIVE, -1000],
    [ANY, -2000],
    [recorded(250), 250],
  ])('%j', (start, argument) => {
    expect(playStartArgument(start)).toBe(argument);
  });
});
