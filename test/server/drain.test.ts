import { afterEach, describe, expect, it } from 'vitest';
import { ReconnectingPlayer } from '../../src/endpoint/reconnecting-player.js';
import { ReconnectingPublisher } from '../../src/endpoint/reconnecting-publisher.js';
import { RtmpPlayer } from '../../src/endpoint/rtmp-player.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import type { MediaTag } from '../../src/media/tag.js';
import { RtmpServer } from '../../src/server/rtmp-server.js';
import { linkOptions } from '../endpoint/rtmp-options.js';
import { ServerDesk } from './server-desk.js';
import { videoTags } from './video.js';

const TAGS = videoTags({ count: 100, framesPerGop: 10 });

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function newDesk(): Promise<ServerDesk> {
  const desk = await ServerDesk.open();
  closing.push(() => desk.close());
  return desk;
}

function reconnecting(port: number) {
  const retry = { attempts: 100, delayMs: 10, maxDelayMs: 20 };
  return { ...linkOptions(port), retry, onRetry: () => {} };
}

describe('a server that stops', () => {
  it('serves those who move until they have moved, and nobody misses anything', async () => {
    const desk = await newDesk();
    const { port } = desk;
    const publisher = await ReconnectingPublisher.open(reconnecting(port));
    closing.push(() => publisher.close());
    const broadcast = new Broadcast({ maxBytes: 1e9, gopCache: false });
    publisher.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    const player = await ReconnectingPlayer.open(reconnecting(port));
    const received: MediaTag[] = [];
    const reading = (async () => {
      for await (const tags of player) received.push(...tags);
    })();
    broadcast.append(TAGS.slice(0, 50));
    await expect.poll(() => received.length).toBeGreaterThanOrEqual(50);

    const closed = desk.server.close(60_000);
    // Its successor listens at the same place, which the one that stops has left.
    const next = await newDesk();
    const heir = await RtmpServer.start([{ host: '127.0.0.1', port }], next.services);
    closing.push(() => heir.close());
    for (let i = 50; publisher.reconnects === 0; i++) {
      broadcast.append(TAGS.slice(i % 100, (i % 100) + 1));
      await new Promise(setImmediate);
    }
    await expect.poll(() => player.reconnects).toBe(1);
    await closed;
    broadcast.end();
    await Promise.all([publisher.finished, reading]);
    expect(player.end?.kind).toBe('told');
  });

  it('waits for nobody who cannot move, and for nobody at all unless it is told to', async () => {
    const desk = await newDesk();
    await desk.publish('key', TAGS);
    const player = await RtmpPlayer.open(linkOptions(desk.port));
    await desk.server.close(1_000_000);
    for await (const _ of player);
    expect(player.end?.kind).toBe('told');

    const other = await newDesk();
    await other.publish('key', TAGS);
    const mover = await ReconnectingPlayer.open({
      ...reconnecting(other.port),
      retry: { attempts: 0, delayMs: 1, maxDelayMs: 1 },
    });
    await other.server.close();
    for await (const _ of mover);
    expect(mover.end?.kind).toBe('told');
  });

  it('does not wait for ever for those who stay', async () => {
    const desk = await newDesk();
    await desk.publish('key', TAGS);
    const player = await RtmpPlayer.open(linkOptions(desk.port, { onReconnectRequest: () => {} }));
    await desk.server.close(20);
    for await (const _ of player);
    expect(player.end?.kind).toBe('told');
  });
});
