import { afterEach, describe, expect, it } from 'vitest';
import { ReconnectingPublisher } from '../../src/endpoint/reconnecting-publisher.js';
import type { Retry } from '../../src/endpoint/redial.js';
import { RtmpkitError } from '../../src/errors.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import { isKeyframe } from '../../src/media/tag-info.js';
import { errorStatus, StatusCode } from '../../src/rtmp/session/status.js';
import { bodiesOf } from '../support/stream-parts.js';
import { type Guest, StreamServer } from '../support/stream-server.js';
import { syntheticStream } from '../support/streams.js';
import { linkOptions } from './rtmp-options.js';

const STREAM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 10_000, gopMs: 1_000 });
const KEYFRAMES = STREAM.flatMap((tag, i) => (isKeyframe(tag) ? [i] : []));
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

/** A publisher that has lost its first server, and is at its backup. */
async function atBackup(main: StreamServer, backup: StreamServer, attempts = 1_000) {
  const retry = { attempts, delayMs: 10, maxDelayMs: 20 };
  const news: string[] = [];
  const retries: Retry[] = [];
  const told = (what: string) => (error: unknown) =>
    void news.push(`${what}: ${error instanceof RtmpkitError ? error.code : error}`);
  const publisher = await ReconnectingPublisher.open({
    ...linkOptions(main.port, { signal: stop.signal }),
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
  return { publisher, broadcast, news, retries };
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
    const { publisher, broadcast, news } = await atBackup(main, backup);
    main.handle = (guest, event) => {
      if (event.type !== 'publishRequest') return false;
      guest.session.rejectPublish(event.streamId, errorStatus(StatusCode.PublishDenied, 'not you'));
      return true;
    };
    main.guests[0]?.reset();
    const second = await backup.guest(1);
    await expect.poll(() => news).toEqual(['backup: ERR_CONNECTION_LOST', 'given up: ERR_DENIED']);
    broadcast.append(STREAM.slice(KEYFRAMES[1]! + 10));
    await sent(second, 100);
    broadcast.end();
    await publisher.finished;
    expect(main.guests.length).toBe(1);
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
