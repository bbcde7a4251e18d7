import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunSettings, run } from './fake-world.js';

const URL = 'rtmp://a/live/one';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rtmpkit-servers-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** What push is told of its servers. */
async function servers(argv: readonly string[], settings: RunSettings = {}) {
  const { push, stderr } = await run(['push', 'f', ...argv], settings);
  expect(stderr.text).toBe('');
  const { url, targets, backup, app, streamName, user, password } = push ?? {};
  return JSON.parse(JSON.stringify({ url, targets, backup, app, streamName, user, password }));
}

async function refusal(argv: readonly string[], settings: RunSettings = {}): Promise<string> {
  const { exitCode, stderr } = await run(['push', 'f', ...argv], settings);
  expect(exitCode).toBe(2);
  return stderr.text;
}

describe('the servers of push', () => {
  it('are the URL and those of --to, each with its name in it', async () => {
    const two = { url: 'rtmp://b/live/two?token=x' };
    const three = { url: 'rtmps://c/app/three' };
    expect(await servers([URL, '--to', two.url, '--to', three.url])).toEqual({ url: URL, targets: [two, three] });
    expect(await servers(['--to', URL, '--to', two.url])).toEqual({ url: URL, targets: [two] });
    const environment = { RTMPKIT_TO: `${two.url}\n${three.url}` };
    expect(await servers([URL], { environment })).toEqual({ url: URL, targets: [two, three] });
    const config = await file('to.json', JSON.stringify({ to: [two.url], backup: 'rtmp://d/e/f' }));
    expect(await servers([URL, '--config', config])).toMatchObject({ targets: [two], backup: { url: 'rtmp://d/e/f' } });
  });

  it('are told from each other when one is wrong', async () => {
    expect(await refusal([URL, '--to', 'http://b/live/two'])).toContain('rtmpkit push: --to: ');
    expect(await refusal(['--to', 'http://b/live/two'])).toContain('rtmpkit push: --to: ');
    expect(await refusal([URL, '--backup', 'b/live'])).toContain('rtmpkit push: --backup: ');
  });

  it('take key and user for the first alone', async () => {
    const keyFile = await file('key.txt', 'hush');
    const argv = ['rtmp://a/live', '--key-file', keyFile, '--user', 'me', '--to', 'rtmp://b/live/two'];
    expect(await servers(argv)).toEqual({
      url: 'rtmp://a/live',
      streamName: 'hush',
      user: 'me',
      targets: [{ url: 'rtmp://b/live/two' }],
    });
  });

  it('have a backup with the name and user of the first, unless it has its own', async () => {
    const backup = 'rtmp://b/live';
    const first = 'rtmp://me:secret@a/live/one?x=1';
    expect((await servers([first, '--backup', backup])).backup).toEqual({
      url: backup,
      streamName: 'one?x=1',
      user: 'me',
      password: 'secret',
    });
    expect((await servers([first, '--backup', `rtmp://you:other@b/live/two`])).backup).toMatchObject({
      streamName: 'two',
      user: 'you',
      password: 'other',
    });
  });

  it('are refused when they make no sense, without their keys', async () => {
    expect(await refusal(['--backup', 'rtmp://b/live/hush'])).toMatch(/--backup needs a server(?!.*hush)/s);
    expect(await refusal([URL, '--to', 'rtmp://b/live'])).toMatch(/--to rtmp:\/\/b\/live does not name a stream/);
    expect(await refusal(['rtmp://b/live/hush', '--to', 'rtmp://b/live/hush'])).toMatch(/named twice(?!.*hush)/s);
    expect(await refusal(['rtmp://b/live/hush', '--backup', 'rtmp://b/live'])).toMatch(/named twice(?!.*hush)/s);
    expect(await refusal([URL, '--to', 'http://b/live/hush'])).toMatch(/expected rtmp:\/\/ or rtmps:\/\/(?!.*hush)/s);
  });

  it('have all their keys hidden, or shown when that is wanted', async () => {
    const argv = ['push', 'f', 'rtmp://h/live/keyONE123', '--to', 'rtmp://h/live/keyTWO456'];
    const script: RunSettings['script'] = async function* () {
      const about = { event: 'warning', code: 'WARN_X' } as const;
      yield { ...about, message: 'keyONE123 and keyTWO456 at rtmp://h/live/**** (2), rtmp://h/live/****' };
    };
    expect((await run(argv, { script })).stderr.text).toContain(
      '**** and **** at rtmp://h/live/**** (2), rtmp://h/live/****',
    );
    expect((await run([...argv, '--show-keys'], { script })).stderr.text).toContain(
      'at rtmp://h/live/keyTWO456, rtmp://h/live/keyONE123',
    );
  });
});

describe('user and password', () => {
  it('come from files, the environment, standard input or a configuration file', async () => {
    const passwordFile = await file('password.txt', 'hush1\r\nsecond line\n');
    const config = await file('login.json', '{"user": "me", "password": "hush4"}');
    const given = await Promise.all([
      servers([URL, '--user', 'me', '--password-file', passwordFile]),
      servers([URL], { environment: { RTMPKIT_USER: 'me', RTMPKIT_PASSWORD: 'hush2' } }),
      servers([URL, '--user', 'me', '--password', '-'], { stdin: 'hush3\nmore' }),
      servers([URL, '--config', config]),
      servers(['rtmp://me@a/live/one', '--password-file', '-'], { stdin: 'hush5' }),
    ]);
    expect(given.map(({ password }) => password)).toEqual(['hush1', 'hush2', 'hush3', 'hush4', 'hush5']);
    expect(given.map(({ user }) => user)).toEqual(['me', 'me', 'me', 'me', undefined]);
    const { pull } = await run(['pull', URL, 'o', '--user', 'me', '--password', '-'], { stdin: 'hush6' });
    expect(pull).toMatchObject({ user: 'me', password: 'hush6' });
  });

  it('of the command line replace those in the URL, of the environment do not', async () => {
    const url = 'rtmp://me:mine@a/live/one';
    const environment = { RTMPKIT_USER: 'you', RTMPKIT_PASSWORD: 'yours' };
    expect(await servers([url], { environment })).toEqual({ url });
    expect(await servers([url, '--user', 'you', '--password', '-'], { stdin: 'yours' })).toEqual({
      url,
      user: 'you',
      password: 'yours',
    });
  });

  it.each([[['push', 'f', URL]], [['push', 'f']], [['pull', URL]], [['probe', URL]]])(
    'do not stand on the command line of %j',
    async (argv) => {
      const { exitCode, stderr } = await run([...argv, '--user', 'me', '--password', 'hush-hush']);
      expect(exitCode).toBe(2);
      expect(stderr.text).toContain('--password takes only -');
      expect(stderr.text).not.toContain('hush-hush');
    },
  );

  it('must go together, and share standard input with nothing', async () => {
    expect(await refusal([URL, '--password', '-'], { stdin: 'x' })).toContain('--password needs a user');
    const password = ['--user', 'me', '--password', '-'];
    expect(await refusal([URL, ...password, '--password-file', 'x'])).toContain(
      'give either --password or --password-file',
    );
    expect(await refusal([URL, ...password, '--key', '-'])).toContain('the stream key and the password cannot both');
    const { stderr } = await run(['push', '-', URL, ...password]);
    expect(stderr.text).toContain('the password and the media cannot both');
    const both = await run(['pull', URL, 'o', ...password, '--key', '-']);
    expect(both.stderr.text).toContain('the stream key and the password cannot both');
    expect(await refusal([URL, ...password], { stdin: '' })).toContain('no password in its first line');
  });
});
