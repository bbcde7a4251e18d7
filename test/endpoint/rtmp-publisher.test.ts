import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RecycledMemory } from '../../src/bytes/recycled-memory.js';
import { RtmpPublisher } from '../../src/endpoint/rtmp-publisher.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import type { MediaTag } from '../../src/media/tag.js';
import type { ServerSession } from '../../src/rtmp/session/server.js';
import { FakeClock } from '../flow/fake-clock.js';
import { FakeServers } from '../support/fake-servers.js';
import { resetOnly } from '../support/fault-proxy.js';
import { differenceIn } from '../support/flv-file.js';
import { audioTags, linkOptions } from './rtmp-options.js';

const fakes = new FakeServers();
afterEach(() => {
  vi.useRealTimers();
  return fakes.close();
});

/** A server that lets everybody publish, and what it got. */
class Taker {
  readonly tags: MediaTag[] = [];
  readonly events: string[] = [];
  session!: ServerSession;
  socket!: Socket;
  port = 0;
  /** What it does once it has let the publisher begin. */
  readonly #onPublish: (taker: Taker) => void;

  constructor(onPublish: (taker: Taker) => void = () => {}) {
    this.#onPublish = onPublish;
  }

  async listen(): Promise<this> {
    this.port = await fakes.rtmp((event, session, socket) => {
      this.events.push(event.type);
      [this.session, this.socket] = [session, socket];
      if (event.type === 'connectRequest') {
        session.acceptConnect();
      } else if (event.type === 'publishRequest') {
        session.acceptPublish(event.streamId);
        this.#onPublish(this);
      } else if (event.type === 'tags') {
        this.tags.push(...event.tags);
      }
    });
    return this;
  }

  closed(): Promise<unknown> {
    return new Promise((resolve) => {
      this.socket.once('close', resolve);
    });
  }
}

function broadcastFor(publisher: RtmpPublisher, tags: readonly MediaTag[] = []): Broadcast {
  const broadcast = new Broadcast({ maxBytes: 32 * 1024 * 1024, gopCache: false });
  publisher.attach(broadcast, { mode: 'lossless', join: 'beginning' });
  broadcast.append(tags);
  return broadcast;
}

class CountingMemory extends RecycledMemory {
  taken = 0;

  override take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    this.taken++;
    return super.take(sizeBytes);
  }
}

/** More than sockets and kernel hold on their way. */
const MUCH = audioTags(200, 100_000);

describe('RtmpPublisher', () => {
  it('publishes all of a broadcast, says goodbye and is finished when the server has closed', async () => {
    const taker = await new Taker().listen();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port));
    expect(publisher.peer).toMatchObject({ address: '127.0.0.1', port: taker.port, handshake: 'simple' });
    broadcastFor(publisher, MUCH).end();
    await publisher.finished;
    expect(differenceIn(taker.tags, MUCH)).toBeUndefined();
    expect(taker.events.at(-1)).toBe('streamClosed');
    expect([publisher.queueMs, publisher.queueBytes, publisher.droppedTags]).toEqual([0, 0, 0]);
  });

  it('waits for a server that takes its time', async () => {
    const taker = await new Taker(({ socket }) => socket.pause()).listen();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port));
    broadcastFor(publisher, MUCH).end();
    await new Promise(setImmediate);
    expect(publisher.queueBytes).toBeGreaterThan(0);
    taker.socket.resume();
    await publisher.finished;
    expect(taker.tags.length).toBe(MUCH.length);
  });

  it('takes whole blocks of memory only for what fills a good part of one', async () => {
    const taker = await new Taker().listen();
    const memory = new CountingMemory();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port, { memory }));
    const small = audioTags(3);
    const large = audioTags(1, 10_000);
    const broadcast = broadcastFor(publisher, small);
    await new Promise(setImmediate);
    expect(memory.taken).toBe(0);
    broadcast.append(large);
    broadcast.end();
    await publisher.finished;
    expect(memory.taken).toBe(1);
    expect(differenceIn(taker.tags, [...small, ...large])).toBeUndefined();
  });

  it('leaves memory to others only when the network has taken what is in it', async () => {
    const taker = await new Taker(({ socket }) => socket.pause()).listen();
    const memory = new RecycledMemory();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port, { memory }));
    broadcastFor(publisher, MUCH).end();
    await new Promise(setImmediate);
    expect(publisher.queueBytes).toBeGreaterThan(0);
    for (let i = 0; i < 10; i++) {
      memory.take(512 * 1024).fill(0xee);
    }
    taker.socket.resume();
    await publisher.finished;
    expect(differenceIn(taker.tags, MUCH)).toBeUndefined();
  });

  it('has not delivered what a server does not take', async () => {
    const taker = await new Taker(({ socket }) => socket.pause()).listen();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port, { stallTimeoutMs: 50 }));
    const broadcast = broadcastFor(publisher, MUCH);
    broadcast.end();
    await expect(publisher.finished).rejects.toMatchObject({ code: 'ERR_STALLED', stage: 'stream' });
    expect(broadcast.stats.subscribers).toBe(0);
  });

  it('has not delivered what a server has in its socket only, when it says goodbye and is not heard', async () => {
    const taker = await new Taker(({ socket }) => socket.pause()).listen();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port, { stallTimeoutMs: 50 }));
    broadcastFor(publisher, MUCH);
    await new Promise(setImmediate);
    publisher.leave();
    await expect(publisher.finished).rejects.toMatchObject({ code: 'ERR_STALLED' });
  });

  it('is not stalled while there is nothing to send to a server that answers no pings', async () => {
    const taker = await new Taker(({ socket }) => socket.pause()).listen();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const clock = new FakeClock();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port, { clock, stallTimeoutMs: 15_000 }));
    for (let i = 0; i < 10; i++) {
      clock.advance(10_000);
      vi.advanceTimersByTime(10_000);
      await new Promise(setImmediate);
    }
    expect([publisher.isOpen, publisher.rttMs]).toEqual([true, null]);
    vi.useRealTimers();
    taker.socket.resume();
    const broadcast = broadcastFor(publisher, audioTags(3));
    broadcast.end();
    await publisher.finished;
    expect(taker.tags.length).toBe(3);
  });

  it('does not wait for ever for a server that never closes', async () => {
    const port = await fakes.rtmp((event, session, socket) => {
      socket.allowHalfOpen = true;
      if (event.type === 'connectRequest') {
        session.acceptConnect();
      } else if (event.type === 'publishRequest') {
        session.acceptPublish(event.streamId);
      }
    });
    const publisher = await RtmpPublisher.open(linkOptions(port, { stallTimeoutMs: 50 }));
    broadcastFor(publisher, audioTags(3)).end();
    await publisher.finished;
  });

  it.each<[string, (taker: Taker) => void]>([
    ['closes', ({ socket }) => socket.end()],
    ['resets', ({ socket }) => resetOnly(socket)],
    [
      'ends the stream',
      ({ session, socket }) => {
        session.unpublished(1);
        socket.write(session.takeOutput() ?? '');
      },
    ],
  ])('is lost when the server %s', async (_, leave) => {
    const taker = await new Taker().listen();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port));
    const broadcast = broadcastFor(publisher, audioTags(3));
    leave(taker);
    await expect(publisher.finished).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST', stage: 'stream' });
    expect(broadcast.stats.subscribers).toBe(0);
  });

  it('is lost when the server ends the stream in the same breath in which it lets it begin', async () => {
    const taker = await new Taker(({ session }) => session.unpublished(1)).listen();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port));
    await expect(publisher.finished).rejects.toMatchObject({
      code: 'ERR_CONNECTION_LOST',
      stage: 'stream',
      message: 'the server ended the stream while we were publishing',
      peerWords: expect.stringMatching(/^NetStream\./),
    });
  });

  it('leaves without what still waits, but not without a goodbye', async () => {
    const taker = await new Taker(({ socket }) => socket.pause()).listen();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port));
    const broadcast = broadcastFor(publisher, MUCH);
    await new Promise(setImmediate);
    publisher.leave();
    expect(broadcast.stats.subscribers).toBe(0);
    taker.socket.resume();
    await publisher.finished;
    expect(taker.tags.length).toBeLessThan(MUCH.length);
    expect(publisher.sent.read()).toMatchObject({
      audioTags: taker.tags.length,
      bytes: taker.tags.reduce((bytes, { body }) => bytes + body.length, 0),
    });
    expect(differenceIn(taker.tags, MUCH.slice(0, taker.tags.length))).toBeUndefined();
    expect(taker.events.at(-1)).toBe('streamClosed');
  });

  it('closes at once when it has to', async () => {
    const taker = await new Taker().listen();
    const publisher = await RtmpPublisher.open(linkOptions(taker.port));
    const closed = taker.closed();
    publisher.close();
    await closed;
    await expect(publisher.finished).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST' });
  });
});
