import { afterEach, describe, expect, it } from 'vitest';
import { ReconnectingPublisher, type ReconnectingPublisherOptions } from '../../src/endpoint/reconnecting-publisher.js';
import type { Retry } from '../../src/endpoint/redial.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
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
