import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { PullDestination } from '../../src/commands/options.js';
import type { PullOutput } from '../../src/commands/pull-output.js';
import { choosePullTargets, refuseSource } from '../../src/commands/pull-target.js';
import type { TargetOptions } from '../../src/commands/pull-target-options.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import { TestDirectory } from '../endpoint/flv-test-files.js';

const directory = new TestDirectory();
afterAll(() => directory.remove());

/** Chooses, opens and closes them again; gives their names. */
async function names(outputs: readonly PullDestination[], given: Partial<TargetOptions> = {}): Promise<string[]> {
  const targets = await choose(outputs, given);
  const opened: PullOutput[] = [];
  for (const target of targets) opened.push(await target.open());
  const broadcast = new Broadcast({ maxBytes: 1 << 20, gopCache: false });
  for (const output of opened) output.attach(broadcast, 'lossless');
  broadcast.end();
  await Promise.all(opened.map(({ finished }) => finished));
  expect(directory.openFiles).toEqual([]);
  return opened.map(({ name }) => name);
}

function choose(
  outputs: readonly PullDestination[],
  given: Partial<TargetOptions> = {},
): ReturnType<typeof choosePullTargets> {
  return choosePullTargets({
    outputs,
    overwrite: false,
    streamName: 'key',
    title: 'title',
    report: () => {},
    ...given,
  });
}

describe('choosePullTargets', () => {
  it('takes paths and streams, in their order', async () => {
    const [path, data] = [directory.file('a.flv'), directory.file('a.ndjson')];
    const wanted: PullDestination[] = [path, new PassThrough().resume(), { kind: 'data', target: data }];
    expect(await names(wanted)).toEqual([path, '-', data]);
  });

  it('refuses files that are there, unless they may be replaced; a device may always be written', async () => {
    const path = directory.file('old.flv', Buffer.from('precious'));
    const wanted: PullDestination[] = [path, { kind: 'data', target: path }];
    for (const one of wanted) {
      await expect(choose([one])).rejects.toMatchObject({ code: 'ERR_OUTPUT_EXISTS', stage: 'output' });
    }
    expect(readFileSync(path, 'utf8')).toBe('precious');
    expect(await names([path], { overwrite: true })).toEqual([path]);
    expect(await names(['/dev/null'])).toEqual(['/dev/null']);
  });

  it.each<[string, (path: string) => PullDestination, Partial<TargetOptions>]>([
    ['a file', (path) => path, {}],
    ['parts', (path) => path, { segmentMs: 1_000 }],
    ['data', (path) => ({ kind: 'data', target: path }), {}],
  ])('refuses %s in a directory that is not there, before there is a stream to wait for', async (_, wanted, given) => {
    await expect(choose([wanted(directory.file('nowhere/out.flv'))], given)).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: expect.stringMatching(/nowhere\/out\.flv: there is no such directory$/),
    });
  });

  it('refuses a directory, which it does not call a file', async () => {
    const path = directory.file('.');
    await expect(choose([path])).rejects.toMatchObject({ code: 'ERR_OUTPUT', message: `${path}: this is a directory` });
  });

  it('writes no recording by the name of a picture', async () => {
    await expect(choose([directory.file('shot.JPG')])).rejects.toMatchObject({
      code: 'ERR_USAGE',
      advice: expect.stringMatching(/^--snapshot .*shot\.JPG/),
    });
  });

  it.each<[string, Partial<TargetOptions>]>([
    ['list.m3u8', {}],
    ['film.MPG', { segmentMs: 1_000 }],
    ['song.wma', { append: true }],
    ['film.ogv', { overwrite: true, splitOnChange: true }],
  ])('writes no FLV by the name of something else: %s', async (name, given) => {
    const path = directory.file(name);
    await expect(choose([path], given)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: `${path}: no ${extname(name)} can be written`,
      advice: expect.stringMatching(/^outputs are \.flv \.mp4 .*\.webm, and with FFmpeg .*\.ts/),
    });
  });

  it.each<[string, number]>([
    ['plain', 1],
    ['film.part', 1],
    ['film.2024-05-06', 1],
    ['film.flv', 0],
    ['film.FLV', 0],
    ['film.mp4', 0],
    ['/dev/null', 0],
  ])('says so when it writes an FLV whose name does not: %s', async (name, times) => {
    const report = vi.fn();
    await choose([name.startsWith('/') ? name : directory.file(name)], { report });
    const warnings = report.mock.calls.map(([event]) => event.code);
    expect(warnings).toEqual(Array.from({ length: times }, () => 'WARN_FLV_BY_DEFAULT'));
  });

  it('refuses a file that has come meanwhile, and leaves it alone', async () => {
    const path = directory.file('meanwhile.flv');
    const [target] = await choose([path]);
    directory.file('meanwhile.flv', Buffer.from('precious'));
    await expect(target?.open()).rejects.toMatchObject({ code: 'ERR_OUTPUT_EXISTS' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('names parts, and refuses those that are there', async () => {
    const path = directory.file('parts.flv');
    expect(await names([path], { segmentMs: 1_000 })).toEqual([directory.file('parts-001.flv')]);
    expect(await names([path], { segmentMs: 1_000 })).toEqual([directory.file('parts-001.flv')]); // nothing came, so no part was left
    directory.file('parts-001.flv', Buffer.from('precious'));
    await expect(choose([path], { segmentMs: 1_000 })).rejects.toMatchObject({ code: 'ERR_OUTPUT_EXISTS' });
    expect(await names([path], { segmentMs: 1_000, overwrite: true })).toEqual([directory.file('parts-001.flv')]);
    const changing = directory.file('changing.flv');
    expect(await names([changing], { splitOnChange: true })).toEqual([changing]);
  });

  it('passes over the name of a part that somebody has taken meanwhile', async () => {
    const [target] = await choose([directory.file('taken.flv')], { segmentMs: 1_000 });
    directory.file('taken-001.flv', Buffer.from('precious'));
    const output = await target!.open();
    expect(output.name).toBe(directory.file('taken-002.flv'));
    const broadcast = new Broadcast({ maxBytes: 1 << 20, gopCache: false });
    output.attach(broadcast, 'lossless');
    broadcast.end();
    expect(await output.finished).toMatchObject({ parts: 1, output: directory.file('taken.flv') });
  });

  it.each<[string, PullDestination[], Partial<TargetOptions>, RegExp]>([
    ['appending and replacing', ['a.flv'], { append: true, overwrite: true }, /--append .* --overwrite/],
    ['appending to another container', ['a.mp4'], { append: true }, /--append goes on in FLV files only/],
    ['appending in parts', ['a.flv'], { append: true, segmentMs: 1 }, /--append .* --segment/],
    ['appending to nothing', [{ kind: 'window' }], { append: true }, /--append needs a file/],
    ['cutting no file', [new PassThrough()], { segmentMs: 1 }, /--segment needs a file/],
    ['the same file twice', ['./x.flv', { kind: 'data', target: 'x.flv' }], {}, /named as output twice/],
    ['a picture that is none', [{ kind: 'picture', path: 'x.flv' }], {}, /a picture's name ends in/],
  ])('refuses %s', async (_, outputs, given, message) => {
    await expect(choose(outputs, given)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringMatching(message),
    });
  });

  it('does not miss a program only when the stream is there', async () => {
    const missing = { ffmpegPath: directory.file('no-ffmpeg') };
    const wanted: PullDestination[] = [directory.file('x.ts'), { kind: 'picture', path: directory.file('x.jpg') }];
    for (const one of wanted) {
      await expect(choose([one], missing)).rejects.toMatchObject({ code: 'ERR_FFMPEG_MISSING' });
    }
  });
});

describe('refuseSource', () => {
  it('protects the file that is read', async () => {
    const source = directory.file('source.flv', Buffer.from('precious'));
    const outputs = [directory.file('other.flv'), `${directory.path}/./source.flv`];
    await expect(refuseSource({ source, outputs })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await refuseSource({ source, outputs: outputs.slice(0, 1) });
  });
});
