import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorStatus, StatusCode } from '../../src/rtmp/session/status.js';
import { CliRuns, type CliServer } from '../support/cli.js';
import { FakeServers } from '../support/fake-servers.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { Publication } from '../support/publication.js';
import { syntheticStream } from '../support/streams.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const KEY = 'sekret-key-4711';

interface Document {
  readonly ok: boolean;
  readonly url: string;
  readonly timings: Readonly<Record<string, number | null>>;
  readonly streams: readonly Readonly<Record<string, unknown>>[];
  readonly warnings: readonly { readonly code: string }[];
  readonly error: { readonly code: string; readonly exitCode: number } | null;
}

const runs = new CliRuns();
const fakes = new FakeServers();
const proxies: FaultProxy[] = [];
let server: CliServer;

beforeAll(async () => {
  server = await runs.serve();
});

afterAll(async () => {
  await runs.stopAll();
  await fakes.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
});

async function documentOf(...args: string[]): Promise<{ document: Document; exitCode: number }> {
  const run = runs.start(['probe', '--json', ...args]);
  const exitCode = await run.exit();
  expect(run.stderr).toBe('');
  return { document: JSON.parse(run.stdout.toString()), exitCode };
}

/** A stream of 1 Mbit/s in real time. */
async function publish(name: string): Promise<string> {
  const stream = syntheticStream({
    video: 'h264',
    audio: 'aac',
    durationMs: 60_000,
    frameBytes: 4_500,
    keyframeBytes: 9_000,
  });
  await Publication.inRealTime(runs, `${server.url}/live/${name}`, stream);
  return `/live/${name}`;
}

describe.concurrent('probe', () => {
  it('of a live stream gives its document, and shows no key', async () => {
    const path = await publish(KEY);
    const { document, exitCode } = await documentOf(`${server.url}${path}`, '--duration', '2s');
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ ok: true, url: `${server.url}/live/****`, warnings: [], error: null });
    expect(document.streams).toMatchObject([
      { codec: 'h264', width: 64, fps: 25 },
      { codec: 'aac', sampleRate: 44_100 },
    ]);
    expect(JSON.stringify(document)).not.toContain(KEY);
  });

  it('with a duration of 0 ends with the first picture', async () => {
    const path = await publish('quick');
    const { document } = await documentOf(`${server.url}${path}`, '--duration', '0');
    expect(document.streams.map(({ kind }) => kind)).toEqual(['video', 'audio']);
    expect(document.timings['firstKeyframeMs']).toBeGreaterThan(0);
  });

  it('of a file prints a page', async () => {
    const run = runs.start(['probe', FIXTURE]);
    expect(await run.exit()).toBe(0);
    expect(run.stdout.toString()).toMatch(/h264 High 2\.1 · 320x180 · 15 fps[\s\S]*nothing irregular\n$/);
    expect(run.stdout.toString()).not.toContain('\x1b');
    expect(run.stderr).toBe('');
  });

  it.each([
    ['video.fps>=15', 0],
    ['video.fps>=25', 12],
    ['video.fsp>=25', 2],
  ])('--expect %s ends in %i', async (expression, status) => {
    const run = runs.start(['probe', FIXTURE, '--expect', expression]);
    expect(await run.exit()).toBe(status);
  });

  it('of what is no RTMP server says at which stage it failed', async () => {
    const { document, exitCode } = await documentOf(`rtmp://127.0.0.1:${await fakes.http()}/live/${KEY}`);
    expect(exitCode).toBe(9);
    expect(document).toMatchObject({ ok: false, error: { code: 'ERR_NOT_RTMP', exitCode: 9, stage: 'handshake' } });
  });

  it('that is interrupted tells what it has seen', async () => {
    const path = await publish('interrupted');
    const run = runs.start(['probe', '--duration', '1h', `${server.url}${path}`]);
    await run.says(/playing/);
    run.kill('SIGINT');
    expect(await run.exit()).toBe(130);
    expect(run.stdout.toString()).toMatch(/until it was stopped/);
  });
});

// Beside each other, but beside nothing else of this file: where programs start, any way is slow.
describe('a way with faults', () => {
  it.concurrent('that is too slow makes the stream fall behind', async () => {
    const proxy = await FaultProxy.to(server.port, { rateBytesPerSecond: 70_000, segmentBytes: 1_400 });
    proxies.push(proxy);
    const path = await publish('slow');
    const { document } = await documentOf(`rtmp://127.0.0.1:${proxy.port}${path}`, '--duration', '5s');
    expect(document.warnings.map(({ code }) => code)).toEqual(['WARN_FALLING_BEHIND']);
  });

  it.concurrent('that stands still for a while makes a stall', async () => {
    let seenBytes = 0;
    const proxy = await FaultProxy.to(server.port, {
      corrupt: (bytes, direction) => {
        const isHere = direction === 'down' && seenBytes < 200_000 && seenBytes + bytes.length >= 200_000;
        seenBytes += direction === 'down' ? bytes.length : 0;
        // What comes is passed on, and after it nothing for so long.
        proxy.faults.rateBytesPerSecond = isHere ? bytes.length / 1.6 : Number.POSITIVE_INFINITY;
        return bytes;
      },
    });
    proxies.push(proxy);
    const path = await publish('stalling');
    const { document } = await documentOf(`rtmp://127.0.0.1:${proxy.port}${path}`, '--duration', '5s');
    expect(document.warnings.map(({ code }) => code)).toEqual(['WARN_STALL']);
  });
});

describe.concurrent('probe of a server', () => {
  it('may publish there, or says who is in the way', async () => {
    const url = `${server.url}/live/${KEY}-published`;
    const { document, exitCode } = await documentOf(url, '--publish', '--duration', '100ms');
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ ok: true, publish: { measuredBy: 'answer' }, error: null });
    expect(JSON.stringify(document)).not.toContain(KEY);

    const path = await publish('taken');
    const busy = await documentOf(`${server.url}${path}`, '--publish');
    expect(busy.exitCode).toBe(8);
    expect(busy.document).toMatchObject({ ok: false, publish: null, error: { code: 'ERR_STREAM_BUSY' } });
  });

  it('tries it out, and shows the token of the URL nowhere', async () => {
    const run = runs.start(['probe', `${server.url}/live/x?token=${KEY}`, '--conformance']);
    expect(await run.exit(), run.stderr).toBe(0);
    const page = run.stdout.toString();
    expect(page).toMatch(/^ +handshake$/m);
    expect(page).toMatch(/checks +\d+ pass\n/);
    expect(page + run.stderr).not.toContain(KEY);
  });

  it('that plays nothing ends with 12', async () => {
    const port = await fakes.rtmp((event, session) => {
      if (event.type === 'connectRequest') session.acceptConnect();
      if (event.type === 'publishRequest') session.acceptPublish(event.streamId);
      if (event.type === 'playRequest') session.rejectPlay(event.streamId, errorStatus(StatusCode.PlayFailed, 'no'));
    });
    const { document, exitCode } = await documentOf(`rtmp://127.0.0.1:${port}/live/x`, '--conformance');
    expect(exitCode).toBe(12);
    expect(document.error).toMatchObject({ code: 'ERR_EXPECTATION', exitCode: 12 });
  });
});
