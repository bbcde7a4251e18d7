import { afterEach, describe, expect, it } from 'vitest';
import { ReconnectingPlayer, type ReconnectingPlayerOptions } from '../../src/endpoint/reconnecting-player.js';
import type { Retry } from '../../src/endpoint/redial.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame, isKeyframe } from '../../src/media/tag-info.js';
import type { LiveStream } from '../../src/server/live-stream.js';
import { ServerDesk } from '../server/server-desk.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { bodiesOf, framesOf, neverGoesBack, timesOf } from '../support/stream-parts.js';
import { syntheticStream } from '../support/streams.js';
import { linkOptions } from './rtmp-options.js';

const STREAM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 30_000, gopMs: 1_000 });
const PARTS = [0, 0.3, 0.6, 1].map((share) => Math.floor(STREAM.length * share));
const [FIRST, MIDDLE, LAST] = [0, 1, 2].map((i) => STREAM.slice(PARTS[i], PARTS[i + 1])) as [
  MediaTag[],
  MediaTag[],
  MediaTag[],
];
const GOP_FRAMES = 25 + 44;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A stream on our server, and a player behind a proxy. */
class Scene {
  readonly retries: Retry[] = [];
  readonly received: MediaTag[] = [];
  readonly proxy: FaultProxy;
  readonly stream: LiveStream;
  player!: ReconnectingPlayer;
  reading!: Promise<void>;

  private constructor(proxy: FaultProxy, stream: LiveStream) {
    this.proxy = proxy;
    this.stream = stream;
  }

  static async open(given: Partial<ReconnectingPlayerOptions> = {}): Promise<Scene> {
    const desk = await ServerDesk.open();
    const stream = desk.services.registry.publish({ app: 'live', streamName: 'key' }, () => {});
    const scene = new Scene(await FaultProxy.to(desk.port), stream);
    closing.push(
      () => desk.close(),
      () => scene.proxy.close(),
      () => scene.player.stop(),
    );
    scene.player = await ReconnectingPlayer.open({
      ...linkOptions(scene.proxy.port),
      retry: { attempts: 100, delayMs: 10, maxDelayMs: 20 },
      onRetry: (retry) => scene.retries.push(retry),
      ...given,
    });
    scene.reading = scene.#read();
    return scene;
  }

  async #read(): Promise<void> {
    for await (const tags of this.player) this.received.push(...tags);
  }

  /** Publishes it, until all has come. */
  async deliver(tags: readonly MediaTag[]): Promise<void> {
    this.append(tags);
    const last = bodiesOf(tags.slice(-1))[0];
    await expect.poll(() => bodiesOf(this.received.slice(-1))[0], { timeout: 10_000 }).toBe(last);
  }

  append(tags: readonly MediaTag[]): void {
    for (let i = 0; i < tags.length; i += 5) this.stream.append(tags.slice(i, i + 5));
  }

  async lost(code: string): Promise<void> {
    await expect.poll(() => this.retries[0]?.error.code, { timeout: 10_000 }).toBe(code);
  }

  async end(): Promise<MediaTag[]> {
    this.stream.finish();
    await this.reading;
    return this.received;
  }
}

/** How often each frame of these came. */
function countsOf(sent: readonly MediaTag[], received: readonly MediaTag[]): number[] {
  const times = new Map<string, number>();
  for (const body of bodiesOf(received.filter(isFrame))) times.set(body, (times.get(body) ?? 0) + 1);
  return bodiesOf(sent.filter(isFrame)).map((body) => times.get(body) ?? 0);
}

function longestStepMs(kind: 'audio' | 'video', tags: readonly MediaTag[]): number {
  const times = timesOf(framesOf(kind, tags));
  return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
}

/** Nothing is missing but what was sent while there was no connection; a GOP at most came twice. */
function expectOneStream(received: readonly MediaTag[]): void {
  expect(countsOf(FIRST, received).every((count) => count >= 1)).toBe(true);
  expect(countsOf(LAST, received).slice(-GOP_FRAMES)).toEqual(Array(GOP_FRAMES).fill(1));
  const doubled = countsOf(STREAM, received).reduce((sum, count) => sum + Math.max(count - 1, 0), 0);
  expect(doubled).toBeLessThanOrEqual(2 * GOP_FRAMES);
  expect(neverGoesBack(received)).toBe(true);
  expect(longestStepMs('video', received)).toBeLessThanOrEqual(80);
  expect(longestStepMs('audio', received)).toBeLessThanOrEqual(80);
}

describe('a player whose connection', () => {
  it.each<[string, string, (proxy: FaultProxy) => void]>([
    ['is cut', 'ERR_CONNECTION_LOST', (proxy) => proxy.cut()],
    ['is reset', 'ERR_CONNECTION_LOST', (proxy) => proxy.reset()],
    ['is half closed', 'ERR_CONNECTION_LOST', (proxy) => proxy.halfClose()],
    ['is frozen', 'ERR_STALLED', (proxy) => proxy.freeze()],
  ])('%s goes on at the newest keyframe', async (_, code, fault) => {
    const scene = await Scene.open({ stallTimeoutMs: 500 });
    await scene.deliver(FIRST);
    fault(scene.proxy);
    await scene.lost(code);
    scene.append(MIDDLE);
    await expect.poll(() => scene.player.reconnects).toBe(1);
    await scene.deliver(LAST);
    const received = await scene.end();

    expectOneStream(received);
    const [again] = framesOf('video', received.slice(FIRST.length));
    expect(isKeyframe(again!)).toBe(true);
    expect(scene.player.end?.kind).toBe('told');
  });

  it.each<[string, Partial<FaultProxy['faults']>]>([
    ['late', { delayMs: 300 }],
    ['slow', { rateBytesPerSecond: 5_000_000 }],
    ['in single bytes', { segmentBytes: 1 }],
  ])('is %s gets everything once, without a new connection', async (_, faults) => {
    const scene = await Scene.open();
    Object.assign(scene.proxy.faults, faults);
    await scene.deliver(FIRST);
    const received = await scene.end();
    expect(countsOf(FIRST, received).every((count) => count === 1)).toBe(true);
    expect(scene.retries).toEqual([]);
  });

  it('stops while it waits to try again', async () => {
    const scene = await Scene.open({
      retry: { attempts: 5, delayMs: 1_000_000, maxDelayMs: 1_000_000 },
      random: () => 1,
    });
    await scene.deliver(FIRST);
    scene.proxy.reset();
    await scene.lost('ERR_CONNECTION_LOST');
    scene.player.stop();
    await scene.reading;
    expect(scene.player.end).toEqual({ kind: 'stopped' });
  });

  it('fails with the last reason when it may not try again', async () => {
    const scene = await Scene.open({ retry: { attempts: 2, delayMs: 1, maxDelayMs: 1 } });
    await scene.deliver(FIRST);
    await scene.proxy.close();
    await expect(scene.reading).rejects.toMatchObject({ code: 'ERR_REFUSED' });
    expect(scene.retries.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('takes an end for the end, unless its owner knows better', async () => {
    const scene = await Scene.open({ goesOnAfter: ({ kind }) => kind === 'told' });
    await scene.deliver(FIRST);
    scene.stream.finish();
    await scene.lost('ERR_STREAM_NOT_FOUND');
    scene.player.stop();
    await scene.reading;
  });
});
