import { describe, expect, it } from 'vitest';
import { Broadcast } from '../../src/flow/broadcast.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { bodiesOf } from '../support/stream-parts.js';
import { syntheticStream } from '../support/streams.js';
import { FakeClock } from './fake-clock.js';
import { RecordingSink } from './recording-sink.js';

const STREAM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 10_000, gopMs: 1_000, frameBytes: 1_000 });
const PATIENCE_MS = 5_000;
const MAX_BYTES = 60_000;

class Stage {
  readonly clock = new FakeClock();
  readonly broadcast = new Broadcast({ maxBytes: MAX_BYTES, gopCache: false, clock: this.clock });
  #next = 0;

  subscribe(patienceMs = PATIENCE_MS): RecordingSink {
    const sink = new RecordingSink();
    const place = { mode: 'lossless', join: 'beginning', maxHeldBytes: 10_000, patienceMs } as const;
    sink.subscription = this.broadcast.subscribe(sink, place);
    return sink;
  }

  /** Like a source: no more than there is room for. */
  async play(count: number = STREAM.length): Promise<number> {
    let played = 0;
    for (; played < count && this.#next < STREAM.length && this.broadcast.hasRoom; played++) {
      this.broadcast.append([STREAM[this.#next++] as MediaTag]);
      this.clock.settle();
    }
    return played;
  }

  /** Whether the source may go on by itself after so long. */
  async isReleasedWithin(ms: number): Promise<boolean> {
    let isReleased = false;
    this.broadcast.room().then(() => {
      isReleased = true;
    });
    this.clock.advance(ms);
    await Promise.resolve();
    return isReleased;
  }
}

describe('patience with lossless subscribers', () => {
  it('lets go of one that takes nothing while others would go on', async () => {
    const stage = new Stage();
    const [well, stuck] = [stage.subscribe(), stage.subscribe()];
    stuck.room = 1;
    await stage.play();
    expect(stage.broadcast.hasRoom).toBe(false);
    expect(await stage.isReleasedWithin(PATIENCE_MS - 1)).toBe(false);
    expect(await stage.isReleasedWithin(1)).toBe(true);
    expect([well, stuck].map(({ subscription }) => subscription?.isLossless)).toEqual([true, false]);
    await stage.play();
    expect(bodiesOf(well.tags)).toEqual(bodiesOf(STREAM));
    expect(stage.broadcast.stats.ringBytes).toBeLessThan(2 * MAX_BYTES);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('lets it be lossless again when it has caught up, from a keyframe on', async () => {
    const stage = new Stage();
    const [, stuck] = [stage.subscribe(), stage.subscribe()];
    stuck.room = 1;
    await stage.play();
    await stage.isReleasedWithin(PATIENCE_MS);
    await stage.play(300);
    const before = stuck.tags.length;
    stuck.resume();
    stage.clock.settle();
    expect(stuck.subscription?.isLossless).toBe(true);
    const [metadata, ...rest] = stuck.tags.slice(before);
    expect(metadata?.kind).toBe('data');
    expect(rest.slice(0, 2).every(isSequenceHeader)).toBe(true);
    expect(isKeyframe(rest[2] as MediaTag)).toBe(true);
    expect(stuck.subscription?.droppedTags).toBeGreaterThan(0);

    stuck.room = 1;
    await stage.play();
    expect(stage.broadcast.hasRoom).toBe(false);
    stage.broadcast.abandon();
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('begins at the newest keyframe when its connection is made anew', async () => {
    const stage = new Stage();
    const [, lost] = [stage.subscribe(), stage.subscribe()];
    lost.subscription?.suspend();
    await stage.play();
    await stage.isReleasedWithin(PATIENCE_MS);
    await stage.play(300);
    expect(lost.tags).toEqual([]);
    lost.subscription?.restart();
    await stage.play();
    const video = lost.tags.filter((tag) => tag.kind === 'video' && !isSequenceHeader(tag));
    expect(isKeyframe(video[0] as MediaTag)).toBe(true);
    expect(video.at(-1)?.timestampMs).toBe(STREAM.filter(({ kind }) => kind === 'video').at(-1)?.timestampMs);
  });

  it.each([
    ['it is the only one', 1],
    ['none of them takes anything', 3],
  ])('has no end when %s', async (_, count) => {
    const stage = new Stage();
    const sinks = Array.from({ length: count }, () => stage.subscribe());
    for (const sink of sinks) sink.room = 1;
    await stage.play();
    expect(await stage.isReleasedWithin(100 * PATIENCE_MS)).toBe(false);
    expect(sinks.every(({ subscription }) => subscription?.isLossless)).toBe(true);
    stage.broadcast.abandon();
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('does not end for one that is slow, but takes something now and then', async () => {
    const stage = new Stage();
    const [well, slow] = [stage.subscribe(), stage.subscribe()];
    slow.room = 1;
    await stage.play();
    for (let i = 0; i < 10; i++) {
      stage.broadcast.room();
      stage.clock.advance(PATIENCE_MS - 1_000);
      slow.resume(2);
      await stage.play();
    }
    expect(slow.subscription?.isLossless).toBe(true);
    expect(slow.lost).toEqual([]);
    expect(well.tags.length).toBeGreaterThan(slow.tags.length);
  });
});
