import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ALL_CHECKS } from '../../../src/commands/conformance/all-checks.js';
import { RtmpkitError } from '../../../src/errors.js';
import type { ConformanceOutcome, ConformanceReport } from '../../../src/report.js';
import { errorStatus, StatusCode } from '../../../src/rtmp/session/status.js';
import { ServerDesk } from '../../server/server-desk.js';
import { FakeServers } from '../../support/fake-servers.js';
import { adobe, PASSWORD, USER } from '../../support/gatekeeper.js';
import { probed } from '../probed.js';

const fakes = new FakeServers();
let desk: ServerDesk | undefined;
afterEach(async () => {
  await desk?.close();
  desk = undefined;
});
afterAll(() => fakes.close());

const at = (port: number): string => `rtmp://127.0.0.1:${port}/live/any?token=sekret`;
const tried = (port: number, signal?: AbortSignal) => probed(at(port), { tryOut: 'conformance' }, signal);

function idsOf(report: ConformanceReport | null | undefined, outcome: ConformanceOutcome): string[] {
  return (report?.checks ?? []).filter((check) => check.outcome === outcome).map(({ id }) => id);
}

describe('the checks', () => {
  it('have names that are theirs alone, and say where it is written', () => {
    const checks = ALL_CHECKS.flatMap((group) => group.checks);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(checks.length).toBeGreaterThanOrEqual(60);
    for (const { id, title, section } of checks) {
      expect(id).toMatch(/^[a-z][a-z\d-]+$/);
      expect(title.length).toBeGreaterThan(10);
      expect(section).not.toBe('');
    }
  });
});

describe('a try-out', () => {
  it('finds nothing to object to in our server, which is as before afterwards', async () => {
    desk = await ServerDesk.open();
    const { report, error } = await tried(desk.port);
    const found = report?.conformance;
    const objections = found?.checks.filter(({ outcome }) => outcome !== 'pass');
    expect(objections).toEqual([]);
    expect(error).toBeUndefined();
    expect(report).toMatchObject({ ok: true, server: { software: 'rtmpkit', address: '127.0.0.1' } });
    expect(found).toMatchObject({ pass: found?.checks.length, deviates: 0, fails: 0, skipped: 0 });
    await expect.poll(() => desk?.server.stats.connections).toBe(0);
  });

  it('of a server where one may not publish leaves out what needs that', async () => {
    const port = await fakes.rtmp((event, session) => {
      if (event.type === 'connectRequest') session.acceptConnect();
      if (event.type === 'publishRequest') {
        session.rejectPublish(event.streamId, errorStatus(StatusCode.PublishDenied, `no ${event.streamName} here`));
      }
    });
    const { report } = await tried(port);
    expect(idsOf(report?.conformance, 'skipped')).toEqual(expect.arrayContaining(['publish-start', 'play-relays']));
    const start = report?.conformance?.checks.find(({ id }) => id === 'publish-start');
    expect(start?.seen).toContain(StatusCode.PublishDenied);
    expect(JSON.stringify(report)).not.toContain('sekret');
    expect(idsOf(report?.conformance, 'pass')).toEqual(expect.arrayContaining(['handshake-simple', 'chunk-fmt-3']));
  });

  it('of a server that plays nothing fails, with exit status 12', async () => {
    const port = await fakes.rtmp((event, session) => {
      if (event.type === 'connectRequest') session.acceptConnect();
      if (event.type === 'publishRequest') session.acceptPublish(event.streamId);
      if (event.type === 'playRequest') {
        session.rejectPlay(event.streamId, errorStatus(StatusCode.PlayFailed, 'no'));
      }
    });
    const { report, error } = await tried(port);
    expect(idsOf(report?.conformance, 'fails')).toEqual(
      expect.arrayContaining(['play-relays', 'chunk-size-1', 'alive']),
    );
    expect(idsOf(report?.conformance, 'deviates')).toEqual(expect.arrayContaining(['publish-busy']));
    expect(error).toMatchObject({
      code: 'ERR_EXPECTATION',
      message: expect.stringMatching(/^\d+ of \d+ checks fail: /),
    });
    expect(report?.ok).toBe(false);
  });

  describe('of a server that wants user and password', () => {
    const guarded = (): Promise<number> =>
      fakes.rtmp((event, session, socket) => {
        if (event.type === 'publishRequest') session.acceptPublish(event.streamId);
        if (event.type === 'playRequest') session.rejectPlay(event.streamId, errorStatus(StatusCode.PlayFailed, 'no'));
        if (event.type !== 'connectRequest') return;
        const description = adobe(event.request.app);
        if (description === undefined) return session.acceptConnect();
        session.rejectConnect({ level: 'error', code: StatusCode.ConnectRejected, description });
        setImmediate(() => socket.end()); // behind what it says
      });

    it('logs in for each check', async () => {
      const port = await guarded();
      const { report } = await probed(at(port), { tryOut: 'conformance', user: USER, password: PASSWORD });
      const passed = idsOf(report?.conformance, 'pass');
      expect(passed).toEqual(expect.arrayContaining(['connect-bare', 'publish-start', 'chunk-fmt-3']));
      expect(idsOf(report?.conformance, 'skipped')).toContain('command-pipelined');
      expect(report?.server?.software).toBe('rtmpkit');
      expect(JSON.stringify(report)).not.toMatch(new RegExp(`${PASSWORD}|${USER}|response=`));
    });

    it('says so without them, and when they are wrong', async () => {
      const port = await guarded();
      expect(await tried(port)).toMatchObject({
        report: { ok: false, conformance: null },
        error: { code: 'ERR_AUTH' },
      });
      const wrong = await probed(at(port), { tryOut: 'conformance', user: USER, password: 'wrong' });
      expect(wrong).toMatchObject({ report: { ok: false, conformance: null }, error: { code: 'ERR_AUTH' } });
    });
  });

  it('that is stopped tells what it has found', async () => {
    desk = await ServerDesk.open();
    const stop = new AbortController();
    const running = tried(desk.port, stop.signal);
    await desk.event('connected', ({ connection }) => connection === 3);
    stop.abort();
    const { report } = await running;
    expect(report?.conformance?.skipped).toBeGreaterThan(0);
  });

  it.each([
    ['hangs up', () => fakes.closing(), 'ERR_CONNECTION_LOST'],
    ['refuses connect', () => refusing(), 'ERR_APP_NOT_FOUND'],
    ['speaks something else', () => fakes.saying(new Uint8Array(4_000).fill(0xff)), 'ERR_NOT_RTMP'],
  ])('of a server that %s is an error', async (_, start, code) => {
    const { report, error } = await tried(await start());
    expect(error).toBeInstanceOf(RtmpkitError);
    expect(error).toMatchObject({ code });
    expect(report).toMatchObject({ ok: false, conformance: null });
  });
});

function refusing(): Promise<number> {
  return fakes.rtmp((event, session) => {
    if (event.type === 'connectRequest') session.rejectConnect(errorStatus(StatusCode.ConnectInvalidApp, 'no'));
  });
}
