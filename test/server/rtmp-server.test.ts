import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { NetworkError } from '../../src/errors.js';
import { isDisposable } from '../../src/media/tag-info.js';
import { RtmpServer } from '../../src/server/rtmp-server.js';
import { RawClient } from '../support/raw-client.js';
import { type DeskOptions, ServerDesk } from './server-desk.js';
import { videoTags } from './video.js';

const TAGS = videoTags({ count: 20, framesPerGop: 10 });
const BIG_TAGS = videoTags({ count: 100, sizeBytes: 200_000, framesPerGop: 10 });

let desk: ServerDesk;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    socket.destroy();
  }
  await desk.close();
});

async function open(options?: DeskOptions): Promise<ServerDesk> {
  desk = await ServerDesk.open(options);
  return desk;
}

async function connected(): Promise<Socket> {
  const socket = connect(desk.port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

function tagsReceived(): number {
  return desk.services.registry.streams[0]?.broadcast.stats.tags ?? 0;
}

describe('RtmpServer', () => {
  it('says that a port is taken, and lets go of the others', async () => {
    const { port, services } = await open();
    const free = await ServerDesk.open();
    const freePort = free.port;
    await free.close();
    const both = [
      { host: '127.0.0.1', port: freePort },
      { host: '127.0.0.1', port },
    ];
    const starting = RtmpServer.start(both, { ...services, recorder: undefined });
    await expect(starting).rejects.toBeInstanceOf(NetworkError);
    await expect(starting).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      message: `127.0.0.1 port ${port} is taken by another program`,
    });
    const again = await RtmpServer.start([{ host: '127.0.0.1', port: freePort }], services);
    await again.close();
  });

  it('says that an address is none of this machine', async () => {
    const { services } = await open();
    const starting = RtmpServer.start([{ host: '192.0.2.1', port: 0 }], services);
    await expect(starting).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      message: expect.stringMatching(/192\.0\.2\.1/),
      advice: expect.stringMatching(/no address of this machine/),
    });
  });

  it('refuses connections beyond its limits', async () => {
    await open({ limits: { maxConnections: 1 } });
    const first = await connected();
    const second = await connected();
    await once(second, 'close');
    expect(await desk.event('warning')).toEqual({
      event: 'warning',
      code: 'WARN_CONNECTION_REFUSED',
      message: '127.0.0.1: the limit of 1 connections is reached',
    });
    expect(desk.server.stats.connections).toBe(1);
    first.destroy();
    await expect.poll(() => desk.server.stats.connections).toBe(0);
    const third = await connected();
    third.destroy();
  });

  it('counts what came and went, also of those who have gone', async () => {
    await open();
    const publisher = await desk.publish('key', TAGS);
    const player = await desk.play('key');
    await player.until('all', () => player.tags.length > 0);
    const during = desk.server.stats;
    expect(during).toMatchObject({ connections: 2, publishers: 1, players: 1, droppedTags: 0 });
    expect(during.bufferedBytes).toBeGreaterThan(0);
    publisher.leave();
    await player.hears('streamEnded');
    player.close();
    await expect.poll(() => desk.server.stats.connections).toBe(0);
    const after = desk.server.stats;
    expect(after).toMatchObject({ connections: 0, publishers: 0, players: 0, bufferedBytes: 0 });
    expect(after.bytesReceived).toBeGreaterThanOrEqual(during.bytesReceived);
    expect(after.bytesSent).toBeGreaterThanOrEqual(during.bytesSent);
  });

  it('closes a publisher whose stream takes all the memory', async () => {
    await open({ limits: { maxMemoryBytes: 1_000_000 } });
    const greedy = await desk.publish('greedy');
    await desk.play('greedy');
    greedy.send(videoTags({ count: 8, sizeBytes: 100_000 })); // one GOP, and as much again for the player
    expect(await desk.endOfConnection(1)).toBe('the memory of the server is used up');
    await expect.poll(() => desk.server.stats.bufferedBytes).toBe(0);
    await expect.poll(() => desk.services.registry.isMemoryShort, { timeout: 2_000 }).toBe(false);
    await desk.publish('greedy', TAGS);
  });
});

describe('close', () => {
  it('ends every stream for its players, tells the publishers and lets nobody in', async () => {
    await open();
    const publisher = await desk.publish('key', TAGS);
    const player = await desk.play('key');
    await player.until('all', () => player.tags.length > 0);
    const idle = await connected();
    const port = desk.port;
    const closing = desk.server.close();
    await Promise.all([closing, player.hears('streamEnded'), publisher.hears('streamEnded'), once(idle, 'close')]);
    expect(desk.server.stats.connections).toBe(0);
    const late = connect(port, '127.0.0.1');
    await expect(once(late, 'connect')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('delivers to slow players what they have not got', async () => {
    await open();
    const publisher = await desk.publish('key');
    const player = await desk.play('key');
    player.stopReading();
    publisher.send(BIG_TAGS.slice(0, 60));
    await desk.event('started', ({ role }) => role === 'player');
    await expect.poll(tagsReceived).toBe(60);
    const closing = desk.server.close();
    player.readOn();
    await player.hears('streamEnded');
    await closing;
    expect(player.tags.at(-1)?.timestampMs).toBe(59 * 40);
  });

  it('leaves out first what no other frame needs for a player that has been behind for long', async () => {
    await open({ limits: { maxPlayerLagMs: 200 } });
    const film = videoTags({ count: 200, sizeBytes: 200_000, frameMs: 5, hasDisposables: true }); // more than kernels hold
    const publisher = await desk.publish('key', film.slice(0, 1));
    const player = await desk.play('key');
    await player.until('the first', () => player.tags.length > 0);
    player.stopReading();
    publisher.send(film.slice(1));
    await expect.poll(tagsReceived, { timeout: 10_000 }).toBe(film.length);
    const thereMs = performance.now();
    await expect.poll(() => performance.now() - thereMs).toBeGreaterThan(100);
    const closing = desk.server.close();
    player.readOn();
    await player.hears('streamEnded');
    await closing;
    const times = new Set(player.tags.map(({ timestampMs }) => timestampMs));
    const missed = film.filter(({ timestampMs }) => !times.has(timestampMs));
    expect(missed.length).toBeGreaterThan(0);
    expect(missed.every(isDisposable)).toBe(true);
    const { droppedFrames } = await desk.event('ended', ({ role }) => role === 'player');
    expect(droppedFrames).toBe(missed.length);
  });

  it('does not wait for those who never take it', async () => {
    await open({ limits: { closeTimeoutMs: 100 } });
    const publisher = await desk.publish('key');
    const player = await desk.play('key');
    player.stopReading();
    publisher.send(BIG_TAGS);
    await expect.poll(tagsReceived).toBe(BIG_TAGS.length);
    await desk.server.close();
    expect(desk.server.stats.connections).toBe(0);
  });

  it('does not begin what is asked for while it goes on, and may be called again', async () => {
    await open({ graceMs: 60_000 });
    const publisher = await desk.publish('key');
    const player = await desk.play('key');
    player.stopReading();
    publisher.send(BIG_TAGS.slice(0, 60));
    await expect.poll(tagsReceived).toBe(60);
    const both = Promise.all([desk.server.close(), desk.server.close()]);
    player.session.close();
    player.session.publish('another');
    player.flush();
    player.readOn();
    await both;
    expect(desk.services.registry.streams).toEqual([]);
    expect(desk.events.filter(({ event }) => event === 'started').length).toBe(2);
  });

  it('does not wait for the grace of a stream whose publisher was lost', async () => {
    await open({ graceMs: 60_000 });
    const publisher = await desk.publish('key', TAGS);
    const player = await desk.play('key');
    publisher.reset();
    await desk.event('ended', ({ role }) => role === 'publisher');
    await desk.server.close();
    await player.hears('streamEnded');
  });

  it('closes who is in the middle of the handshake', async () => {
    await open();
    const client = desk.keep(await RawClient.open(desk.port, 'live', 'player'));
    client.write(Uint8Array.of(3, 0, 0));
    await expect.poll(() => desk.server.stats.bytesReceived).toBe(3);
    await Promise.all([desk.server.close(), client.closed()]);
  });
});
