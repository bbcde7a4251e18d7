import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type CliOptions, CliRuns } from '../support/cli.js';
import { differenceIn, flvBytes, readFlvFile, withoutMetadata } from '../support/flv-file.js';
import { readMediaFile } from '../support/media-file.js';
import { Publication } from '../support/publication.js';
import { SmallDisk } from '../support/small-disk.js';
import { syntheticStream } from '../support/streams.js';

const MIB = 1024 * 1024;
const LIMIT_BYTES = 2 * MIB;
/** About twice as large as what fits. */
const SENT = syntheticStream({
  video: 'h264',
  audio: 'aac',
  durationMs: 2_500,
  keyframeBytes: 200_000,
  frameBytes: 60_000,
});

/** No file may grow larger than this: the system says EFBIG, for which nobody has to be root. */
const LIMITED_FILE_SIZE: CliOptions = {
  wrapper: ['sh', '-c', `ulimit -f ${LIMIT_BYTES / 512} && exec "$@"`, 'sh'],
};

const FULL_STDOUT: CliOptions = { wrapper: ['sh', '-c', 'exec "$@" > /dev/full', 'sh'] };

const runs = new CliRuns();
const disks: SmallDisk[] = [];

afterAll(async () => {
  await runs.stopAll();
  await Promise.all(disks.map((disk) => disk.close()));
});

async function smallDisk(): Promise<SmallDisk> {
  const disk = await SmallDisk.open(LIMIT_BYTES);
  disks.push(disk);
  return disk;
}

/** Pulls more than there is room for; what it says at the end is at most three lines, besides those with a time. */
async function pullTooMuch(name: string, path: string, options: CliOptions): Promise<{ code: number; talk: string[] }> {
  const server = await runs.serve();
  const url = `${server.url}/live/${name}`;
  const publication = await Publication.begin(runs, url, SENT, '--speed', '0');
  const pull = runs.start(['pull', url, path], options);
  await pull.says(/writing/);
  publication.finish();
  const code = await pull.exit();
  expect(await publication.push.exit()).toBe(0);
  return { code, talk: pull.stderr.split('\n').filter((line) => line !== '' && !/^\d\d:\d\d:\d\d /.test(line)) };
}

/** It is as large as it could get, plays, and is complete for what it holds. */
async function expectPlayable(path: string): Promise<void> {
  const { tags, damages, metadata } = await readFlvFile(path);
  const media = withoutMetadata(tags);
  expect(differenceIn(media, withoutMetadata(SENT).slice(0, media.length))).toBeUndefined();
  expect(damages).toEqual([]);
  const { filesize, duration, keyframes } = Object.fromEntries(metadata);
  expect(filesize).toBeGreaterThan(LIMIT_BYTES - MIB / 4);
  expect(filesize).toBeLessThanOrEqual(LIMIT_BYTES);
  expect(duration).toBeGreaterThan(1);
  expect(keyframes).toBeDefined();
}

describe.concurrent('no room for what is written', () => {
  it('ends pull with 13 when the disk is full, and the file plays', async ({ skip }) => {
    skip(!SmallDisk.isPossible, 'only root can mount a disk of its own here');
    const disk = await smallDisk();
    const { code, talk } = await pullTooMuch('disk', disk.file('full.flv'), disk);

    expect(code).toBe(13);
    expect(talk.join('\n')).toMatch(/disk is full/);
    expect(talk.length).toBeLessThanOrEqual(3);
    await expectPlayable(disk.fromOutside(disk.file('full.flv')));
  });

  it('ends pull with 13 when the file may grow no larger, and the file plays', async () => {
    const path = runs.file('limited.flv');
    const { code, talk } = await pullTooMuch('limited', path, LIMITED_FILE_SIZE);

    expect(code).toBe(13);
    expect(talk.join('\n')).toMatch(/no larger file/);
    expect(talk.length).toBeLessThanOrEqual(3);
    await expectPlayable(path);
  });

  it.each(['mp4', 'mkv'])('ends pull with 13 when a .%s may grow no larger, and the file plays', async (extension) => {
    const path = runs.file(`limited.${extension}`);
    const { code, talk } = await pullTooMuch(`limited-${extension}`, path, LIMITED_FILE_SIZE);

    expect(code).toBe(13);
    expect(talk.join('\n')).toMatch(/no larger file/);
    expect(talk.length).toBeLessThanOrEqual(3);
    const { durationMs, tracks } = await readMediaFile(await readFile(path));
    expect(durationMs).toBeGreaterThan(500);
    expect(tracks.length).toBe(2);
  });

  it('goes on serving a stream whose recording has no room', async () => {
    const directory = runs.file('recordings');
    const server = await runs.serveWith(['--record', directory], LIMITED_FILE_SIZE);
    const url = `${server.url}/live/name`;
    const publication = await Publication.begin(runs, url, SENT, '--speed', '0');
    const path = runs.file('played.flv');
    const pull = runs.start(['pull', '--json', url, path]);
    await pull.event('started');
    publication.finish();

    const warning = await server.run.event('warning', ({ code }) => code === 'WARN_RECORDING_FAILED');
    expect(warning['message']).toMatch(/no larger file/);
    expect([await publication.push.exit(), await pull.exit()]).toEqual([0, 0]);
    expect(differenceIn((await readFlvFile(path)).tags, SENT)).toBeUndefined();
    const [recording] = await readdir(`${directory}/live`);
    await expectPlayable(`${directory}/live/${recording}`);
  });

  it('ends pull with 13 when standard output takes nothing', async () => {
    const server = await runs.serve();
    const url = `${server.url}/live/name`;
    const publication = await Publication.begin(runs, url, SENT, '--speed', '0');
    const [media, events] = [
      runs.start(['pull', url, '-'], FULL_STDOUT),
      runs.start(['pull', '--json', url, runs.file('events.flv')], FULL_STDOUT),
    ];
    await media.says(/writing/);
    publication.finish();

    expect([await media.exit(), await events.exit()]).toEqual([13, 13]);
    expect(media.stderr).toMatch(/standard output: the disk is full/);
    expect(events.stderr).toMatch(/standard output: the disk is full/);
  });

  it.each([[['--version']], [['--help']], [['push', '--help']], [['push', 'a.flv', '--help']]])(
    'ends %j with 13 and a line',
    async (argv) => {
      const run = runs.start(argv, FULL_STDOUT);
      expect(await run.exit()).toBe(13);
      expect(run.stderr).toMatch(/^rtmpkit.*: standard output: the disk is full\n$/);
    },
  );

  it.each([
    ['a report', []],
    ['a report as JSON', ['--json']],
  ])('ends probe with 13 when standard output does not take %s', async (_, options) => {
    const path = runs.file('probed.flv');
    await writeFile(path, flvBytes(SENT));
    const probe = runs.start(['probe', path, ...options], FULL_STDOUT);
    expect(await probe.exit()).toBe(13);
    expect(probe.stderr).toMatch(/standard output: the disk is full/);
  });

  it.each([
    ['a directory that is not there', 'nowhere/out.flv', /no such directory/],
    ['a directory', '.', /directory/],
  ])('ends pull with 13 for %s', async (_, output, words) => {
    const server = await runs.serve();
    const url = `${server.url}/live/name`;
    await Publication.begin(runs, url, SENT);
    const pull = runs.start(['pull', '--overwrite', url, output], { cwd: runs.file('.') });
    expect(await pull.exit()).toBe(13);
    expect(pull.stderr).toMatch(words);
  });
});
