import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorStatus, StatusCode } from '../../src/rtmp/session/status.js';
import { ServerDesk } from '../server/server-desk.js';
import { FakeServers } from '../support/fake-servers.js';
import { probed } from './probed.js';

const fakes = new FakeServers();
let desk: ServerDesk;
beforeEach(async () => {
  desk = await ServerDesk.open();
});
afterEach(() => desk.close());
afterAll(() => fakes.close());

const at = (port: number): string => `rtmp://127.0.0.1:${port}/live/key`;
const published = (port: number, given = {}, signal?: AbortSignal) =>
  probed(at(port), { tryOut: 'publish', durationMs: 200, ...given }, signal);

describe('a film that is published', () => {
  it('shows that it may be, and how fast the way is', async () => {
    const { report, error, events } = await published(desk.port);
    expect(error).toBeUndefined();
    expect(report).toMatchObject({
      ok: true,
      url: expect.stringMatching(/\/live\/\*{4}$/),
      server: { software: 'rtmpkit', rttMs: expect.any(Number) },
      publish: { measuredBy: 'answer' },
    });
    expect(report?.stages.map(({ stage, ok }) => [stage, ok])).toEqual(
      ['tcp', 'handshake', 'connect', 'publish', 'stream'].map((stage) => [stage, true]),
    );
    expect(report?.stages.find(({ stage }) => stage === 'publish')?.words).toBe(StatusCode.PublishStart);
    expect(report?.publish?.frames).toBeGreaterThan(0);
    expect(report?.publish?.uploadKbps).toBeGreaterThan(0);
    expect(report?.publish?.bytes).toBeLessThanOrEqual(16.1 * 1024 * 1024);
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['connecting', 'connected', 'started']));
  });

  it('reaches the server as a stream that it can show, and ends as a stream should', async () => {
    const run = published(desk.port);
    const started = await desk.event('started', ({ role }) => role === 'publisher');
    const ended = await desk.event('ended', ({ role }) => role === 'publisher');
    await run;
    expect(started.url).toBe(ended.url);
    expect(ended.videoTags ?? 1).toBeGreaterThan(0);
    expect(ended.reason).toBe('closed by the client');
  });

  it('may be expected to be fast', async () => {
    const { report } = await published(desk.port, { expect: ['publish.uploadKbps>0', 'publish.measuredBy==answer'] });
    expect(report?.expectations.map(({ met }) => met)).toEqual([true, true]);
  });

  it('under a name that is taken is refused with advice', async () => {
    await desk.publish('key');
    const { report, error } = await published(desk.port);
    expect(error).toMatchObject({ code: 'ERR_STREAM_BUSY', advice: expect.stringContaining('another stream name') });
    expect(report).toMatchObject({ ok: false, publish: null });
    expect(report?.stages.at(-1)).toMatchObject({ stage: 'publish', ok: false });
  });

  it('under a name that is taken waits for it as often as it may', async () => {
    await desk.publish('key');
    const retry = { attempts: 3, delayMs: 1, maxDelayMs: 1 };
    const { report, error, events } = await published(desk.port, { retry });
    expect(error).toMatchObject({ code: 'ERR_STREAM_BUSY' });
    expect(events.filter(({ event }) => event === 'retrying')).toMatchObject([
      { role: 'publisher', attempt: 1, attempts: 3, code: 'ERR_STREAM_BUSY' },
      { attempt: 2 },
      { attempt: 3 },
    ]);
    expect(report?.publish).toBeNull();
  });

  it.each([
    [StatusCode.PublishUnauthorized, 'ERR_AUTH'],
    [StatusCode.PublishDenied, 'ERR_DENIED'],
  ])('that gets %s is refused with %s', async (status, code) => {
    const port = await fakes.rtmp((event, session) => {
      if (event.type === 'connectRequest') session.acceptConnect();
      if (event.type === 'publishRequest') session.rejectPublish(event.streamId, errorStatus(status, 'not you'));
    });
    const { error } = await published(port);
    expect(error).toMatchObject({ code, peerWords: expect.stringContaining('not you') });
  });

  it('whose server hangs up is told as far as it came', async () => {
    const port = await fakes.rtmp((event, session, socket) => {
      if (event.type === 'connectRequest') session.acceptConnect();
      if (event.type === 'publishRequest') session.acceptPublish(event.streamId);
      if (event.type === 'tags') socket.end();
    });
    const { report, error } = await published(port);
    expect(error).toMatchObject({ code: 'ERR_CONNECTION_LOST' });
    expect(report?.stages.at(-1)).toMatchObject({ stage: 'stream', ok: false });
  });

  it('ends early when it is stopped, and tells what it has found', async () => {
    const stop = new AbortController();
    const run = published(desk.port, { durationMs: 60_000 }, stop.signal);
    await desk.event('started', ({ role }) => role === 'publisher');
    stop.abort();
    const { report, error } = await run;
    if (error === undefined) expect(report?.publish).not.toBeNull();
    else expect(error).toBe(stop.signal.reason); // it had not begun
    await expect.poll(() => desk.server.stats.connections).toBe(0);
  });
});
