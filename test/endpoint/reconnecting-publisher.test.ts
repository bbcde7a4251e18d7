import { afterEach, describe, expect, it } from 'vitest';
import { liveQueue } from '../../src/commands/server-target.js';
import { ReconnectingPublisher, type ReconnectingPublisherOptions } from '../../src/endpoint/reconnecting-publisher.js';
import type { Retry } from '../../src/endpoint/redial.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isDisposable, isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { errorStatus, StatusCode } from '../../src/rtmp/session/status.js';
import { FakeClock } from '../flow/fake-clock.js';
import { bodiesOf, framesOf } from '../support/stream-parts.js';
import { StreamServer } from '../support/stream-server.js';
import { syntheticStream } from '../support/streams.js';
import { linkOptions } from './rtmp-options.js';

const servers: StreamServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function newServer(): Promise<StreamServer> {
  const server = await new StreamServer().listen();
  servers.push(server);
  return server;
}

function options(port: number, given: Partial<ReconnectingPublisherOptions> = {}) {
  const retries: Retry[] = [];
  return {
    retries,
    options: {
      ...linkOptions(port),
      retry: { attempts: 50, delayMs: 10, maxDelayMs: 50 },
      onRetry: (retry: Retry) => void retries.push(retry),
      random: () => 0.5,
      ...given,
    },
  };
}

const STREAM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 60_000, gopMs: 1_000, frameBytes: 4_000 });

describe('ReconnectingPublisher, lossless', () => {
  it('loses nothing of a file when the server is killed and started again in its midst', async () => {
    const server = await newServer();
    const { options: given, retries } = options(server.port);
    const publisher = await ReconnectingPublisher.open(given);
    const broadcast = new Broadcast({ maxBytes: 32 * 1024 * 1024, gopCache: false });
    publisher.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    const half = STREAM.length / 2;
    broadcast.append(STREAM.slice(0, half));
    const first = await server.guest(1);
    await expect.poll(() => first.tags.length).toBeGreaterThan(half / 2);
    await server.kill();
    broadcast.append(STREAM.slice(half));
    broadcast.end();
    await expect.poll(() => retries.length).toBeGreaterThan(1);
    await server.listen();
    await publisher.finished;

    const second = await server.guest(2);
    const received = new Set(bodiesOf([...first.tags, ...second.tags]));
    expect(bodiesOf(STREAM).filter((body) => !received.has(body))).toEqual([]);
    expect(isKeyframe(framesOf('video', second.tags)[0] as MediaTag)).toBe(true);
    expect(second.tags.filter(isSequenceHeader).length).toBe(2);
    expect(publisher.reconnects).toBe(1);
  });
});

describe('ReconnectingPublisher, live', () => {
  /** Large, so that kernels do not hold them all; every second one is one that no other needs (`nal_ref_idc` 0). */
  function bigFrame(i: number): MediaTag {
    const body = new Uint8Array(200_000);
    body.set([i === 0 ? 0x17 : 0x27, 1, 0, 0, 0]);
    new DataView(body.buffer).setUint32(5, body.length - 9);
    body.set([i % 2 === 0 ? 0x61 : 0x01, i], 9);
    return { kind: 'video', timestampMs: i * 40, body };
  }

  it('leaves out first what no other frame needs for a server that falls behind', async () => {
    const server = await newServer();
    server.onStart = (guest) => void guest.socket.pause();
    const clock = new FakeClock();
    const publisher = await ReconnectingPublisher.open(options(server.port).options);
    const broadcast = new Broadcast({ maxBytes: 1e9, gopCache: false, clock });
    publisher.attach(broadcast, { ...liveQueue(2_000), join: 'beginning' });
    const film = Array.from({ length: 120 }, (_, i) => bigFrame(i));
    for (const tag of film) {
      broadcast.append([tag]);
      clock.advance(40);
      await new Promise(setImmediate);
    }
    (await server.guest(1)).socket.resume();
    broadcast.end();
    const turns = setInterval(() => clock.settle());
    await publisher.finished.finally(() => clearInterval(turns));

    const received = new Set((await server.guest(1)).tags.map(({ timestampMs }) => timestampMs));
    const missed = film.filter(({ timestampMs }) => !received.has(timestampMs));
    expect(missed.length).toBeGreaterThan(5);
    expect(missed.every(isDisposable)).toBe(true);
    expect(publisher.dropped).toEqual({ audio: 0, video: missed.length, data: 0 });
  });
});

describe('ReconnectingPublisher', () => {
  it('does not take a short stream for delivered because it has said goodbye to a server that is lost then', async () => {
    const server = await newServer();
    server.onStart = (guest) => void guest.socket.pause();
    const { options: given, retries } = options(server.port);
    const publisher = await ReconnectingPublisher.open(given);
    const broadcast = new Broadcast({ maxBytes: 32 * 1024 * 1024, gopCache: false });
    publisher.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    broadcast.append(STREAM.slice(0, 20));
    broadcast.end();
    await expect.poll(() => publisher.sent.read().videoTags).toBeGreaterThan(0);
    await new Promise(setImmediate);
    server.onStart = () => {};
    (await server.guest(1)).reset();
    await publisher.finished;
    expect(retries.map(({ error }) => error.code)).toEqual(['ERR_CONNECTION_LOST']);
    expect(bodiesOf((await server.guest(2)).tags)).toEqual(bodiesOf(STREAM.slice(0, 20)));
  });

  it('says goodbye after a while to a server that confirms nothing', async () => {
    const server = await newServer();
    server.onStart = (guest) => void guest.socket.pause();
    const clock = new FakeClock();
    const { options: given } = options(server.port, { clock });
    const publisher = await ReconnectingPublisher.open(given);
    const broadcast = new Broadcast({ maxBytes: 32 * 1024 * 1024, gopCache: false });
    publisher.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    broadcast.append(STREAM.slice(0, 20));
    broadcast.end();
    await expect.poll(() => publisher.sent.read().videoTags).toBeGreaterThan(0);
    await new Promise(setImmediate);
    const guest = await server.guest(1);
    server.handle = (_, event) => event.type === 'streamClosed' && guest.socket.end() !== undefined;
    clock.advance(5_000);
    guest.socket.resume();
    await publisher.finished;
    expect([guest.tags.length, clock.pendingTimers]).toEqual([20, 0]);
  });

  it.each(['live', 'lossless'] as const)('may be attached before its server is there, %s', async (mode) => {
    const server = await newServer();
    await server.close();
    const { options: given, retries } = options(server.port);
    const publisher = new ReconnectingPublisher(given);
    const broadcast = new Broadcast({ maxBytes: 32 * 1024 * 1024, gopCache: false });
    publisher.attach(broadcast, { mode, join: 'beginning' });
    broadcast.append(STREAM.slice(0, 500));
    await expect.poll(() => retries.length).toBeGreaterThan(2);
    expect([publisher.isConnected, publisher.uptimeMs, publisher.rttMs]).toEqual([false, null, null]);
    await server.listen();
    const guest = await server.guest(1);
    await expect.poll(() => guest.tags.length).toBe(500);
    expect(publisher.uptimeMs).toBeGreaterThanOrEqual(0);
    broadcast.end();
    await publisher.finished;
    expect(bodiesOf(guest.tags)).toEqual(bodiesOf(STREAM.slice(0, 500)));
    expect([publisher.droppedTags, publisher.reconnects, publisher.lossRate]).toEqual([0, 0, 0]);
  });

  it('fails with the reason of the last attempt', async () => {
    const server = await newServer();
    await server.close();
    const retry = { attempts: 2, delayMs: 1, maxDelayMs: 1 };
    const { options: given, retries } = options(server.port, { retry });
    await expect(ReconnectingPublisher.open(given)).rejects.toMatchObject({ code: 'ERR_REFUSED' });
    expect(retries.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('does not try again when it is refused for good', async () => {
    const server = await newServer();
    server.handle = (guest, event) => {
      if (event.type !== 'publishRequest') return false;
      guest.session.rejectPublish(event.streamId, errorStatus(StatusCode.PublishDenied, 'not you'));
      return true;
    };
    const { options: given, retries } = options(server.port);
    await expect(ReconnectingPublisher.open(given)).rejects.toMatchObject({ code: 'ERR_DENIED' });
    expect(retries).toEqual([]);
  });

  it.each<[string, (publisher: ReconnectingPublisher, broadcast: Broadcast) => void]>([
    ['it is left', (publisher) => publisher.leave()],
    ['it is closed', (publisher) => publisher.close()],
    ['the stream ends and nobody waits for the rest', (_, broadcast) => broadcast.end()],
  ])('gives up a connection that it does not have when %s', async (_, giveUp) => {
    const server = await newServer();
    const clock = new FakeClock();
    const { options: given, retries } = options(server.port, { clock, random: () => 0.999 });
    const publisher = await ReconnectingPublisher.open(given);
    const broadcast = new Broadcast({ maxBytes: 1e9, gopCache: false });
    publisher.attach(broadcast, { mode: 'live', join: 'beginning' });
    await server.guest(1);
    await server.kill();
    await expect.poll(() => retries.length).toBe(1);
    expect(clock.pendingTimers).toBe(1);
    giveUp(publisher, broadcast);
    await publisher.finished;
    expect([clock.pendingTimers, broadcast.stats.subscribers]).toEqual([0, 0]);
  });

  it('leaves no timer when it has ended', async () => {
    const server = await newServer();
    const clock = new FakeClock();
    const { options: given } = options(server.port, { clock });
    const publisher = await ReconnectingPublisher.open(given);
    const broadcast = new Broadcast({ maxBytes: 1e9, gopCache: false });
    publisher.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    broadcast.append(STREAM);
    broadcast.end();
    await publisher.finished;
    const guest = await server.guest(1);
    await guest.closed;
    expect([clock.pendingTimers, guest.tags.length]).toEqual([0, STREAM.length]);
  });
});
