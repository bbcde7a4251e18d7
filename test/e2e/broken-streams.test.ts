import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaTag } from '../../src/media/tag.js';
import { type CliRun, CliRuns, type CliServer } from '../support/cli.js';
import { FaultProxy, type Faults } from '../support/fault-proxy.js';
import { differenceIn, parseFlv, readFlvFile, withoutMetadata } from '../support/flv-file.js';
import { Publication } from '../support/publication.js';
import { syntheticStream } from '../support/streams.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));

/** In real time it ends long after the test does. */
const LONG = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 60_000 });
const SHORT = syntheticStream({
  video: 'h264',
  audio: 'aac',
  durationMs: 2_000,
  keyframeBytes: 1_000,
  frameBytes: 100,
});

const runs = new CliRuns();
const proxies: FaultProxy[] = [];
let server: CliServer;

beforeAll(async () => {
  server = await runs.serve();
});

afterAll(async () => {
  await runs.stopAll();
  await Promise.all(proxies.map((proxy) => proxy.close()));
});

async function proxyTo(port: number, faults: Faults = {}): Promise<{ proxy: FaultProxy; url: string }> {
  const proxy = await FaultProxy.to(port, faults);
  proxies.push(proxy);
  return { proxy, url: `rtmp://127.0.0.1:${proxy.port}` };
}

/** Resolves when some of the stream has gone by. */
function flows(run: CliRun): Promise<unknown> {
  return run.event('stats', ({ positionMs }) => Number(positionMs) >= 1_000);
}

function errorOf(run: CliRun): unknown {
  return run.events.find(({ event }) => event === 'error');
}

/** What has come is all there, and the file is complete. */
async function expectComplete(path: string, sent: readonly MediaTag[]): Promise<void> {
  const { tags, damages, metadata } = await readFlvFile(path);
  const media = withoutMetadata(tags);
  expect(media.length).toBeGreaterThan(10);
  expect(differenceIn(media, withoutMetadata(sent).slice(0, media.length))).toBeUndefined();
  expect(damages).toEqual([]);
  expect(metadata.get('duration')).toBeGreaterThan(0.5);
}

describe.concurrent('push into trouble', () => {
  it('sends a file that is cut off as far as it goes, and says so', async () => {
    const whole = readFileSync(FIXTURE);
    const cut = whole.subarray(0, whole.length * 0.3);
    const path = runs.file('cut.flv');
    writeFileSync(path, cut);
    const recording = await runs.serve('--show-keys', '--record', runs.file('cut'));
    const push = runs.start(['push', '--json', '--speed', '0', path, `${recording.url}/live/name`]);

    expect(await push.exit()).toBe(0);
    expect(push.events.find(({ event }) => event === 'warning')).toMatchObject({
      code: 'WARN_DAMAGED_INPUT',
      message: expect.stringMatching(/ends inside a tag/),
    });
    const { output } = await recording.run.event('ended', ({ role }) => role === 'recorder');
    expect(differenceIn((await readFlvFile(String(output))).tags, parseFlv(cut).tags)).toBeUndefined();
  });

  it('ends with 3 when the server is killed', async () => {
    const mortal = await runs.serve();
    const { push } = await Publication.inRealTime(runs, `${mortal.url}/live/name`, LONG);
    await flows(push);
    mortal.run.kill('SIGKILL');

    expect(await push.exit()).toBe(3);
    expect(errorOf(push)).toMatchObject({ code: 'ERR_CONNECTION_LOST', stage: 'stream' });
  });

  it('ends with 3 when the network drops the connection', async () => {
    const { proxy, url } = await proxyTo(server.port);
    const { push } = await Publication.inRealTime(runs, `${url}/live/${runs.streamName()}`, LONG);
    await flows(push);
    proxy.reset();

    expect(await push.exit()).toBe(3);
    expect(errorOf(push)).toMatchObject({ code: 'ERR_CONNECTION_LOST', stage: 'stream' });
  });

  it('ends with 4 when the network takes nothing any more', async () => {
    const { proxy, url } = await proxyTo(server.port);
    const huge = syntheticStream({ video: 'h264', durationMs: 1_000, keyframeBytes: 2_000_000, gopMs: 100 });
    const options = ['--speed', '0', '--stall-timeout', '1s'];
    const publication = await Publication.begin(runs, `${url}/live/${runs.streamName()}`, huge, ...options);
    proxy.faults.hang = true;
    publication.finish();

    expect(await publication.push.exit()).toBe(4);
    expect(errorOf(publication.push)).toMatchObject({ code: 'ERR_STALLED', message: expect.stringMatching(/1 s/) });
  });
});

describe.concurrent('pull of a damaged file', () => {
  it('keeps all that is whole, and says what is not', async () => {
    const bytes = readFileSync(FIXTURE);
    const hole = { from: 60_000, to: 61_000 };
    bytes.fill(0x55, hole.from, hole.to);
    const [path, fixed] = [runs.file('damaged.flv'), runs.file('fixed.flv')];
    writeFileSync(path, bytes);
    const repair = runs.start(['pull', '--json', path, fixed]);

    expect(await repair.exit()).toBe(0);
    expect(repair.events.find(({ event }) => event === 'warning')).toMatchObject({ code: 'WARN_DAMAGED_INPUT' });
    const skippedBytes = Number(repair.events.at(-1)?.['skippedBytes']);
    expect(skippedBytes).toBeGreaterThanOrEqual(hole.to - hole.from - 15);
    const { tags, damages, metadata } = await readFlvFile(fixed);
    const whole = parseFlv(readFileSync(FIXTURE)).tags;
    expect(damages).toEqual([]);
    expect(tags.length).toBeGreaterThan(whole.length - 20);
    expect(metadata.get('duration')).toBeCloseTo(10, 0);
  });
});

describe.concurrent('pull from trouble', () => {
  /** A recorder behind a proxy, from the moment on at which media flows. */
  async function pullThroughProxy(name: string): Promise<{ pull: CliRun; proxy: FaultProxy; path: string }> {
    const stream = `/live/${runs.streamName()}`;
    const { proxy, url } = await proxyTo(server.port);
    const publication = await Publication.begin(runs, server.url + stream, LONG);
    const path = runs.file(`${name}.flv`);
    const pull = runs.start(['pull', '--json', url + stream, path, '--stall-timeout', '4s']);
    await pull.event('started');
    publication.finish();
    await flows(pull);
    return { pull, proxy, path };
  }

  it('ends with 0 and a warning when the server goes without a word', async () => {
    const { pull, proxy, path } = await pullThroughProxy('closed');
    proxy.cut();

    expect(await pull.exit()).toBe(0);
    expect(pull.events.find(({ event }) => event === 'warning')).toMatchObject({ code: 'WARN_CLOSED_WITHOUT_END' });
    await expectComplete(path, LONG);
  });

  it.each<[string, number, string, (proxy: FaultProxy, pull: CliRun) => unknown]>([
    ['the network drops the connection', 3, 'ERR_CONNECTION_LOST', resetInSilence],
    ['nothing comes any more', 4, 'ERR_STALLED', ({ faults }) => Object.assign(faults, { hang: true })],
    ['garbage comes', 9, 'ERR_CHUNK', ({ faults }) => Object.assign(faults, { corrupt: toGarbage })],
  ])('completes its file when %s, and ends with %i', async (name, exitCode, code, spoil) => {
    const { pull, proxy, path } = await pullThroughProxy(name);
    await spoil(proxy, pull);

    expect(await pull.exit(), pull.said).toBe(exitCode);
    expect(errorOf(pull)).toMatchObject({ code });
    await expectComplete(path, LONG);
  });

  it('completes its file when the publisher falls silent, and ends with 4', async () => {
    const url = `${server.url}/live/${runs.streamName()}`;
    const publication = await Publication.begin(runs, url, SHORT, '--speed', '0');
    const path = runs.file('silent.flv');
    const pull = runs.start(['pull', '--json', url, path, '--stall-timeout', '1s']);
    await pull.event('started');
    await publication.continue();

    expect(await pull.exit()).toBe(4);
    expect(errorOf(pull)).toMatchObject({ code: 'ERR_STALLED' });
    expect(differenceIn((await readFlvFile(path)).tags, SHORT)).toBeUndefined();
    await expectComplete(path, SHORT);
  });
});

/** A reset right behind data looks like an orderly end to Node (libuv takes POLLHUP for it), so nothing may be on its way. */
async function resetInSilence(proxy: FaultProxy, pull: CliRun): Promise<void> {
  proxy.faults.hang = true;
  await pull.until('silence', () => {
    const [before, last] = pull.events.filter(({ event }) => event === 'stats').slice(-2);
    return last !== undefined && before?.['bytes'] === last['bytes'];
  });
  proxy.reset();
}

function toGarbage(bytes: Buffer): Buffer {
  return Buffer.alloc(bytes.length, 0xff);
}

describe.concurrent('a network that cuts everything into pieces', () => {
  it.each([1, 1_000])('keeps every tag when pieces have %i bytes', async (segmentBytes) => {
    const { url } = await proxyTo(server.port, { segmentBytes });
    const stream = `/live/${runs.streamName()}`;
    const publication = await Publication.begin(runs, url + stream, SHORT, '--speed', '0');
    const path = runs.file(`pieces-${segmentBytes}.flv`);
    const pull = runs.start(['pull', '--json', url + stream, path]);
    await pull.event('started');
    publication.finish();

    expect([await publication.push.exit(), await pull.exit()]).toEqual([0, 0]);
    expect(differenceIn((await readFlvFile(path)).tags, SHORT)).toBeUndefined();
  });
});
