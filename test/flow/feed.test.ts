import { describe, expect, it } from 'vitest';
import { Broadcast } from '../../src/flow/broadcast.js';
import { feed } from '../../src/flow/feed.js';
import type { MediaTag } from '../../src/media/tag.js';
import { FakeClock } from './fake-clock.js';
import { RecordingSink } from './recording-sink.js';
import { audio } from './tags.js';

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function setUp() {
  const clock = new FakeClock();
  const broadcast = new Broadcast({ maxBytes: 3000, gopCache: false, clock });
  const sink = new RecordingSink();
  sink.subscription = broadcast.subscribe(sink, { mode: 'lossless', join: 'beginning' });
  return { clock, broadcast, sink };
}

describe('feed', () => {
  it('moves a source no faster than a lossless subscriber takes it', async () => {
    const { clock, broadcast, sink } = setUp();
    let given = 0;
    async function* source(): AsyncGenerator<readonly MediaTag[]> {
      for (; given < 100; given++) yield [audio(given * 20, given, 200)];
    }
    sink.room = 1;
    const fed = feed(source(), broadcast, new AbortController().signal);
    let isOver = false;
    fed.then(() => {
      isOver = true;
    });
    while (!isOver) {
      await settle();
      clock.settle();
      expect(given * 200 - sink.tags.length * 200).toBeLessThan(5000);
      if (sink.room <= 0) sink.resume(1);
    }
    await fed;
    broadcast.end();
    while (!sink.isEnded) sink.resume(1);
    expect(sink.tags.map((tag) => tag.timestampMs)).toEqual(Array.from({ length: 100 }, (_, i) => i * 20));
  });

  it('stops when aborted while it waits for room, and closes the source', async () => {
    const { clock, broadcast, sink } = setUp();
    let isClosed = false;
    async function* source(): AsyncGenerator<readonly MediaTag[]> {
      try {
        for (let ms = 0; ; ms += 20) yield [audio(ms, 0, 1000)];
      } finally {
        isClosed = true;
      }
    }
    sink.room = 1;
    const controller = new AbortController();
    const fed = feed(source(), broadcast, controller.signal);
    await settle();
    clock.settle();
    await settle();
    expect(broadcast.hasRoom).toBe(false);
    controller.abort();
    await fed;
    expect(isClosed).toBe(true);
  });

  it('passes an error of the source on', async () => {
    const { broadcast } = setUp();
    async function* source(): AsyncGenerator<readonly MediaTag[]> {
      yield [audio(0)];
      throw new Error('damaged');
    }
    await expect(feed(source(), broadcast, new AbortController().signal)).rejects.toThrow('damaged');
  });
});
