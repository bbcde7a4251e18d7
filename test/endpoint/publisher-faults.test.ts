import { afterEach, describe, expect, it } from 'vitest';
import { ReconnectingPublisher } from '../../src/endpoint/reconnecting-publisher.js';
import type { Retry } from '../../src/endpoint/redial.js';
import { Broadcast, type SubscribeOptions } from '../../src/flow/broadcast.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame, isKeyframe } from '../../src/media/tag-info.js';
import { RecordingSink } from '../flow/recording-sink.js';
import { ServerDesk } from '../server/server-desk.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { bodiesOf, neverGoesBack } from '../support/stream-parts.js';
import { syntheticStream } from '../support/streams.js';
import { linkOptions } from './rtmp-options.js';

/** About 12 MB, GOPs of 250 kB: larger than what servers leave unacknowledged. Every body is another one. */
const STREAM = syntheticStream({
  video: 'h264',
  audio: 'aac',
  durationMs: 50_000,
  gopMs: 1_000,
  keyframeBytes: 50_000,
  frameBytes: 8_000,
});
const PARTS = [0, 0.3, 0.6, 1].map((share) => Math.floor(STREAM.length * share));
const [FIRST, MIDDLE, LAST] = [0, 1, 2].map((i) => STREAM.slice(PARTS[i], PARTS[i + 1])) as [
  MediaTag[],
  MediaTag[],
  MediaTag[],
];

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A publisher behind a proxy, and what players of our server get. */
class Scene {
  readonly retries: Retry[] = [];
  readonly received = new RecordingSink();
  readonly broadcast = new Broadcast({ maxBytes: 64 * 1024 * 1024, gopCache: false });
  publisher!: ReconnectingPublisher;
  readonly proxy: FaultProxy;

  private constructor(proxy: FaultProxy) {
    this.proxy = proxy;
  }

  static async open(place: SubscribeOptions, stallTimeoutMs = 10_000): Promise<Scene> {
    const desk = await ServerDesk.open({ graceMs: 60_000 });
    const scene = new Scene(await FaultProxy.to(desk.port));
    const publisher = await ReconnectingPublisher.open({
      ...linkOptions(scene.proxy.port, { stallTimeoutMs }),
      retry: { attempts: 100, delayMs: 10, maxDelayMs: 20 },
      onRetry: (retry) => scene.retries.push(retry),
    });
    closing.push(
      () => desk.close(),
      () => scene.proxy.close(),
      () => publisher.close(),
    );
    scene.publisher = publisher;
    publisher.attach(scene.broadcast, place);
    const stream = desk.services.registry.find({ app: 'live', streamName: 'key' });
    stream?.broadcast.subscribe(scene.received, { mode: 'lossless', join: 'beginning' });
    return scene;
  }

  /** Sends it, in bursts, until all has arrived. */
  async deliver(tags: readonly MediaTag[]): Promise<void> {
    const last = bodiesOf(tags.slice(-1))[0];
    this.append(tags);
    await expect.poll(() => bodiesOf(this.received.tags.slice(-1))[0], { timeout: 10_000 }).toBe(last);
  }

  append(tags: readonly MediaTag[]): void {
    for (let i = 0; i < tags.length; i += 5) this.broadcast.append(tags.slice(i, i + 5));
  }

  async lost(code: string): Promise<void> {
    await expect.poll(() => this.retries[0]?.error.code, { timeout: 10_000 }).toBe(code);
  }

  /** Ends the stream, and gives back what the server got of it in all. */
  async end(): Promise<MediaTag[]> {
    this.broadcast.end();
    await this.publisher.finished;
    return this.received.tags;
  }
}

/** What came of the frames of the stream. */
function accountOf(received: readonly MediaTag[]): { missing: number; doubled: number; doubledBytes: number } {
  const times = new Map<string, number>();
  for (const body of bodiesOf(received.filter(isFrame))) times.set(body, (times.get(body) ?? 0) + 1);
  const sent = STREAM.filter(isFrame);
  const counts = bodiesOf(sent).map((body) => times.get(body) ?? 0);
  const doubled = counts.map((count) => Math.max(count - 1, 0));
  return {
    missing: counts.filter((count) => count === 0).length,
    doubled: doubled.reduce((sum, count) => sum + count, 0),
    doubledBytes: doubled.reduce((sum, count, i) => sum + count * (sent[i]?.body.length ?? 0), 0),
  };
}

const GOP_BYTES = 300_000;
/** Our server acknowledges half of the window that we announce; the newest acknowledgement may be on its way. */
const UNACKNOWLEDGED_BYTES = 2 * 1_250_000;

const LOSSLESS = { mode: 'lossless', join: 'beginning' } as const;
const LIVE = { mode: 'live', join: 'beginning' } as const;

const LOSSES: readonly [string, string, (proxy: FaultProxy) => void][] = [
  ['is cut', 'ERR_CONNECTION_LOST', (proxy) => proxy.cut()],
  ['is reset', 'ERR_CONNECTION_LOST', (proxy) => proxy.reset()],
  ['is half closed', 'ERR_CONNECTION_LOST', (proxy) => proxy.halfClose()],
];

describe('a lossless publish whose connection', () => {
  it.each(LOSSES)('%s loses nothing, and repeats no more than what was not acknowledged', async (_, code, fault) => {
    const scene = await Scene.open(LOSSLESS);
    await scene.deliver(FIRST);
    fault(scene.proxy);
    await scene.lost(code);
    scene.append(MIDDLE);
    await scene.deliver(LAST);
    const received = await scene.end();

    const { missing, doubledBytes } = accountOf(received);
    expect(missing).toBe(0);
    expect(doubledBytes).toBeLessThanOrEqual(UNACKNOWLEDGED_BYTES + GOP_BYTES);
    expect(neverGoesBack(received)).toBe(true);
    expect(scene.publisher.reconnects).toBe(1);
    expect(scene.publisher.droppedTags).toBe(0);
  });

  it('is lost over and over loses nothing', async () => {
    const scene = await Scene.open(LOSSLESS);
    const step = Math.ceil(STREAM.length / 12);
    for (let at = 0; at < STREAM.length; at += step) {
      scene.append(STREAM.slice(at, at + step));
      const before = scene.publisher.sent.read().bytes;
      await expect.poll(() => scene.publisher.sent.read().bytes, { timeout: 10_000 }).toBeGreaterThan(before);
      scene.proxy.reset();
    }
    const received = await scene.end();
    expect(accountOf(received).missing).toBe(0);
    expect(neverGoesBack(received)).toBe(true);
    expect(scene.publisher.reconnects).toBeGreaterThan(1);
  });
});

describe('a live publish whose connection', () => {
  it.each(LOSSES)('%s goes on at the newest keyframe, and knows exactly what is missing', async (_, code, fault) => {
    const scene = await Scene.open(LIVE);
    await scene.deliver(FIRST);
    fault(scene.proxy);
    await scene.lost(code);
    scene.append(MIDDLE);
    await scene.deliver(LAST);
    const received = await scene.end();

    const { missing, doubled } = accountOf(received);
    expect(missing).toBe(scene.publisher.droppedTags);
    expect(doubled).toBe(0);
    expect(missing).toBeLessThan(MIDDLE.length + LAST.length);
    expect(neverGoesBack(received)).toBe(true);
    const { audio, video } = scene.publisher.dropped;
    expect(audio + video).toBe(missing);
    expect(scene.publisher.lossRate).toBeCloseTo(missing / (STREAM.length + 3), 2);
    const afterwards = received.slice(FIRST.length).filter((tag) => tag.kind === 'video' && isFrame(tag));
    expect(isKeyframe(afterwards[0] as MediaTag)).toBe(true);
  });
});

describe.each([
  ['lossless', LOSSLESS],
  ['live', LIVE],
] as const)('a %s publish', (mode, place) => {
  it('whose server has fallen silent waits for its own ghost to go', async () => {
    const scene = await Scene.open(place, 300);
    await scene.deliver(FIRST);
    await expect.poll(() => scene.publisher.rttMs).not.toBeNull();
    scene.proxy.freeze();
    await scene.lost('ERR_STALLED');
    const busy = () => scene.retries.filter(({ error }) => error.code === 'ERR_STREAM_BUSY').length;
    await expect.poll(busy).toBeGreaterThan(2);
    scene.proxy.dropFrozen();
    await expect.poll(() => scene.publisher.reconnects).toBe(1);
    scene.append(MIDDLE);
    await scene.deliver(LAST);
    const received = await scene.end();

    const { missing, doubled } = accountOf(received);
    expect(missing).toBe(scene.publisher.droppedTags);
    if (mode === 'lossless') expect(missing).toBe(0);
    else expect(doubled).toBe(0);
    expect(neverGoesBack(received)).toBe(true);
  });

  it.each<[string, Partial<FaultProxy['faults']>]>([
    ['late', { delayMs: 300 }],
    ['slow', { rateBytesPerSecond: 20_000_000 }],
    ['in pieces', { segmentBytes: 4_999 }],
  ])('through a network that is %s is whole, without a new connection', async (_, faults) => {
    const scene = await Scene.open(place);
    Object.assign(scene.proxy.faults, faults);
    await scene.deliver(STREAM);
    const received = await scene.end();
    expect(accountOf(received)).toEqual({ missing: 0, doubled: 0, doubledBytes: 0 });
    expect(scene.retries).toEqual([]);
  });
});

describe('a publish through a network that carries less than is sent', () => {
  it('learns how much that is', async () => {
    const scene = await Scene.open(LOSSLESS);
    const carriedKbps = 160_000; // what is sent has to be more than kernels hold, and gone soon
    scene.proxy.faults.rateBytesPerSecond = (carriedKbps * 1_000) / 8;
    expect(scene.publisher.capacityKbps).toBeNull();
    await scene.deliver(STREAM);
    const { capacityKbps } = scene.publisher;
    expect(capacityKbps).toBeGreaterThan(carriedKbps / 10); // the proxy may be slower than it should
    expect(capacityKbps).toBeLessThan(carriedKbps * 1.5);
    await scene.end();
    expect(scene.publisher.capacityKbps).toBe(capacityKbps);
  });
});
