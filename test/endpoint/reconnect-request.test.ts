import { afterEach, describe, expect, it } from 'vitest';
import { ReconnectingPlayer } from '../../src/endpoint/reconnecting-player.js';
import { ReconnectingPublisher } from '../../src/endpoint/reconnecting-publisher.js';
import type { Retry } from '../../src/endpoint/redial.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { bodiesOf, framesOf, neverGoesBack } from '../support/stream-parts.js';
import { type Guest, StreamServer } from '../support/stream-server.js';
import { syntheticStream } from '../support/streams.js';
import { linkOptions } from './rtmp-options.js';

const STREAM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 10_000, gopMs: 1_000 });
const KEYFRAMES = STREAM.flatMap((tag, i) => (isKeyframe(tag) ? [i] : []));

const servers: StreamServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function newServer(): Promise<StreamServer> {
  const server = await new StreamServer().listen();
  servers.push(server);
  return server;
}

function ask(guest: Guest, tcUrl?: string): void {
  expect(guest.session.requestReconnect('maintenance', tcUrl)).toBe(true);
  guest.flush();
}

function reconnecting(port: number, attempts = 0) {
  const retries: Retry[] = [];
  const retry = { attempts, delayMs: 10, maxDelayMs: 20 };
  return { retries, options: { ...linkOptions(port), retry, onRetry: (next: Retry) => void retries.push(next) } };
}

/** Lets go what was sent. */
async function published(guest: Guest, count: number): Promise<void> {
  await expect.poll(() => guest.tags.length).toBe(count);
}

describe('a publisher that is asked to reconnect', () => {
  it.each([
    ['live', { mode: 'live', join: 'beginning' }],
    ['lossless', { mode: 'lossless', join: 'beginning' }],
  ] as const)('moves at a keyframe, %s without a gap', async (_, place) => {
    const [old, other] = [await newServer(), await newServer()];
    const { options, retries } = reconnecting(old.port);
    const publisher = await ReconnectingPublisher.open(options);
    const broadcast = new Broadcast({ maxBytes: 1e9, gopCache: false });
    publisher.attach(broadcast, place);
    const first = await old.guest(1);
    broadcast.append(STREAM.slice(0, KEYFRAMES[3]! + 10));
    await published(first, KEYFRAMES[3]! + 10);
    ask(first, `rtmp://127.0.0.1:${other.port}/live`);
    const second = await other.guest(1);
    broadcast.append(STREAM.slice(KEYFRAMES[3]! + 10, KEYFRAMES[4]!));
    await published(first, KEYFRAMES[4]!);
    expect(second.tags).toEqual([]);
    broadcast.append(STREAM.slice(KEYFRAMES[4]!));
    broadcast.end();
    await publisher.finished;

    expect(bodiesOf(first.tags)).toEqual(bodiesOf(STREAM.slice(0, KEYFRAMES[4])));
    expect(first.events.at(-1)?.type).toBe('streamClosed');
    const headers = second.tags.slice(0, second.tags.findIndex(isKeyframe));
    expect(headers.every((tag) => tag.kind === 'data' || isSequenceHeader(tag))).toBe(true);
    expect(headers.length).toBe(3);
    expect(bodiesOf(second.tags.slice(headers.length))).toEqual(bodiesOf(STREAM.slice(KEYFRAMES[4])));
    expect([retries.length, publisher.reconnects, publisher.droppedTags]).toEqual([0, 1, 0]);
  });

  it('stays where it is while there is nowhere to go', async () => {
    const old = await newServer();
    const { options, retries } = reconnecting(old.port);
    const publisher = await ReconnectingPublisher.open(options);
    const broadcast = new Broadcast({ maxBytes: 1e9, gopCache: false });
    publisher.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    const first = await old.guest(1);
    const gone = await newServer();
    await gone.close();
    ask(first, `rtmp://127.0.0.1:${gone.port}/live`);
    broadcast.append(STREAM);
    broadcast.end();
    await publisher.finished;
    expect(bodiesOf(first.tags)).toEqual(bodiesOf(STREAM));
    expect(retries).toEqual([]);
  });

  it('sends again what the old server did not get to the end of', async () => {
    const [old, other] = [await newServer(), await newServer()];
    const { options } = reconnecting(old.port, 10);
    const publisher = await ReconnectingPublisher.open(options);
    const broadcast = new Broadcast({ maxBytes: 1e9, gopCache: false });
    publisher.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    const first = await old.guest(1);
    broadcast.append(STREAM.slice(0, KEYFRAMES[3]));
    await published(first, KEYFRAMES[3]!);
    await expect.poll(() => publisher.rttMs).not.toBeNull();
    ask(first, `rtmp://127.0.0.1:${other.port}/live`);
    const second = await other.guest(1);
    broadcast.append(STREAM.slice(KEYFRAMES[3], KEYFRAMES[3]! + 1));
    await published(first, KEYFRAMES[3]! + 1);
    first.socket.pause();
    broadcast.append(STREAM.slice(KEYFRAMES[3]! + 1));
    await published(second, STREAM.length - KEYFRAMES[4]! + 3);
    first.reset();
    broadcast.end();
    await publisher.finished;
    const third = await other.guest(2);
    const received = new Set(bodiesOf([...first.tags, ...third.tags]));
    expect(bodiesOf(STREAM).filter((body) => !received.has(body))).toEqual([]);
  });
});

describe('a player that is asked to reconnect', () => {
  async function playing(port: number, attempts = 0) {
    const { options, retries } = reconnecting(port, attempts);
    const player = await ReconnectingPlayer.open(options);
    const received: MediaTag[] = [];
    const reading = (async () => {
      for await (const tags of player) received.push(...tags);
    })();
    return { player, received, reading, retries };
  }

  it('moves to the other server when that has begun, on one timeline', async () => {
    const [old, other] = [await newServer(), await newServer()];
    const { player, received, reading, retries } = await playing(old.port);
    const first = await old.guest(1);
    first.send(STREAM.slice(0, 200));
    await expect.poll(() => received.length).toBe(200);
    ask(first, `//127.0.0.1:${other.port}/live`);
    const second = await other.guest(1);
    first.send(STREAM.slice(200, 300));
    await expect.poll(() => received.length).toBe(300);
    second.send(STREAM.slice(0, 50)); // headers and a keyframe, of another clock
    let at = 300;
    while (player.reconnects === 0) {
      first.send(STREAM.slice(at, ++at));
      await new Promise(setImmediate);
    }
    await first.closed;
    second.session.endPlay(1, 'over');
    second.flush();
    await reading;

    expect(first.events.at(-1)?.type).toBe('streamClosed');
    expect(neverGoesBack(received)).toBe(true);
    expect(framesOf('video', received).length).toBeGreaterThan(framesOf('video', STREAM.slice(0, 350)).length - 5);
    expect([retries.length, player.reconnects, player.end?.kind]).toEqual([0, 1, 'told']);
  });

  it('takes the end of a server that has asked for a reason to come back', async () => {
    const server = await newServer();
    const { player, received, reading, retries } = await playing(server.port, 100);
    const first = await server.guest(1);
    first.send(STREAM.slice(0, 100));
    await expect.poll(() => received.length).toBe(100);
    const { port } = server;
    ask(first);
    first.session.endPlay(1, 'the server stops');
    first.flush();
    await server.kill();
    await expect.poll(() => retries.length).toBeGreaterThan(1);
    server.guests.length = 0;
    server.onStart = (guest) => {
      guest.send(STREAM.slice(0, 100));
      guest.session.endPlay(1, 'over');
    };
    await server.listen();
    await reading;
    expect(server.port).toBe(port);
    expect([player.end?.kind, received.length]).toEqual(['told', 200]);
  });

  it('ends with a server that asks and stops when it is not to try again', async () => {
    const server = await newServer();
    const { player, received, reading, retries } = await playing(server.port);
    const first = await server.guest(1);
    server.stopListening();
    first.send(STREAM.slice(0, 100));
    ask(first);
    first.session.endPlay(1, 'the server stops');
    first.flush();
    await reading;
    expect([player.end?.kind, received.length, retries.length]).toEqual(['told', 100, 0]);
  });
});

describe('a client that would not follow', () => {
  it('is not asked', async () => {
    const server = await newServer();
    const { RtmpPublisher } = await import('../../src/endpoint/rtmp-publisher.js');
    const publisher = await RtmpPublisher.open(linkOptions(server.port));
    const guest = await server.guest(1);
    expect(guest.session.requestReconnect('maintenance')).toBe(false);
    publisher.close();
  });
});
