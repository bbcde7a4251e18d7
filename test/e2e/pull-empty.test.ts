import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { CliRuns } from '../support/cli.js';
import { FakeServers } from '../support/fake-servers.js';

const runs = new CliRuns();
const fakes = new FakeServers();
afterAll(() => Promise.all([runs.stopAll(), fakes.close()]));

/** Accepts everybody and sends nothing. */
async function emptyServer(): Promise<string> {
  const port = await fakes.rtmp((event, session) => {
    if (event.type === 'connectRequest') session.acceptConnect();
    if (event.type === 'playRequest') session.acceptPlay(event.streamId);
  });
  return `rtmp://127.0.0.1:${port}/live/name`;
}

const OUTPUTS = [
  ['a.flv', []],
  ['a.mp4', []],
  ['a.mkv', []],
  ['a.ts', []],
  ['part.flv', ['--segment', '1s']],
  ['split.mp4', ['--split-on-change']],
] as const;

describe.concurrent('a pull to which nothing comes', () => {
  it.each(OUTPUTS)('leaves no %s, so that it can be tried again (%j)', async (name, options) => {
    const url = await emptyServer();
    const path = runs.file(name);
    for (let attempt = 0; attempt < 2; attempt++) {
      const pull = runs.start(['pull', url, path, '--stall-timeout', '500ms', ...options]);
      expect(await pull.exit(), pull.stderr).toBe(4);
      expect([path, path.replace('.', '-001.')].filter(existsSync)).toEqual([]);
    }
  });

  it.each(['old.flv', 'old.mp4', 'old.ts', 'old.ndjson'])('leaves %s as it was that it may replace', async (name) => {
    const url = await emptyServer();
    const path = runs.file(name);
    writeFileSync(path, 'precious');
    const outputs = name.endsWith('.ndjson') ? ['--data-out', path] : [path];
    const pull = runs.start(['pull', url, ...outputs, '--overwrite', '--stall-timeout', '500ms']);
    expect(await pull.exit(), pull.stderr).toBe(4);
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('leaves no file when it is interrupted, and says that there is none', async () => {
    const path = runs.file('interrupted.flv');
    const pull = runs.start(['pull', await emptyServer(), path]);
    await pull.says(/writing/);
    pull.kill('SIGINT');
    expect(await pull.exit()).toBe(130);
    expect(pull.stderr).toContain(`wrote nothing into ${path}: interrupted`);
    expect(existsSync(path)).toBe(false);
  });

  it('fails when the stream is over before anything came', async () => {
    const port = await fakes.rtmp((event, session) => {
      if (event.type === 'connectRequest') session.acceptConnect();
      if (event.type !== 'playRequest') return;
      session.acceptPlay(event.streamId);
      session.endPlay(event.streamId, 'over');
    });
    const path = runs.file('over.flv');
    const pull = runs.start(['pull', `rtmp://127.0.0.1:${port}/live/name`, path]);
    expect(await pull.exit()).toBe(10);
    expect(pull.stderr).toContain('the stream was over before any media came');
    expect(existsSync(path)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('does not wait for the reader of a pipe', async () => {
    const pipe = runs.file('data.fifo');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    const pull = runs.start(['pull', await emptyServer(), '--data-out', pipe]);
    expect(await pull.exit()).toBe(13);
    expect(pull.stderr).toContain(`${pipe}: nobody reads this pipe`);
  });
});
