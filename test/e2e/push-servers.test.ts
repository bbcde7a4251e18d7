import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type CliRun, CliRuns, type CliServer } from '../support/cli.js';
import { differenceIn, flvBytes, readFlvFile } from '../support/flv-file.js';
import { freePort } from '../support/peer.js';
import { syntheticStream } from '../support/streams.js';

const FILM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 6_000, gopMs: 500 });

const runs = new CliRuns();
afterAll(() => runs.stopAll());

function film(name: string): string {
  const path = runs.file(`${name}.flv`);
  writeFileSync(path, flvBytes(FILM));
  return path;
}

/** The recording that a server has made, of its only or its newest publisher. */
async function recordingOf(server: CliServer) {
  server.run.kill();
  await server.run.exit();
  const started = server.run.events.findLast(({ event, role }) => event === 'started' && role === 'recorder');
  return (await readFlvFile(`${started?.['output']}`)).tags;
}

function recording(name: string): string[] {
  return ['--show-keys', '--record', runs.file(`${name}/x`).slice(0, -2)];
}

function expectHidden({ stdout, stderr }: CliRun, keys: readonly string[]): void {
  for (const key of keys) expect(`${stdout}${stderr}`).not.toContain(key);
}

describe.concurrent('push to several servers', () => {
  it('gives everybody everything while one is not there, and ends with what ailed that', async () => {
    const [one, two] = [await runs.serve(...recording('one')), await runs.serve(...recording('two'))];
    const keys = ['keyONE12345', 'keyTWO12345', 'keyDEAD1234'];
    const [first, second, dead] = keys;
    const to = [`${two.url}/live/${second}`, `rtmp://127.0.0.1:${await freePort()}/live/${dead}`];
    const argv = ['push', film('several'), `${one.url}/live/${first}`, '-vv', '--speed', '3'];
    const push = runs.start([...argv, '--json', ...to.flatMap((url) => ['--to', url])]);
    expect(await push.exit(), push.said).toBe(3);
    expectHidden(push, keys);
    for (const server of [one, two]) expect(differenceIn(await recordingOf(server), FILM)).toBeUndefined();
    const about = (url: string | undefined) => push.events.filter((event) => event['url'] === url);
    for (const { url } of [one, two]) {
      const names = new Set(about(`${url}/live/****`).map(({ event }) => event));
      expect([...names]).toEqual(expect.arrayContaining(['connecting', 'connected', 'started', 'stats', 'ended']));
    }
    expect(push.events.at(-1)).toMatchObject({ event: 'error', code: 'ERR_REFUSED', exitCode: 3 });
  });

  it('takes its URLs from the environment, and says in plain words how each did', async () => {
    const [one, two] = [await runs.serve(), await runs.serve()];
    const RTMPKIT_TO = `${one.url}/live/keyONE12345\n${two.url}/live/keyTWO12345`;
    const push = runs.start(['push', film('environment'), '--speed', '0'], { env: { RTMPKIT_TO } });
    expect(await push.exit(), push.said).toBe(0);
    for (const { url } of [one, two]) {
      expect(push.stderr).toContain(`publishing ${url}/live/****`);
      expect(push.stderr).toMatch(new RegExp(`${url}/live/\\*{4}: sent 6.0 s, .*: everything was sent`));
    }
    expectHidden(push, ['keyONE12345', 'keyTWO12345']);
  });

  it('lets one that takes nothing miss something, where it would make the others wait', async () => {
    // A process that has been stopped accepts connections no more, but those that are open stay, and take nothing.
    const [well, stopped] = [await runs.serve(...recording('well')), await runs.serve()];
    const large = syntheticStream({ video: 'h264', durationMs: 60_000, gopMs: 1_000, frameBytes: 25_000 });
    const path = runs.file('large.flv');
    writeFileSync(path, flvBytes(large));
    const url = `${stopped.url}/live/a`;
    const push = runs.start(['push', '--json', path, url, '--to', `${well.url}/live/b`, '--no-drop', '--speed', '60']);
    await push.event('started', (event) => event['url'] === `${stopped.url}/live/****`);
    stopped.run.kill('SIGSTOP');
    await push.event('ended', (event) => event['url'] === `${well.url}/live/****`);
    stopped.run.kill('SIGCONT');
    const ended = await push.event('ended', (event) => event['url'] === `${stopped.url}/live/****`);
    expect(ended['droppedFrames']).toBeGreaterThan(0);
    expect(ended['reason']).toContain('too slow');
    expect(await push.exit(), push.said).toBe(0);
    expect(differenceIn(await recordingOf(well), large)).toBeUndefined();
  });
});

describe.concurrent('push --backup', () => {
  it('goes on at the backup, and back, while the server is killed and started again', async () => {
    const main = await runs.serve();
    const backup = await runs.serve();
    const argv = ['push', '--json', film('backup'), `${main.url}/live/keyMAIN1234`, '--retry-delay', '50ms'];
    const push = runs.start([...argv, '--retry-max-delay', '100ms', '--backup', `${backup.url}/live`]);
    await push.event('stats');
    main.run.kill('SIGKILL');
    await push.event('started', (event) => event['url'] === `${backup.url}/live/****`);
    await backup.run.event('started', ({ role }) => role === 'publisher');
    runs.start(['serve', '--json', '--listen', `127.0.0.1:${main.port}`]);
    await push.until('return', () => push.events.filter(({ event }) => event === 'started').length === 3);
    expect(await push.exit(), push.said).toBe(0);
    expect(push.events.find(({ event }) => event === 'warning')).toMatchObject({
      code: 'WARN_ON_BACKUP',
      target: `${main.url}/live/****`,
    });
    expectHidden(push, ['keyMAIN1234']);
  });
});
