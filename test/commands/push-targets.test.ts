import { once } from 'node:events';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { PushOptions } from '../../src/commands/options.js';
import { push } from '../../src/commands/push.js';
import type { CommandEvent } from '../../src/events.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { flvBytes } from '../support/flv-file.js';
import { bodiesOf, framesOf, neverGoesBack } from '../support/stream-parts.js';
import { type Guest, StreamServer } from '../support/stream-server.js';
import { syntheticStream } from '../support/streams.js';

const servers: StreamServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function newServer(): Promise<StreamServer> {
  const server = await new StreamServer().listen();
  servers.push(server);
  return server;
}

/** Nobody listens there. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function urlOf(port: number, key = 'SECRETKEY'): string {
  return `rtmp://127.0.0.1:${port}/live/${key}`;
}

const FILM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 12_000, gopMs: 1_000, frameBytes: 2_000 });
/** More than a minute, and more than kernels hold. */
const LARGE = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 66_000, gopMs: 1_000, frameBytes: 14_000 });
const LONG_GOPS = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 18_000, gopMs: 3_000, frameBytes: 2_000 });

function optionsOf(film: readonly MediaTag[], given: Partial<PushOptions>): PushOptions {
  return {
    input: Readable.from([flvBytes(film)]),
    url: undefined,
    speed: 0,
    plays: 1,
    startMs: 0,
    durationMs: undefined,
    maxQueueMs: Number.POSITIVE_INFINITY,
    timeoutMs: 5_000,
    stallTimeoutMs: 1_000,
    tls: {},
    ...given,
  };
}

interface Outcome {
  readonly events: readonly CommandEvent[];
  readonly error: unknown;
}

async function outcomeOf(options: PushOptions, onEvent: (event: CommandEvent) => unknown = () => {}): Promise<Outcome> {
  const events: CommandEvent[] = [];
  try {
    for await (const event of push(options, new AbortController().signal)) {
      events.push(event);
      await onEvent(event);
    }
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

function warningsIn({ events }: Outcome): string[] {
  return events.flatMap((event) => (event.event === 'warning' ? [event.code] : []));
}

const LIVE = { maxQueueMs: 3_000, speed: 12 };

describe('push to several servers', () => {
  it.each([
    ['as fast as they take it', { maxQueueMs: Number.POSITIVE_INFINITY, speed: 0 }],
    ['in its time', { maxQueueMs: 60_000, speed: 24 }],
  ])('gives seven every tag while three fail in their ways, %s', { timeout: 30_000 }, async (_, pace) => {
    const healthy = await Promise.all(Array.from({ length: 7 }, newServer));
    const [resetting, stuck, dead] = [await newServer(), await newServer(), await deadPort()];
    resetting.onStart = (guest) => void guest.socket.once('data', () => guest.reset());
    stuck.onStart = (guest) => void guest.socket.pause();
    const ports = [resetting.port, dead, stuck.port, ...healthy.map(({ port }) => port)];
    const [url, ...targets] = ports.map((port) => urlOf(port));
    const options = optionsOf(LARGE, { ...pace, url, targets: targets.map((target) => ({ url: target })) });
    const outcome = await outcomeOf(options);

    const sent = bodiesOf(LARGE);
    for (const server of healthy) {
      const [guest, another] = server.guests;
      expect(another).toBeUndefined();
      expect(bodiesOf(guest?.tags ?? [])).toEqual(sent);
    }
    const failed = outcome.events.flatMap((event) =>
      event.event === 'warning' && event.code === 'WARN_TARGET_FAILED' ? [event.url] : [],
    );
    expect(new Set(failed)).toEqual(
      new Set([resetting.port, dead, stuck.port].map((port) => `rtmp://127.0.0.1:${port}/live/****`)),
    );
    expect(outcome.error).toMatchObject({ code: expect.stringMatching(/^ERR_(REFUSED|CONNECTION_LOST|NETWORK)$/) });
    expect(JSON.stringify(outcome.events)).not.toContain('SECRETKEY');
    const ended = outcome.events.filter((event) => event.event === 'ended');
    expect(ended.length).toBe(10);
    expect(ended.filter(({ reason }) => reason === 'everything was sent').length).toBe(7);
  });

  it('says of each event whom it is about, and tells apart what looks alike', async () => {
    const server = await newServer();
    const targets = [{ url: urlOf(server.port, 'two') }];
    const { events, error } = await outcomeOf(optionsOf(FILM, { ...LIVE, url: urlOf(server.port, 'one'), targets }));
    expect(error).toBeUndefined();
    const name = `rtmp://127.0.0.1:${server.port}/live/****`;
    for (const kind of ['connecting', 'connected', 'started', 'ended']) {
      const places = events.flatMap((event) => ('target' in event && event.event === kind ? [event.target] : []));
      expect(new Set(places), kind).toEqual(new Set([name, `${name} (2)`]));
    }
    expect(events.at(-1)).toMatchObject({ event: 'ended', reason: 'everything was sent', final: true });
  });

  it('ends with the first failure when all have failed', async () => {
    const targets = [{ url: urlOf(await deadPort()) }];
    const { error, events } = await outcomeOf(optionsOf(FILM, { url: urlOf(await deadPort()), targets }));
    expect(error).toMatchObject({ code: 'ERR_REFUSED' });
    expect(events.filter(({ event }) => event === 'started')).toEqual([]);
  });

  it('counts a live target that never was connected as failed', async () => {
    const server = await newServer();
    const targets = [{ url: urlOf(await deadPort()) }];
    const retry = { delayMs: 10, maxDelayMs: 10, attempts: Number.POSITIVE_INFINITY };
    const outcome = await outcomeOf(optionsOf(FILM, { ...LIVE, url: urlOf(server.port), targets, retry }));
    expect(outcome.error).toMatchObject({ code: 'ERR_REFUSED' });
    expect(bodiesOf(server.guests[0]?.tags ?? [])).toEqual(bodiesOf(FILM));
  });
});

describe('push through a network that carries less than is sent', () => {
  it('tells how much that is, and how much of it is used', async () => {
    const server = await newServer();
    const proxy = await FaultProxy.to(server.port, { rateBytesPerSecond: 20_000_000 });
    const outcome = await outcomeOf(optionsOf(LARGE, { url: urlOf(proxy.port) }));
    await proxy.close();

    expect(outcome.error).toBeUndefined();
    const { capacityKbps = null } = outcome.events.findLast((event) => event.event === 'ended') ?? {};
    expect(capacityKbps).toSatisfy((kbps) => kbps > 16_000 && kbps < 240_000); // of 160,000; a busy machine carries less
    const stats = outcome.events.findLast((event) => event.event === 'stats');
    expect(stats).toMatchObject({ state: 'running', retries: 0, capacityKbps: expect.any(Number) });
    expect(stats?.bandwidthUse).toSatisfy((use) => use > 0 && use <= 1);
  });
});

describe('push with a backup', () => {
  const retry = { attempts: 1_000, delayMs: 10, maxDelayMs: 50 };

  /** Where a publish begins anew: the headers, then a keyframe. */
  function expectWholeBeginning({ tags }: Guest): void {
    const [first] = framesOf('video', tags);
    expect(first !== undefined && isKeyframe(first)).toBe(true);
    const headers = tags.slice(0, first === undefined ? 0 : tags.indexOf(first)).filter(isSequenceHeader);
    expect(new Set(headers.map(({ kind }) => kind))).toEqual(new Set(['audio', 'video']));
    expect(neverGoesBack(tags)).toBe(true);
  }

  /** Kills the server at the moment at which it has half of the second GOP, of 75 frames. */
  function inMidstOfGop(server: StreamServer): Promise<void> {
    return new Promise((resolve) => {
      server.handle = ({ tags }, { type }) => {
        if (type === 'tags' && framesOf('video', tags).length >= 112) {
          server.handle = () => false;
          resolve(server.kill());
        }
        return false;
      };
    });
  }

  it.each([
    ['live', { maxQueueMs: 3_000, speed: 6 }],
    ['lossless', { maxQueueMs: Number.POSITIVE_INFINITY, speed: 6 }],
  ])('goes on there when the server dies, and returns when it is back, %s', async (_, pace) => {
    const [main, backup] = [await newServer(), await newServer()];
    // A live push goes on at the newest keyframe: nothing is lost when none is on its way while the server dies.
    const dying = inMidstOfGop(main);
    const options = optionsOf(LONG_GOPS, {
      ...pace,
      url: urlOf(main.port),
      backup: { url: urlOf(backup.port) },
      retry,
    });
    const running = outcomeOf(options);
    const first = await main.guest(1);
    await dying;
    const second = await backup.guest(1);
    await expect.poll(() => framesOf('video', second.tags).length).toBeGreaterThan(40);
    await main.listen();
    const third = await main.guest(2);
    const outcome = await running;

    expect(outcome.error).toBeUndefined();
    expectWholeBeginning(second);
    expectWholeBeginning(third);
    expect(third.tags.at(-1)?.timestampMs).toBe(LONG_GOPS.at(-1)?.timestampMs);
    const received = new Set(bodiesOf([...first.tags, ...second.tags, ...third.tags]));
    expect(bodiesOf(LONG_GOPS).filter((body) => !received.has(body))).toEqual([]);
    expect([main.guests.length, backup.guests.length]).toEqual([2, 1]);
    expect(warningsIn(outcome)).toEqual(['WARN_ON_BACKUP']);
    const started = outcome.events.flatMap((event) => (event.event === 'started' ? [event.url] : []));
    const [mainName, backupName] = [main, backup].map(({ port }) => `rtmp://127.0.0.1:${port}/live/****`);
    expect(started).toEqual([mainName, backupName, mainName]);
    const waits = outcome.events.filter((event) => event.event === 'retrying');
    expect(waits.every(({ url, attempts }) => url === mainName && attempts === retry.attempts)).toBe(true);
    expect(JSON.stringify(outcome.events)).not.toContain('SECRETKEY');
  });

  it('begins there when the server is not there', async () => {
    const backup = await newServer();
    const options = optionsOf(FILM, { url: urlOf(await deadPort()), backup: { url: urlOf(backup.port) } });
    const outcome = await outcomeOf(options);
    expect(outcome.error).toBeUndefined();
    expect(bodiesOf(backup.guests[0]?.tags ?? [])).toEqual(bodiesOf(FILM));
  });

  it('fails when neither is there', async () => {
    const options = optionsOf(FILM, { url: urlOf(await deadPort()), backup: { url: urlOf(await deadPort()) } });
    const outcome = await outcomeOf(options);
    expect(outcome.error).toMatchObject({ code: 'ERR_REFUSED' });
    expect(warningsIn(outcome)).toEqual(['WARN_BACKUP_FAILED']);
  });

  it('goes back to the server when the backup dies, too', async () => {
    const [main, backup] = [await newServer(), await newServer()];
    const options = optionsOf(FILM, { ...LIVE, url: urlOf(main.port), backup: { url: urlOf(backup.port) }, retry });
    const running = outcomeOf(options);
    const first = await main.guest(1);
    await expect.poll(() => first.tags.length).toBeGreaterThan(40);
    await main.kill();
    const second = await backup.guest(1);
    await expect.poll(() => second.tags.length).toBeGreaterThan(10);
    await backup.kill();
    await main.listen();
    const third = await main.guest(2);
    expect((await running).error).toBeUndefined();
    expectWholeBeginning(third);
  });
});
