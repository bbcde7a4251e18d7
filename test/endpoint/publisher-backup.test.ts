import { afterEach, describe, expect, it } from 'vitest';
import { ReconnectingPublisher } from '../../src/endpoint/reconnecting-publisher.js';
import type { Retry } from '../../src/endpoint/redial.js';
import { RtmpkitError } from '../../src/errors.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import { type Clock, systemClock } from '../../src/flow/clock.js';
import { isKeyframe } from '../../src/media/tag-info.js';
import { errorStatus, StatusCode } from '../../src/rtmp/session/status.js';
import { bodiesOf } from '../support/stream-parts.js';
import { type Guest, StreamServer } from '../support/stream-server.js';
import { syntheticStream } from '../support/streams.js';
import { linkOptions } from './rtmp-options.js';

const STREAM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 10_000, gopMs: 1_000 });
const KEYFRAMES = STREAM.flatMap((tag, i) => (isKeyframe(tag) ? [i] : []));
/** Longer than a refusal may be the end of a server that was asked too late. */
const LONG_AGO_MS = 130_000;
const LIVE = { mode: 'live', join: 'beginning' } as const;

const servers: StreamServer[] = [];
const stop = new AbortController();
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function newServer(): Promise<StreamServer> {
  const server = await new StreamServer().listen();
  servers.push(server);
  return server;
}

/** Answers those who want to publish in another way. */
function refuse(server: StreamServer, answer: (guest: Guest, streamId: number) => void): void {
  server.handle = (guest, event) => {
    if (event.type !== 'publishRequest') return false;
    answer(guest, event.streamId);
    return true;
  };
}

function codesOf(retries: readonly Retry[]): string[] {
  return retries.map(({ error }) => error.code);
}

/** The system's, which may be put forward. */
class AdjustableClock implements Clock {
  aheadMs = 0;

  nowMs(): number {
    return systemClock.nowMs() + this.aheadMs;
  }

  atEndOfTurn(run: () => void): void {
    systemClock.atEndOfTurn(run);
  }

  after(delayMs: number, run: () => void): () => void {
    return systemClock.after(delayMs, run);
  }
}

/** A publisher that has lost its first server, and is at its backup. */
async function atBackup(main: StreamServer, backup: StreamServer, attempts = 1_000) {
  const retry = { attempts, delayMs: 10, maxDelayMs: 20 };
  const clock = new AdjustableClock();
  const news: string[] = [];
  const retries: Retry[] = [];
  const told = (what: string) => (error: unknown) =>
    void news.push(`${what}: ${error instanceof RtmpkitError ? error.code : error}`);
  const publisher = await ReconnectingPublisher.open({
    ...linkOptions(main.port, { signal: stop.signal }),
    clock,
    retry,
    onRetry: (next: Retry) => void retries.push(next),
    backup: {
      server: linkOptions(backup.port, { signal: stop.signal }),
      retry,
      onTakeOver: told('backup'),
      onFailed: told('no backup'),
      onGivenUp: told('given up'),
    },
  });
  const broadcast = new Broadcast({ maxBytes: 1e9, gopCache: true });
  publisher.attach(broadcast, LIVE);
  const first = await main.guest(1);
  broadcast.append(STREAM.slice(0, KEYFRAMES[1]! + 10));
  await sent(first, KEYFRAMES[1]! + 10);
  return { publisher, broadcast, news, retries, clock };
}

async function sent(guest: Guest, count: number): Promise<void> {
  await expect.poll(() => guest.tags.length).toBeGreaterThanOrEqual(count);
}

describe('a publisher at its backup', () => {
  it('follows that to another place, and still returns', async () => {
    const [main, backup, other] = [await newServer(), await newServer(), await newServer()];
    const { publisher, broadcast, news } = await atBackup(main, backup);
    await main.kill();
    const second = await backup.guest(1);
    await sent(second, 10);
    expect(second.session.requestReconnect('maintenance', `rtmp://127.0.0.1:${other.port}/live`)).toBe(true);
    second.flush();
    const third = await other.guest(1);
    const before = second.tags.length;
    broadcast.append(STREAM.slice(KEYFRAMES[1]! + 10, KEYFRAMES[2]));
    await sent(second, before + KEYFRAMES[2]! - KEYFRAMES[1]! - 10);
    broadcast.append(STREAM.slice(KEYFRAMES[2], KEYFRAMES[2]! + 5));
    await sent(third, 5);
    await main.listen();
    const back = await main.guest(2);
    const moved = third.tags.length;
    broadcast.append(STREAM.slice(KEYFRAMES[2]! + 5, KEYFRAMES[3]));
    await sent(third, moved + KEYFRAMES[3]! - KEYFRAMES[2]! - 5);
    broadcast.append(STREAM.slice(KEYFRAMES[3], KEYFRAMES[3]! + 5));
    await sent(back, 5);
    broadcast.end();
    await publisher.finished;
    expect(news).toEqual(['backup: ERR_CONNECTION_LOST']);
    const received = new Set(bodiesOf([second, third, back].flatMap(({ tags }) => tags)));
    const missing = bodiesOf(STREAM.slice(KEYFRAMES[1], KEYFRAMES[3]! + 5)).filter((body) => !received.has(body));
    expect(missing).toEqual([]);
  });

  it('does not lose it when the first server comes back and goes again before a keyframe', async () => {
    const [main, backup] = [await newServer(), await newServer()];
    const { publisher, broadcast } = await atBackup(main, backup);
    await main.kill();
    const second = await backup.guest(1);
    await main.listen();
    const idle = await main.guest(2);
    idle.reset();
    await main.guest(3);
    broadcast.append(STREAM.slice(KEYFRAMES[1]! + 10, KEYFRAMES[2]!));
    await sent(second, KEYFRAMES[2]! - KEYFRAMES[1]!);
    broadcast.append(STREAM.slice(KEYFRAMES[2]!, KEYFRAMES[2]! + 10));
    await sent(main.guests[2] as Guest, 10);
    expect(idle.tags).toEqual([]);
    broadcast.end();
    await publisher.finished;
    expect(publisher.droppedTags).toBe(0);
  });

  it('stays there when the first server wants it no more', async () => {
    const [main, backup] = [await newServer(), await newServer()];
    const { publisher, broadcast, news, retries, clock } = await atBackup(main, backup);
    refuse(main, (guest, streamId) =>
      guest.session.rejectPublish(streamId, errorStatus(StatusCode.PublishDenied, 'not you')),
    );
    main.guests[0]?.reset();
    const second = await backup.guest(1);
    await expect.poll(() => codesOf(retries)).toContain('ERR_DENIED');
    expect(news).toEqual(['backup: ERR_CONNECTION_LOST']); // it was allowed a moment ago
    clock.aheadMs = LONG_AGO_MS;
    await expect.poll(() => news).toEqual(['backup: ERR_CONNECTION_LOST', 'given up: ERR_DENIED']);
    broadcast.append(STREAM.slice(KEYFRAMES[1]! + 10));
    await sent(second, 100);
    broadcast.end();
    await publisher.finished;
    expect(main.guests.length).toBe(1);
  });

  it('returns to a first server that closes at publish for a while, as one does that is being stopped', async () => {
    const [main, backup] = [await newServer(), await newServer()];
    const { publisher, broadcast, news, retries } = await atBackup(main, backup);
    refuse(main, (guest) => guest.socket.end());
    main.guests[0]?.reset();
    const second = await backup.guest(1);
    await expect.poll(() => codesOf(retries)).toEqual(expect.arrayContaining(['ERR_CONNECTION_LOST', 'ERR_DENIED']));
    second.reset(); // the backup, too: what the first one allowed before is not forgotten over that
    await backup.guest(2);
    const tried = retries.length;
    await expect.poll(() => codesOf(retries.slice(tried + 1))).toContain('ERR_DENIED');
    main.handle = () => false;
    const back = await main.guest(2);
    let gop = 1;
    await expect
      .poll(() => {
        broadcast.append(STREAM.slice(KEYFRAMES[gop], KEYFRAMES[gop + 1]));
        gop += 1;
        return back.tags.length;
      })
      .toBeGreaterThan(0);
    broadcast.end();
    await publisher.finished;
    expect(news).toEqual(['backup: ERR_CONNECTION_LOST', 'backup: ERR_DENIED']);
  });

  it('tries both again when both close at publish that ran before', async () => {
    const [main, backup] = [await newServer(), await newServer()];
    const { publisher, broadcast, retries } = await atBackup(main, backup);
    for (const server of [main, backup]) refuse(server, (guest) => guest.socket.end());
    main.guests[0]?.reset();
    await expect.poll(() => codesOf(retries).filter((code) => code === 'ERR_DENIED').length).toBeGreaterThan(1);
    main.handle = () => false;
    const back = await main.guest(2);
    broadcast.append(STREAM.slice(KEYFRAMES[1]! + 10));
    await sent(back, 10);
    broadcast.end();
    await publisher.finished;
  });

  it('leaves nothing open when it is left while it tries the first server', async () => {
    const [main, backup] = [await newServer(), await newServer()];
    const { publisher, retries, broadcast } = await atBackup(main, backup);
    await main.kill();
    const second = await backup.guest(1);
    await expect.poll(() => retries.length).toBeGreaterThan(2);
    publisher.leave();
    await publisher.finished;
    await second.closed;
    expect(broadcast.stats.subscribers).toBe(0);
    const tried = retries.length;
    await main.listen();
    expect([retries.length, main.guests.length]).toEqual([tried, 1]);
  });
});
