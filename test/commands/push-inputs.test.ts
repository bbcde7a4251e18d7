import { readFileSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { readAmf0Values } from '../../src/amf/amf0-reader.js';
import { type OpenInput, openEntry } from '../../src/commands/push-entries.js';
import { openProgram } from '../../src/commands/push-program.js';
import { openPushSource, type PushSource } from '../../src/commands/push-source.js';
import type { SettledPushOptions } from '../../src/commands/settled-options.js';
import { FfmpegError, MediaError } from '../../src/errors.js';
import type { CommandEvent, SwitchedEvent, WarningEvent } from '../../src/events.js';
import { readMetadata } from '../../src/media/metadata.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame, isKeyframe, isMetadata, isSequenceHeader } from '../../src/media/tag-info.js';
import { TestDirectory } from '../endpoint/flv-test-files.js';
import { videoTags } from '../server/video.js';
import { flvBytes } from '../support/flv-file.js';
import { bodiesOf, framesOf, neverGoesBack } from '../support/stream-parts.js';
import { syntheticStream } from '../support/streams.js';

const directory = new TestDirectory();
afterAll(() => directory.remove());

const TAGS = {
  a: syntheticStream({ video: 'h264', audio: 'aac', durationMs: 2_000, fps: 30, startMs: 500 }),
  silent: syntheticStream({ video: 'hevc', durationMs: 1_000 }),
  b: syntheticStream({ video: 'h264', audio: 'mp3', durationMs: 1_500, fps: 24 }),
};
const A = directory.file('a.flv', flvBytes(TAGS.a));
const SILENT = directory.file('silent.flv', flvBytes(TAGS.silent));
const B = directory.file('b.flv', flvBytes(TAGS.b));
/** Its frames are there, its end is not. */
const TORN = directory.file('torn.flv', flvBytes(TAGS.b).subarray(0, 9_000));
const TEXT = directory.file('text.flv', Buffer.from('Dear diary'));

interface Played {
  readonly source: PushSource;
  readonly tags: MediaTag[];
  readonly events: CommandEvent[];
}

function open(
  given: Partial<SettledPushOptions>,
  events: CommandEvent[] = [],
  signal = new AbortController().signal,
): Promise<PushSource> {
  const options: SettledPushOptions = {
    input: A,
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
  return openPushSource(options, (event) => events.push(event), signal);
}

async function play(given: Partial<SettledPushOptions>, onTags = (_count: number): void => {}): Promise<Played> {
  const events: CommandEvent[] = [];
  const source = await open(given, events);
  const tags: MediaTag[] = [];
  for await (const some of source.tags) {
    tags.push(...some.map((tag) => ({ ...tag, body: Uint8Array.from(tag.body) })));
    onTags(tags.length);
  }
  expect(directory.openFiles).toEqual([]);
  return { source, tags, events };
}

function warningsIn(events: readonly CommandEvent[]): WarningEvent[] {
  return events.filter((event) => event.event === 'warning');
}

function switchesIn(events: readonly CommandEvent[]): SwitchedEvent[] {
  return events.filter((event) => event.event === 'switched');
}

/** Frames of both kinds, whatever their times. */
function mediaOf(...streams: (readonly MediaTag[])[]): string[] {
  return bodiesOf(streams.flatMap((tags) => tags.filter(isFrame)));
}

describe('several inputs', () => {
  it('come one after the other on one timeline, each with its headers and a keyframe', async () => {
    const { tags, source, events } = await play({ input: [A, SILENT, B] });
    expect(bodiesOf(tags.filter(isFrame))).toEqual(mediaOf(TAGS.a, TAGS.silent, TAGS.b));
    expect(neverGoesBack(tags)).toBe(true);
    // 87 frames of AAC end later than 60 frames of 30 a second; then 25 frames of 40 ms.
    const silentMs = Math.round(500 + (87 * 1024) / 44.1);
    const starts = tags.filter((tag) => isSequenceHeader(tag) && tag.kind === 'video').map((tag) => tag.timestampMs);
    expect(starts).toEqual([500, silentMs, silentMs + 1000]);
    for (const startMs of starts) {
      expect(isKeyframe(framesOf('video', tags).find(({ timestampMs }) => timestampMs >= startMs)!)).toBe(true);
    }
    expect(source.durationMs).toBeGreaterThan(4_400);
    expect(source.durationMs).toBeLessThan(4_600);
    expect(switchesIn(events).map(({ input, inputNumber, inputCount }) => [input, inputNumber, inputCount])).toEqual([
      [A, 1, 3],
      [SILENT, 2, 3],
      [B, 3, 3],
    ]);
    expect(warningsIn(events)).toEqual([]);
  });

  it('come from playlists and the command line alike, as often as is wanted', async () => {
    const list = directory.file('list.txt', Buffer.from(`# my films\nsilent.flv\n\n${B}\n`));
    const { tags, source } = await play({ input: [A, `@${list}`], plays: 2, startMs: 1_000 });
    const fromOneSecond = TAGS.a.slice(TAGS.a.findIndex((tag) => isKeyframe(tag) && tag.timestampMs === 1_500));
    const round = mediaOf(fromOneSecond, TAGS.silent, TAGS.b);
    expect(bodiesOf(tags.filter(isFrame))).toEqual([...round, ...round]);
    expect(neverGoesBack(tags)).toBe(true);
    expect(Math.abs(source.durationMs! - 2 * 3_500)).toBeLessThan(200);
  });

  it('end after the duration that is wanted of all', async () => {
    const { tags, source } = await play({ input: [A, B], plays: Number.POSITIVE_INFINITY, durationMs: 10_000 });
    expect(source.durationMs).toBe(10_000);
    expect(Math.max(...tags.map(({ timestampMs }) => timestampMs))).toBeLessThan(10_500);
    expect(Math.max(...tags.map(({ timestampMs }) => timestampMs))).toBeGreaterThan(10_400);
  });

  it('may have a stream among them, but only once', async () => {
    const pipe = () => Readable.from([flvBytes(TAGS.b)]);
    const { tags, source, events } = await play({ input: [A, pipe(), SILENT] });
    expect(bodiesOf(tags.filter(isFrame))).toEqual(mediaOf(TAGS.a, TAGS.b, TAGS.silent));
    expect(source.durationMs).toBeNull();
    expect(switchesIn(events)[1]?.input).toBe('the input stream');
    await expect(open({ input: [A, pipe()], plays: 2 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    const one = pipe();
    await expect(open({ input: [one, one] })).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  it.each([
    ['a missing file', 'a.flv\n\nnothing.flv', 'ERR_FILE_NOT_FOUND', / line 3: .*nothing\.flv: there is no such file$/],
    ['a file of another kind', '#\ntext.flv', 'ERR_NOT_FLV', / line 2: .*text\.flv: this is not an FLV/],
  ])('fail before anything is sent: %s', async (name, text, code, message) => {
    const list = directory.file(`${name}.txt`, Buffer.from(text));
    await expect(open({ input: `@${list}` })).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await expect(open({ input: [A, TEXT] })).rejects.toMatchObject({ code: 'ERR_NOT_FLV' });
    await expect(open({ input: [] })).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  it('say where a playlist names them, and what FFmpeg said of them', async () => {
    const failure = new FfmpegError('ERR_FFMPEG_FAILED', 'FFmpeg cannot read a.ts', {
      stage: 'ffmpeg',
      peerWords: 'moov atom not found',
      advice: 'try',
    });
    const entry = { input: 'a.ts', name: 'a.ts', place: 'playlist day.txt line 3' };
    const opening = openEntry(entry, () => Promise.reject(failure), { startMs: 0, report: () => {} });
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_FFMPEG_FAILED',
      message: 'playlist day.txt line 3: FFmpeg cannot read a.ts',
      stage: 'ffmpeg',
      peerWords: 'moov atom not found',
      advice: 'try',
      cause: failure,
    });
  });

  it('are only looked for when they are very many', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => {
      directory.file(`many-${i}.flv`, readFileSync(SILENT));
      return `many-${i}.flv`;
    });
    const list = directory.file('many.txt', Buffer.from(lines.join('\n')));
    expect((await open({ input: `@${list}` })).durationMs).toBeNull();
    rmSync(directory.file('many-299.flv'));
    await expect(open({ input: `@${list}` })).rejects.toMatchObject({
      code: 'ERR_FILE_NOT_FOUND',
      message: expect.stringContaining('many.txt line 300: '),
    });
  });
});

describe('an interruption', () => {
  it('closes the input that plays and the one that is ready', async () => {
    const aborting = new AbortController();
    const source = await open({ input: [A, B], speed: 0.01 }, [], aborting.signal);
    const tags = source.tags[Symbol.asyncIterator]();
    await tags.next();
    const next = tags.next();
    aborting.abort();
    expect(await next).toMatchObject({ done: true });
    await source.close();
    await expect.poll(() => directory.openFiles).toEqual([]);
  });
});

describe('what runs for an input', () => {
  /** Inputs that tell how they fare, as those do for which another program runs. */
  function runningInputs(fails: readonly string[] = []) {
    const log: string[] = [];
    const open: OpenInput = async (input) => {
      log.push(`open ${input}`);
      async function* tags(): AsyncGenerator<readonly MediaTag[]> {
        if (fails.includes(String(input))) throw new MediaError('ERR_MEDIA_DAMAGED', `${input}: torn`);
        yield videoTags({ count: 10 });
        log.push(`end ${input}`);
      }
      const close = async (): Promise<void> => void log.push(`close ${input}`);
      return { tags: tags(), durationMs: 400, isRepeatable: true, clock: input === 'camera' ? 'wall' : 'media', close };
    };
    const options = { open, plays: 1, startMs: 0, report: () => {}, signal: new AbortController().signal };
    const entries = (...names: string[]) => names.map((input) => ({ input, name: input, place: undefined }));
    return { log, options, entries };
  }

  it('is ended with it, also when it was only looked at, or fails', async () => {
    const { log, options, entries } = runningInputs(['b']);
    const program = await openProgram(entries('a', 'b', 'c'), options);
    expect(log.splice(0)).toEqual(['open a', 'open b', 'close b', 'open c', 'close c']);
    for await (const _ of program.tags);
    expect(log).toEqual(['open b', 'close b', 'end a', 'close a', 'open c', 'end c', 'close c']);
    expect(program.failedPlays()).toBe(1);
  });

  it('is ended when the stream ends early, and when it never begins', async () => {
    const playing = runningInputs();
    const program = await openProgram(playing.entries('a', 'b'), playing.options);
    const tags = program.tags[Symbol.asyncIterator]();
    await tags.next();
    await tags.return?.();
    await program.close();
    await expect.poll(() => playing.log.slice(3).sort()).toEqual(['close a', 'close b', 'open b']);

    const waiting = runningInputs();
    await (await openProgram(waiting.entries('a', 'b'), waiting.options)).close();
    expect(waiting.log).toEqual(['open a', 'open b', 'close b', 'close a']);

    const refused = runningInputs();
    const missing = [...refused.entries('a'), { input: Readable.from([]), name: 'standard input', place: undefined }];
    await expect(openProgram(missing, { ...refused.options, plays: 2 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    expect(refused.log).toEqual([]);
  });

  it('is not read before its time when what it gives would grow old', async () => {
    const { log, options, entries } = runningInputs();
    const program = await openProgram(entries('a', 'camera'), options);
    for await (const _ of program.tags);
    expect(log.slice(1)).toEqual(['open camera', 'end a', 'close a', 'end camera', 'close camera']);
  });
});

describe('metadata and data', () => {
  it('are changed and sent along over all inputs', async () => {
    const lines = [0, 1_000, 2_500, 60_000].map((at) => JSON.stringify({ at, name: 'onChat', value: `at ${at}` }));
    const data = directory.file('chat.jsonl', Buffer.from(lines.join('\n')));
    const { tags } = await play({ input: [A, SILENT], plays: 2, metadata: { title: 'x', encoder: null }, data });
    const metadata = tags.filter(isMetadata).map((tag) => Object.fromEntries(readMetadata(tag) ?? []));
    const said = { width: 64, height: 64, title: 'x' };
    expect(metadata).toEqual([said]); // all inputs say the same
    const chat = tags.filter((tag) => tag.kind === 'data' && !isMetadata(tag));
    expect(chat.map(({ timestampMs, body }) => [timestampMs, ...readAmf0Values(body)])).toEqual([
      [500, 'onChat', 'at 0'],
      [1_500, 'onChat', 'at 1000'],
      [3_000, 'onChat', 'at 2500'],
    ]);
    await expect(open({ data: directory.file('none.jsonl') })).rejects.toMatchObject({ code: 'ERR_FILE_NOT_FOUND' });
  });
});

describe('an input that fails when it is due', () => {
  it('is passed over with a warning, and the others go on', async () => {
    const gone = directory.file('gone.flv', readFileSync(B));
    const { tags, source, events } = await play({ input: [A, gone, SILENT, B] }, () => rmSync(gone, { force: true }));
    expect(bodiesOf(tags.filter(isFrame))).toEqual(mediaOf(TAGS.a, TAGS.silent, TAGS.b));
    expect(warningsIn(events)).toEqual([
      expect.objectContaining({
        code: 'WARN_INPUT_LEFT_OUT',
        message: `an input is left out: ${gone}: there is no such file`,
      }),
    ]);
    expect(source.failedPlays()).toBe(1);
  });

  it('is named when it is only damaged', async () => {
    const { tags, source, events } = await play({ input: [A, TORN, SILENT] });
    expect(bodiesOf(tags.filter(isFrame)).length).toBeGreaterThan(mediaOf(TAGS.a, TAGS.silent).length + 10);
    expect(warningsIn(events)).toEqual([
      expect.objectContaining({
        code: 'WARN_DAMAGED_INPUT',
        message: expect.stringMatching(new RegExp(`^${TORN}: \\d+ bytes at byte \\d+ of the input are damaged`)),
      }),
    ]);
    expect(source.failedPlays()).toBe(0);
  });

  it('breaks off, and the rest of it is passed over', async () => {
    const broken = Readable.from(
      (async function* () {
        yield flvBytes(TAGS.b).subarray(0, 20_000);
        throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'read' });
      })(),
    );
    const { tags, events } = await play({ input: [A, broken, SILENT] });
    expect(bodiesOf(tags.filter(isFrame)).length).toBeGreaterThan(mediaOf(TAGS.a, TAGS.silent).length + 10);
    expect(neverGoesBack(tags)).toBe(true);
    expect(warningsIn(events)).toEqual([
      expect.objectContaining({
        code: 'WARN_INPUT_LEFT_OUT',
        message: 'the rest of an input is left out: the input stream: cannot be read (EIO)',
      }),
    ]);
  });

  it('ends the stream when in a whole round nothing else is left', async () => {
    const film = directory.file('short-lived.flv', readFileSync(B));
    const playing = play({ input: [film, film], plays: Number.POSITIVE_INFINITY }, () => rmSync(film, { force: true }));
    await expect(playing).rejects.toMatchObject({ code: 'ERR_FILE_NOT_FOUND' });
  });

  it('ends a loop over what has no audio and no video', async () => {
    const data = directory.file('data.flv', flvBytes(TAGS.a.filter(({ kind }) => kind === 'data')));
    const playing = play({ input: data, plays: Number.POSITIVE_INFINITY });
    await expect(playing).rejects.toMatchObject({ code: 'ERR_MEDIA_EMPTY' });
  });

  it('tells of video that cannot be decoded because it begins without a keyframe', async () => {
    const tail = directory.file('tail.flv', flvBytes(videoTags({ count: 100, framesPerGop: 50 }).slice(10)));
    const { events, tags } = await play({ input: [SILENT, tail] });
    expect(framesOf('video', tags)).toHaveLength(25 + 50);
    expect(warningsIn(events).map(({ code, message }) => `${code} ${message}`)).toEqual([
      `WARN_NO_KEYFRAME ${tail}: 40 video frames before its first keyframe were left out`,
    ]);
  });
});
