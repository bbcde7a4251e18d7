import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findOneOf, findProgram } from '../../src/ffmpeg/find-program.js';
import { locateBeside, locateFfmpeg } from '../../src/ffmpeg/locate.js';
import { FakePrograms } from '../support/fake-programs.js';

const programs = new FakePrograms();
const nothingBundled = async () => undefined;
let ffmpeg = '';
const PATH = `/no/such/folder:relative:${programs.folder}`;

beforeAll(async () => {
  ffmpeg = await programs.add('ffmpeg', '');
  await programs.add('elsewhere/ffplay', '');
  await programs.file('data', 'no program');
});
afterAll(() => programs.remove());

describe('findProgram', () => {
  it.each([
    ['a name in PATH', 'ffmpeg', () => ffmpeg],
    ['a path', join(programs.folder, 'elsewhere/ffplay'), () => join(programs.folder, 'elsewhere/ffplay')],
    ['a name that is not in PATH', 'ffplay', () => undefined],
    ['a file that is no program', 'data', () => undefined],
    ['a folder', 'elsewhere', () => undefined],
  ])('looks for %s', async (_, name, path) => {
    expect(await findProgram(name, { environment: { PATH } })).toBe(path());
  });

  it('finds nothing without a PATH', async () => {
    expect(await findProgram('ffmpeg', { environment: {} })).toBeUndefined();
  });
});

describe('findOneOf', () => {
  it('takes the first that is there', async () => {
    expect(await findOneOf(['mpv', 'ffmpeg'], { environment: { PATH } })).toBe(ffmpeg);
  });

  it('says what is missing and how to get it', async () => {
    const missing = findOneOf(['ffplay', 'mpv'], { environment: { PATH }, platform: 'darwin' });
    await expect(missing).rejects.toMatchObject({
      code: 'ERR_FFMPEG_MISSING',
      message: 'ffplay or mpv is needed for this, and is not on this machine',
      advice: expect.stringContaining('brew install ffmpeg'),
    });
  });
});

describe('locateFfmpeg', () => {
  it('takes the one that was named, and no other', async () => {
    expect(await locateFfmpeg({ path: ffmpeg, environment: {} })).toBe(ffmpeg);
    const wrong = locateFfmpeg({ path: '/no/such/ffmpeg', environment: { PATH }, bundled: async () => '/bundled' });
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_FFMPEG_MISSING', message: /^\/no\/such\/ffmpeg: / });
  });

  it('takes the one in PATH before a bundled one', async () => {
    const bundled = async () => '/bundled';
    expect(await locateFfmpeg({ environment: { PATH }, bundled })).toBe(ffmpeg);
    expect(await locateFfmpeg({ environment: {}, bundled })).toBe('/bundled');
  });

  it.each([
    ['linux', 'apt install ffmpeg'],
    ['darwin', 'brew install ffmpeg'],
    ['win32', 'winget install ffmpeg'],
    ['aix', 'ffmpeg.org/download.html'],
  ] as const)('says how to install it on %s', async (platform, line) => {
    const missing = locateFfmpeg({ environment: {}, bundled: nothingBundled, platform });
    await expect(missing).rejects.toMatchObject({ kind: 'ffmpeg', advice: expect.stringContaining(line) });
  });
});

describe('locateBeside', () => {
  it('looks in the folder of FFmpeg, then in PATH', async () => {
    const folder = join(programs.folder, 'elsewhere');
    const beside = join(folder, 'ffplay');
    expect(await locateBeside(join(folder, 'ffmpeg'), 'ffplay', { environment: {} })).toBe(beside);
    expect(await locateBeside(ffmpeg, 'ffplay', { environment: { PATH: folder } })).toBe(beside);
    await expect(locateBeside(ffmpeg, 'ffplay', { environment: { PATH } })).rejects.toMatchObject({ kind: 'ffmpeg' });
  });
});
