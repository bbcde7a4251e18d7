import { describe, expect, it } from 'vitest';
import { type PaceOptions, pace } from '../../src/flow/pace.js';
import type { MediaTag } from '../../src/media/tag.js';
import { FakeClock } from './fake-clock.js';
import { audio } from './tags.js';

/** Lets promises settle; no time passes. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function* sourceOf(...batches: (readonly MediaTag[])[]): AsyncGenerator<readonly MediaTag[]> {
  yield* batches;
}

function at(...timestampsMs: number[]): MediaTag[] {
  return timestampsMs.map((ms) => audio(ms));
}

/** Reads to the end in the background and notes when which timestamps came, counted from the start. */
function collect(source: AsyncIterable<readonly MediaTag[]>, options: Partial<PaceOptions> = {}) {
  const clock = new FakeClock();
  const startMs = clock.nowMs();
  const came: { atMs: number; timestampsMs: number[] }[] = [];
  const done = (async () => {
    for await (const tags of pace(source, { speed: 1, clock, ...options })) {
      came.push({ atMs: clock.nowMs() - startMs, timestampsMs: tags.map((tag) => tag.timestampMs) });
    }
    return clock.nowMs() - startMs;
  })();
  const advance = async (ms: number) => {
    await settle();
    clock.advance(ms);
    await settle();
  };
  /** Goes on from one timer to the next until none is left. */
  const run = async () => {
    await settle();
    while (clock.nextDelayMs !== undefined) await advance(clock.nextDelayMs);
    await done;
  };
  return { clock, came, done, advance, run };
}

describe('pace', () => {
  it('gives the first tag at once and the others in their time', async () => {
    const { came, run } = collect(sourceOf(at(5000, 5100, 5200)));
    await run();
    expect(came).toEqual([
      { atMs: 0, timestampsMs: [5000] },
      { atMs: 100, timestampsMs: [5100] },
      { atMs: 200, timestampsMs: [5200] },
    ]);
  });

  it('groups what is due within a few ms', async () => {
    const { came, run } = collect(sourceOf(at(0, 0, 4, 40, 43, 50)));
    await run();
    expect(came.map(({ timestampsMs }) => timestampsMs)).toEqual([[0, 0, 4], [40, 43], [50]]);
  });

  it('hands on a whole array that is due without copying it', async () => {
    const tags = at(0, 1, 2);
    const seen: unknown[] = [];
    for await (const group of pace(sourceOf(tags), { speed: 1, clock: new FakeClock() })) seen.push(group);
    expect(seen[0]).toBe(tags);
  });

  it('reckons from the first tag, so that late timers do not add up', async () => {
    const { clock, came, advance, done } = collect(sourceOf(at(...Array.from({ length: 100 }, (_, i) => i * 100))));
    for (let i = 0; i < 150 && came.length < 100; i++) {
      await settle();
      // Every timer comes 7 ms late.
      await advance((clock.nextDelayMs ?? 0) + 7);
    }
    await done;
    for (const [i, { atMs, timestampsMs }] of came.entries()) {
      expect(timestampsMs).toEqual([i * 100]);
      expect(atMs - i * 100).toBeLessThanOrEqual(7);
    }
  });

  it('catches up at once after a slow consumer or source', async () => {
    const { came, advance, done } = collect(sourceOf(at(0, 100, 200, 300)));
    await advance(250);
    await advance(50);
    await done;
    expect(came).toEqual([
      { atMs: 0, timestampsMs: [0] },
      { atMs: 250, timestampsMs: [100, 200] },
      { atMs: 300, timestampsMs: [300] },
    ]);
  });

  it.each([
    [2, [0, 50, 100]],
    [0.5, [0, 200, 400]],
    [0, [0]],
  ])('speed %s', async (speed, expected) => {
    const { came, run } = collect(sourceOf(at(0, 100, 200)), { speed });
    await run();
    expect(came.map(({ atMs }) => atMs)).toEqual(expected);
  });

  it('does not wait when timestamps step back a little, nor lose its measure', async () => {
    const { came, run } = collect(sourceOf(at(0, 100, 60, 200)));
    await run();
    expect(came).toEqual([
      { atMs: 0, timestampsMs: [0] },
      { atMs: 100, timestampsMs: [100, 60] },
      { atMs: 200, timestampsMs: [200] },
    ]);
  });

  it('goes on in real time after a jump far back', async () => {
    const { came, run } = collect(sourceOf(at(100_000, 100_100, 0, 100)));
    await run();
    expect(came).toEqual([
      { atMs: 0, timestampsMs: [100_000] },
      { atMs: 100, timestampsMs: [100_100, 0] },
      { atMs: 200, timestampsMs: [100] },
    ]);
  });

  it('waits for a huge gap as long as it is, beyond what one timer can hold', async () => {
    const gapMs = 49.7 * 24 * 3600 * 1000;
    const { clock, came, run } = collect(sourceOf(at(0, gapMs)));
    await run();
    expect(came[1]).toEqual({ atMs: gapMs, timestampsMs: [gapMs] });
    expect(clock.timerCount).toBeGreaterThan(1);
  });

  it('ends at once when aborted while it waits for the time', async () => {
    const controller = new AbortController();
    const { clock, came, done } = collect(sourceOf(at(0, 100)), { signal: controller.signal });
    await settle();
    expect(clock.pendingTimers).toBe(1);
    controller.abort();
    await done;
    expect(clock.pendingTimers).toBe(0);
    expect(came).toHaveLength(1);
  });

  it('ends at once when aborted while the source has nothing, and closes the source', async () => {
    const controller = new AbortController();
    let isClosed = false;
    const stuck: AsyncIterable<readonly MediaTag[]> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => {
          isClosed = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const { done } = collect(stuck, { signal: controller.signal });
    await settle();
    controller.abort();
    await done;
    expect(isClosed).toBe(true);
  });

  it('gives nothing when aborted before', async () => {
    const { came, done } = collect(sourceOf(at(0)), { signal: AbortSignal.abort() });
    await done;
    expect(came).toEqual([]);
  });

  it('closes the source when the consumer stops, and passes its errors on', async () => {
    let isClosed = false;
    async function* source(): AsyncGenerator<readonly MediaTag[]> {
      try {
        yield at(0);
        yield at(1);
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of pace(source(), { speed: 1, clock: new FakeClock() })) break;
    expect(isClosed).toBe(true);

    async function* broken(): AsyncGenerator<readonly MediaTag[]> {
      yield at(0);
      throw new Error('disk');
    }
    await expect(collect(broken()).done).rejects.toThrow('disk');
  });
});
