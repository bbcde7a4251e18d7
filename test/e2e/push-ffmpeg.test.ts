import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CliRun, CliRuns, type CliServer } from '../support/cli.js';
import { fakeFfmpeg, writing } from '../support/fake-ffmpeg.js';
import { FakePrograms, isRunning } from '../support/fake-programs.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));

/** It gives media for ever, and lets nothing but SIGKILL end it. */
const STUBBORN = `require('fs').writeFileSync(__dirname + '/pid', String(process.pid));
process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); process.on('SIGHUP', () => {});
process.stdout.on('error', () => {});
const film = require('fs').readFileSync(${JSON.stringify(FIXTURE)});
process.stdout.write(film); setInterval(() => {}, 1e6);`;

const runs = new CliRuns();
const programs = new FakePrograms();
let server: CliServer;

beforeAll(async () => {
  server = await runs.serve('--grace', '0');
});
afterAll(async () => {
  await runs.stopAll();
  await programs.remove();
});

/** Pushes with a fake FFmpeg. */
async function push(work: string, input: string, ...options: string[]): Promise<CliRun> {
  const name = runs.streamName();
  const ffmpeg = await fakeFfmpeg(programs, work, `${name}/ffmpeg`);
  const args = ['push', '--json', '--ffmpeg', ffmpeg, input, `${server.url}/live/${name}`, ...options];
  return runs.start(args, { env: { XDG_CACHE_HOME: join(programs.folder, name, 'cache') } });
}

async function pidOfFfmpeg(run: CliRun): Promise<number> {
  const path = run.child.spawnargs[run.child.spawnargs.indexOf('--ffmpeg') + 1] ?? '';
  return Number(await readFile(join(dirname(path), 'pid'), 'utf8'));
}

describe.concurrent('push through FFmpeg', () => {
  it('sends what it makes to the end', async () => {
    const run = await push(writing(FIXTURE), 'test', '--speed', '0');
    expect(await run.exit(), run.said).toBe(0);
    expect(await run.event('ended')).toMatchObject({ reason: 'everything was sent' });
  });

  it.each([
    [
      'dies',
      `process.exitCode = 1; console.error('[error] no such camera')`,
      /ended with exit status 1.*no such camera/,
      '1m',
    ],
    ['hangs', 'setInterval(() => {}, 1e6)', /gave nothing for 0\.8 s of test/, '1s'],
    ['writes garbage', 'process.stdout.write(Buffer.alloc(200000, 0x5a))', /is no FLV/, '1m'],
  ])('ends with exit status 11 when FFmpeg %s', async (_, work, words, stallTimeout) => {
    const run = await push(work, 'test', '--stall-timeout', stallTimeout);
    expect(await run.exit(), run.said).toBe(11);
    const { code, message, peerWords } = await run.event('error');
    expect(code).toBe('ERR_FFMPEG_FAILED');
    expect(`${message}: ${peerWords}`).toMatch(words);
  });

  it('ends with exit status 11 and the way to get it when there is none', async () => {
    const run = runs.start(['push', 'test', `${server.url}/live/x`], { env: { PATH: '/nowhere' } });
    expect(await run.exit(), run.said).toBe(11);
    expect(run.stderr).toMatch(/this needs FFmpeg.*\n.*install FFmpeg/);
  });

  it('keeps the secrets of a URL out of command lines and messages', async () => {
    const work = `require('fs').writeFileSync(__dirname + '/pid', String(process.pid));
      let script = ''; process.stdin.on('data', (d) => { script += d; }).on('end', () => {
        console.error('[error] cannot open ' + script.split('\\n')[1] + ' with ' + args.join(' '));
        process.exit(1);
      })`;
    const run = await push(work, 'http://camera:geheim99@host/1?token=verysecret');
    expect(await run.exit(), run.said).toBe(11);
    const { peerWords } = await run.event('error');
    expect(peerWords).toMatch(/^cannot open file 'http:\/\/host\/1'/);
    expect(run.said + run.stdout).not.toMatch(/geheim99|verysecret/);
  });
});

describe.skipIf(process.platform === 'win32')('FFmpeg does not outlive push', { concurrent: true }, () => {
  it.each<[string, (run: CliRun) => Promise<void> | void, number]>([
    ['one SIGINT', (run) => run.kill('SIGINT'), 130],
    ['SIGTERM', (run) => run.kill('SIGTERM'), 143],
    [
      'two SIGINT',
      async (run) => {
        run.kill('SIGINT');
        run.kill('SIGINT');
      },
      130,
    ],
    ['SIGKILL', (run) => run.kill('SIGKILL'), 137],
    ['SIGHUP', (run) => run.kill('SIGHUP'), 129],
  ])('when %s ends it', async (_, kill, exitCode) => {
    const run = await push(STUBBORN, 'test');
    await run.event('stats', ({ bytes }) => Number(bytes) > 0);
    const pid = await pidOfFfmpeg(run);
    expect(isRunning(pid)).toBe(true);
    await kill(run);
    expect(await run.exit(), run.said).toBe(exitCode);
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000 });
  });

  it('when SIGINT ends it while FFmpeg is only asked what it can do', async () => {
    const folder = join(programs.folder, 'asked');
    const hanging = await programs.add(
      'asked/ffmpeg',
      `require('fs').writeFileSync(__dirname + '/' + process.pid + '.pid', ''); setInterval(() => {}, 1e6)`,
    );
    const pids = (): number[] =>
      readdirSync(folder).flatMap((name) => (name.endsWith('.pid') ? [parseInt(name, 10)] : []));
    const run = runs.start(['push', '--json', '--ffmpeg', hanging, 'test', `${server.url}/live/asked`]);
    await vi.waitFor(() => expect(pids().length).toBeGreaterThan(0), { timeout: 20_000 });
    run.kill('SIGINT');
    expect(await run.exit(), run.said).toBe(130);
    await vi.waitFor(() => expect(pids().filter(isRunning)).toEqual([]), { timeout: 10_000 });
  });

  it('when the server goes away', async () => {
    const other = await runs.serve();
    const ffmpeg = await fakeFfmpeg(programs, STUBBORN, 'lost/ffmpeg');
    const run = runs.start(['push', '--json', '--ffmpeg', ffmpeg, 'test', `${other.url}/live/x`]);
    await run.event('stats', ({ bytes }) => Number(bytes) > 0);
    const pid = await pidOfFfmpeg(run);
    other.run.kill('SIGKILL');
    expect(await run.exit(), run.said).toBe(3);
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000 });
  });
});
