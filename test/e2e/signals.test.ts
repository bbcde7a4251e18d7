import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaTag } from '../../src/media/tag.js';
import { type CliRun, CliRuns, type CliServer } from '../support/cli.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { differenceIn, flvBytes, parseFlv, readFlvFile, withoutMetadata } from '../support/flv-file.js';
import { Publication } from '../support/publication.js';
import { syntheticStream } from '../support/streams.js';

/** In real time it ends long after the test does. */
const LONG = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 60_000, gopMs: 400 });

/** A signal is not to be waited out. */
const AT_ONCE_MS = 10_000;

const SIGNALS = [
  { signal: 'SIGINT', exitCode: 130 },
  { signal: 'SIGTERM', exitCode: 143 },
  { signal: 'SIGHUP', exitCode: 129 },
] as const;

const runs = new CliRuns();
let server: CliServer;

beforeAll(async () => {
  server = await runs.serve('--show-keys');
});

afterAll(() => runs.stopAll());

interface Running {
  readonly push: CliRun;
  readonly pull: CliRun;
  readonly path: string;
}

/** A publisher in real time and its recorder, from the moment on at which media has come. */
async function publishAndRecord(url: string, name: string): Promise<Running> {
  const publication = await Publication.begin(runs, url, LONG);
  const path = runs.file(`${name}.flv`);
  const pull = runs.start(['pull', '--json', url, path]);
  await pull.event('started');
  publication.finish();
  await pull.event('stats', ({ positionMs }) => Number(positionMs) >= 1_000);
  return { push: publication.push, pull, path };
}

function endOf(run: CliRun): unknown {
  return run.events.find(({ event, final }) => event === 'ended' && final === true);
}

/** It holds the beginning of what was sent, and knows its own length. */
async function expectComplete(path: string, sent: readonly MediaTag[]): Promise<void> {
  const { tags, damages, metadata } = await readFlvFile(path);
  const media = withoutMetadata(tags);
  expect(differenceIn(media, withoutMetadata(sent).slice(0, media.length))).toBeUndefined();
  expect(damages).toEqual([]);
  const lastMs = Math.max(...media.map(({ timestampMs }) => timestampMs));
  expect(metadata.get('duration')).toBeGreaterThanOrEqual(lastMs / 1_000);
  expect(metadata.get('duration')).toBeLessThan(lastMs / 1_000 + 0.1);
  expect(metadata.get('keyframes')).toBeDefined();
}

describe.concurrent.each(SIGNALS)('$signal', ({ signal, exitCode }) => {
  it(`ends push with ${exitCode} after a proper end of the stream`, async () => {
    const { push, pull, path } = await publishAndRecord(`${server.url}/live/${runs.streamName()}`, `push-${signal}`);
    push.kill(signal);

    expect([await push.exit(), await pull.exit()]).toEqual([exitCode, 0]);
    expect(endOf(push)).toMatchObject({ role: 'publisher', reason: 'interrupted' });
    expect(endOf(pull)).toMatchObject({ role: 'player', reason: 'end of stream' });
    expect(pull.events.filter(({ event }) => event === 'warning')).toEqual([]);
    await expectComplete(path, LONG);
  });

  it(`ends pull with ${exitCode} and a complete file`, async () => {
    const stream = `/live/${runs.streamName()}`;
    const { pull, path } = await publishAndRecord(server.url + stream, `pull-${signal}`);
    pull.kill(signal);

    expect(await pull.exit()).toBe(exitCode);
    expect(endOf(pull)).toMatchObject({ role: 'player', reason: 'interrupted', output: path });
    await server.run.event('ended', ({ role, url }) => role === 'player' && stream.endsWith(String(url)));
    await expectComplete(path, LONG);
  });

  it('ends serve with 0 after a proper end of what it plays and records', async () => {
    const ours = await runs.serve('--show-keys', '--record', runs.file(`recordings-${signal}`));
    const { push, pull, path } = await publishAndRecord(`${ours.url}/live/name`, `serve-${signal}`);
    ours.run.kill(signal);

    expect(await ours.run.exit()).toBe(0);
    expect(await pull.exit()).toBe(0);
    expect(await push.exit()).toBe(3);
    expect(endOf(ours.run)).toMatchObject({ role: 'server', reason: 'stopped' });
    expect(endOf(pull)).toMatchObject({ reason: 'end of stream' });
    await expectComplete(path, LONG);
    const recorded = ours.run.events.find(({ event, role }) => event === 'ended' && role === 'recorder');
    await expectComplete(String(recorded?.['output']), LONG);
  });

  it('ends a serve at once to which nobody is connected', async () => {
    const idle = await runs.serve();
    const beganMs = performance.now();
    idle.run.kill(signal);
    expect(await idle.run.exit()).toBe(0);
    expect(performance.now() - beganMs).toBeLessThan(AT_ONCE_MS);
  });
});

describe.concurrent('signals while there is nothing to finish', () => {
  it('ends a push that is still connecting', async () => {
    const silent = await FaultProxy.to(server.port, { hang: true });
    const push = runs.start(['push', '--json', '-', `rtmp://127.0.0.1:${silent.port}/live/name`]);
    await push.event('connecting', ({ stage }) => stage === 'handshake');
    push.kill('SIGINT');
    expect(await push.exit()).toBe(130);
    expect(push.events.filter(({ event }) => event === 'error')).toEqual([]);
    await silent.close();
  });

  it('finishes in peace when SIGHUP comes twice, from the terminal that is closed and from its shell', async () => {
    const { pull, path } = await publishAndRecord(`${server.url}/live/${runs.streamName()}`, 'hangup-twice');
    pull.kill('SIGHUP');
    pull.kill('SIGHUP');
    expect(await pull.exit()).toBe(129);
    await expectComplete(path, LONG);
  });

  it('ends at once with the second signal', async () => {
    const slow = await FaultProxy.to(server.port);
    const huge = syntheticStream({ video: 'h264', durationMs: 1_000, keyframeBytes: 2_000_000, gopMs: 100 });
    const push = runs.start(['push', '-', `rtmp://127.0.0.1:${slow.port}/live/${runs.streamName()}`, '--speed', '0']);
    const publication = await Publication.through(push, huge);
    await push.says(/publishing/);
    slow.faults.hang = true;
    publication.finish();
    push.kill('SIGINT');
    await push.says(/SIGINT: finishing/);
    const beganMs = performance.now();
    push.kill('SIGINT');

    expect(await push.exit()).toBe(130);
    expect(performance.now() - beganMs).toBeLessThan(AT_ONCE_MS);
    await slow.close();
  });
});

describe.concurrent('a reader of standard output that goes away', () => {
  it('ends pull with 0 and without a word, after media', async () => {
    const url = `${server.url}/live/${runs.streamName()}`;
    await Publication.inRealTime(runs, url, LONG);
    const pull = runs.start(['pull', url, '-', '--quiet']);
    await once(pull.child.stdout, 'data');
    pull.child.stdout.destroy();

    expect(await pull.exit()).toBe(0);
    expect(pull.stderr).toBe('');
    expect(parseFlv(pull.stdout).tags.length).toBeGreaterThan(0);
  });

  it('ends pull with 0 and a complete file, after events', async () => {
    const { pull, path } = await publishAndRecord(`${server.url}/live/${runs.streamName()}`, 'events');
    pull.child.stdout.destroy();

    expect(await pull.exit()).toBe(0);
    expect(pull.stderr).toBe('');
    await expectComplete(path, LONG);
  });

  it('does not disturb pull in what it says to people', async () => {
    const url = `${server.url}/live/${runs.streamName()}`;
    const publication = await Publication.begin(runs, url, LONG.slice(0, 200), '--speed', '0');
    const path = runs.file('deaf.flv');
    const pull = runs.start(['pull', url, path]);
    await pull.says(/writing/);
    pull.child.stderr.destroy();
    publication.finish();

    expect(await pull.exit()).toBe(0);
    await expectComplete(path, LONG.slice(0, 200));
  });
});

describe.skipIf(process.platform === 'win32')('a pipe into which nobody writes', () => {
  it.each([
    ['input', (pipe: string) => [pipe]],
    ['data', (pipe: string, film: string) => [film, '--data', pipe]],
  ])('does not keep push from ending when it is the %s', async (name, inputs) => {
    const [pipe, film] = [runs.file(`${name}.fifo`), runs.file(`${name}.flv`)];
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    await writeFile(film, flvBytes(LONG));
    const push = runs.start(['push', '--json', ...inputs(pipe, film), `${server.url}/live/${name}`]);
    await push.event('connected');
    push.child.kill('SIGTERM');
    expect(await push.exit()).toBe(143);
  });
});
