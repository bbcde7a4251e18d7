import { execFileSync } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPushSource } from '../../src/commands/push-source.js';
import type { SettledPushOptions } from '../../src/commands/settled-options.js';
import { fakeFfmpeg, writing } from '../support/fake-ffmpeg.js';
import { FakePrograms, PATIENCE } from '../support/fake-programs.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const AVI = `RIFF\x10\0\0\0AVI LIST`;

const programs = new FakePrograms();
let ffmpeg = '';

beforeAll(async () => {
  vi.stubEnv('XDG_CACHE_HOME', join(programs.folder, 'cache'));
  ffmpeg = await fakeFfmpeg(
    programs,
    `require('fs').writeFileSync(__dirname + '/arguments', args.join(' ')); ${writing(FIXTURE)}`,
  );
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await programs.remove();
});

function open(input: string, given: Partial<SettledPushOptions> = {}) {
  const options: SettledPushOptions = {
    input,
    url: undefined,
    speed: 1,
    plays: 1,
    startMs: 0,
    durationMs: undefined,
    maxQueueMs: 3000,
    timeoutMs: 10_000,
    stallTimeoutMs: 10_000,
    tls: {},
    ffmpegPath: ffmpeg,
    ...given,
  };
  return openPushSource(options, () => {}, new AbortController().signal);
}

async function tagsOf(input: string, given: Partial<SettledPushOptions> = {}): Promise<number> {
  const source = await open(input, { speed: 0, ...given });
  let tags = 0;
  for await (const some of source.tags) tags += some.length;
  await source.close();
  return tags;
}

async function lastArguments(): Promise<string> {
  return readFile(join(programs.folder, 'arguments'), 'utf8');
}

describe('openPushSource with FFmpeg', PATIENCE, () => {
  it('knows how long foreign files are', async () => {
    const path = await programs.file('film.avi', AVI);
    expect((await open(path)).durationMs).toBe(4_000);
    expect((await open(path, { startMs: 1_000, plays: 2 })).durationMs).toBe(6_000);
  });

  it('reads foreign files', async () => {
    const path = await programs.file('film.avi', AVI);
    const once = await tagsOf(path);
    expect(once).toBeGreaterThan(100);
    expect(await lastArguments()).toContain(`-i file:${path} -map 0:V:0? -c:v copy -an`);
    expect(await tagsOf(path, { plays: 2 })).toBe(2 * once - 1); // metadata that says the same is not said again
    await tagsOf(path, { startMs: 1_500 });
    expect(await lastArguments()).toContain(`-ss 1.500 -i file:${path}`);
  });

  it('lets an FLV through FFmpeg only when it is to be encoded', async () => {
    const path = join(programs.folder, 'film.flv');
    await copyFile(FIXTURE, path);
    await tagsOf(path, { encoding: { videoCodec: 'copy', lowLatency: true }, ffmpegPath: '/no/such' });
    await tagsOf(path, { encoding: { fps: 10 } });
    expect(await lastArguments()).toContain('-c:v libx264');
  });

  it.each<[string, Partial<SettledPushOptions>]>([
    ['FLV', {}],
    ['film that is to be encoded', { encoding: { fps: 10 } }],
  ])('says that there is no such %s', async (_, given) => {
    await expect(open('/no/such/film', given)).rejects.toMatchObject({ code: 'ERR_FILE_NOT_FOUND' });
  });

  it('does not look into a named pipe, which can be read only once', async () => {
    const pipe = join(programs.folder, 'fifo');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    const source = await open(pipe, { encoding: { fps: 10 } });
    expect(source.durationMs).toBeNull();
    await expect(open(pipe, { encoding: { fps: 10 }, plays: 2 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  it('makes a test picture as fast as it is wanted', async () => {
    expect(await tagsOf('test')).toBeGreaterThan(100);
    expect(await lastArguments()).toMatch(/testsrc2.*-map 0:V:0\? .*-map 1:a:0\? /);
  });

  it('takes a file of the name of a device', async () => {
    await expect(open('./camera')).rejects.toMatchObject({ code: 'ERR_FILE_NOT_FOUND' });
  });

  it('reads URLs: live ones at their own pace, others at ours', async () => {
    expect((await open('http://host/film.mp4?token=x', { startMs: 1_000 })).durationMs).toBe(3_000);
    expect((await open('http://host/film.mp4', { startMs: 1_000, plays: 2 })).durationMs).toBe(6_000);
    expect(await tagsOf('http://host/film.mp4')).toBeGreaterThan(100);
    expect(await lastArguments()).toMatch(/-i http:\/\/host\/film.mp4/);
    await expect(open('rtsp://host/1', { speed: 0 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  it.each<[string, string, Partial<SettledPushOptions>, string]>([
    ['a beginning of what has none', 'test', { startMs: 1 }, 'test has no beginning to skip: --start is for files'],
    ['to repeat what is live', 'rtsp://host/1', { plays: 2 }, 'rtsp://host/1 cannot be sent more than once'],
    ['to let live media wait', 'udp://:1234', { maxQueueMs: Infinity }, 'a live input comes in its own time'],
    ['an FFmpeg that is not there', 'test', { ffmpegPath: '/no/such' }, '/no/such: there is no such program'],
  ])('refuses %s', async (_, input, given, message) => {
    await expect(open(input, given)).rejects.toThrow(message);
  });

  it('leaves what is no media at all to nobody', async () => {
    const path = await programs.file('diary.txt', 'Dear diary');
    await expect(open(path, { ffmpegPath: '/no/such' })).rejects.toMatchObject({ code: 'ERR_NOT_FLV' });
  });

  it('holds FFmpeg, and not a file, to be bad when FFmpeg hangs', async () => {
    const hanging = await programs.add('hanging', `${fakeAnswers} else setInterval(() => {}, 1e6);`);
    const path = await programs.file('good.avi', AVI);
    await expect(open(path, { ffmpegPath: hanging, timeoutMs: 300 })).rejects.toMatchObject({ kind: 'ffmpeg' });
  });

  it('holds a file, and not FFmpeg, to be bad when FFmpeg cannot read it', async () => {
    const picky = await programs.add(
      'picky',
      `${fakeAnswers} else { console.error('[error] x: Invalid data found'); process.exit(1); }`,
    );
    const path = await programs.file('bad.avi', AVI);
    await expect(open(path, { ffmpegPath: picky })).rejects.toMatchObject({
      code: 'ERR_MEDIA_UNSUPPORTED',
      peerWords: 'x: Invalid data found',
    });
  });
});

const fakeAnswers = `const q = process.argv.at(-1);
if (q === '-version') console.log('ffmpeg version 5.1'); else if (q === '-encoders' || q === '-formats' || q === '-protocols') {}`;
