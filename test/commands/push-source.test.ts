import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { openPushSource } from '../../src/commands/push-source.js';
import type { SettledPushOptions } from '../../src/commands/settled-options.js';
import type { CommandEvent } from '../../src/events.js';
import type { MediaTag } from '../../src/media/tag.js';
import { TestDirectory } from '../endpoint/flv-test-files.js';
import { videoTags } from '../server/video.js';
import { flvBytes } from '../support/flv-file.js';

const directory = new TestDirectory();
afterAll(() => directory.remove());

/** 100 frames of 40 ms, a keyframe every second. Nothing tells how long the last one is shown. */
const FILM = directory.file('film.flv', flvBytes(videoTags({ count: 100, framesPerGop: 25 })));
const FILM_MS = 3960;

interface Opened {
  readonly durationMs: number | null;
  readonly tags: AsyncIterable<readonly MediaTag[]>;
  readonly events: CommandEvent[];
}

async function open(given: Partial<SettledPushOptions>, signal = new AbortController().signal): Promise<Opened> {
  const options: SettledPushOptions = {
    input: FILM,
    url: undefined,
    speed: 0,
    plays: 1,
    startMs: 0,
    durationMs: undefined,
    maxQueueMs: 3000,
    timeoutMs: 1000,
    stallTimeoutMs: 1000,
    tls: {},
    ...given,
  };
  const events: CommandEvent[] = [];
  return { ...(await openPushSource(options, (event) => events.push(event), signal)), events };
}

async function timesOf({ tags }: Opened): Promise<number[]> {
  const times: number[] = [];
  for await (const some of tags) {
    times.push(...some.map(({ timestampMs }) => timestampMs));
  }
  return times;
}

describe('openPushSource', () => {
  it('gives a whole file, and knows how long it is', async () => {
    const opened = await open({});
    expect(opened.durationMs).toBe(FILM_MS);
    const times = await timesOf(opened);
    expect([times.length, times[0], times.at(-1)]).toEqual([100, 0, 3960]);
    expect(directory.openFiles).toEqual([]);
  });

  it.each<
    [string, Partial<SettledPushOptions>, { first: number; last: number; count: number; durationMs: number | null }]
  >([
    ['a part', { durationMs: 1000 }, { first: 0, last: 960, count: 25, durationMs: 1000 }],
    [
      'the end, from a keyframe on',
      { startMs: 2500 },
      { first: 2000, last: 3960, count: 50, durationMs: FILM_MS - 2000 },
    ],
    ['it twice on one timeline', { plays: 2 }, { first: 0, last: 7960, count: 200, durationMs: 2 * FILM_MS }],
    [
      'as much of it for ever as is wanted',
      { plays: Number.POSITIVE_INFINITY, durationMs: 10_000 },
      { first: 0, last: 9960, count: 250, durationMs: 10_000 },
    ],
  ])('gives %s', async (_, given, { first, last, count, durationMs }) => {
    const opened = await open(given);
    const times = await timesOf(opened);
    expect({ first: times[0], last: times.at(-1), count: times.length, durationMs: opened.durationMs }).toEqual({
      first,
      last,
      count,
      durationMs,
    });
    expect(directory.openFiles).toEqual([]);
  });

  it('does not know the length of a loop without end, nor that of a pipe', async () => {
    expect((await open({ plays: Number.POSITIVE_INFINITY })).durationMs).toBeNull();
    const input = Readable.from([flvBytes(videoTags({ count: 3 }))]);
    const opened = await open({ input });
    expect(opened.durationMs).toBeNull();
    expect(await timesOf(opened)).toEqual([0, 40, 80]);
  });

  it('cannot repeat a pipe', async () => {
    await expect(open({ input: Readable.from([]), plays: 2 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  it('reports damage, with advice', async () => {
    const whole = flvBytes(videoTags({ count: 20 }));
    const damaged = Buffer.concat([whole.subarray(0, 500), Buffer.alloc(300, 0xee), whole.subarray(800)]);
    const opened = await open({ input: directory.file('damaged.flv', damaged) });
    const times = await timesOf(opened);
    expect(times.length).toBeLessThan(20);
    expect(opened.events).toEqual([
      expect.objectContaining({
        event: 'warning',
        code: 'WARN_DAMAGED_INPUT',
        message: expect.stringMatching(/^\d+ bytes at byte \d+ of the input are damaged/),
        advice: expect.stringContaining('rtmpkit pull'),
      }),
    ]);
  });

  it.each([
    ['nothing.flv', 'ERR_FILE_NOT_FOUND'],
    ['text.flv', 'ERR_NOT_FLV'],
  ])('fails before anything is sent: %s', async (name, code) => {
    directory.file('text.flv', Buffer.from('Dear diary'));
    await expect(open({ input: directory.file(name) })).rejects.toMatchObject({ code });
  });

  it('ends where it waits when it is aborted, and closes the file', async () => {
    const aborting = new AbortController();
    const opened = await open({ speed: 0.01 }, aborting.signal);
    const tags = opened.tags[Symbol.asyncIterator]();
    await tags.next();
    const next = tags.next();
    aborting.abort();
    expect(await next).toMatchObject({ done: true });
    await expect.poll(() => directory.openFiles).toEqual([]);
  });
});
