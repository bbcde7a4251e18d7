import { describe, expect, it } from 'vitest';
import { RecycledMemory } from '../../src/bytes/recycled-memory.js';
import { Broadcast, type BroadcastOptions, type SubscribeOptions } from '../../src/flow/broadcast.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { bodiesOf, framesOf } from '../support/stream-parts.js';
import { syntheticStream } from '../support/streams.js';
import { FakeClock } from './fake-clock.js';
import { RecordingSink } from './recording-sink.js';

/** Metadata and headers, then GOPs of 25 frames. */
const STREAM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 10_000, gopMs: 1_000 });
const KEYFRAMES = STREAM.flatMap((tag, i) => (isKeyframe(tag) ? [i] : []));

class Stage {
  readonly clock = new FakeClock();
  readonly broadcast: Broadcast;
  readonly sink = new RecordingSink();

  constructor(place: SubscribeOptions, options: Partial<BroadcastOptions> = {}) {
    this.broadcast = new Broadcast({ maxBytes: 1e9, gopCache: false, clock: this.clock, ...options });
    this.sink.subscription = this.broadcast.subscribe(this.sink, place);
  }

  get subscription() {
    return this.sink.subscription!;
  }

  /** Each tag in a burst of its own. */
  append(tags: readonly MediaTag[]): void {
    for (const tag of tags) {
      this.broadcast.append([tag]);
      this.clock.advance(1);
    }
  }

  /** What it gets from now on. */
  forget(): void {
    this.sink.bursts.length = 0;
  }
}

const LOSSLESS = { mode: 'lossless', join: 'beginning', maxHeldBytes: 1e9 } as const;

/** Index of the tag in the stream. */
function placeOf(tag: MediaTag | undefined): number {
  return STREAM.findIndex(({ kind, timestampMs, body }) => {
    return kind === tag?.kind && timestampMs === tag.timestampMs && body === tag.body;
  });
}

describe('a lossless subscriber that begins anew', () => {
  it.each([
    ['nothing', 0, 0],
    ['a part of the first GOP', 20, KEYFRAMES[0]!],
    ['all before a keyframe', KEYFRAMES[3]!, KEYFRAMES[3]!],
    ['a keyframe and more', KEYFRAMES[3]! + 10, KEYFRAMES[3]!],
  ])('goes back to the keyframe before what is not delivered, after %s was', (_, delivered, from) => {
    const stage = new Stage(LOSSLESS);
    stage.append(STREAM.slice(0, 500));
    expect(stage.subscription.position).toBe(500);
    stage.subscription.delivered(delivered);
    stage.forget();
    stage.subscription.restart();
    stage.clock.settle();

    const { tags } = stage.sink;
    const headers = tags.slice(
      0,
      tags.findIndex((tag) => placeOf(tag) >= 0),
    );
    expect(tags.slice(headers.length).map(placeOf)).toEqual(Array.from({ length: 500 - from }, (_, i) => from + i));
    const inForce = STREAM.slice(0, from).filter((tag) => tag.kind === 'data' || isSequenceHeader(tag));
    expect(bodiesOf(headers)).toEqual(bodiesOf(inForce));
  });

  it('goes on after what it was given again', () => {
    const stage = new Stage(LOSSLESS);
    stage.append(STREAM.slice(0, 500));
    stage.subscription.delivered(480);
    stage.subscription.restart();
    stage.forget();
    stage.append(STREAM.slice(500));
    expect(stage.sink.tags.map(placeOf)).toEqual(STREAM.slice(500).map(placeOf));
  });

  it('does not get what waits for it twice', () => {
    const stage = new Stage(LOSSLESS);
    stage.append(STREAM.slice(0, 100));
    stage.sink.room = 1;
    stage.append(STREAM.slice(100, 500));
    stage.subscription.delivered(100);
    stage.forget();
    stage.sink.room = Number.POSITIVE_INFINITY;
    stage.subscription.restart();
    stage.clock.settle();
    const places = framesOf('video', stage.sink.tags).map(placeOf);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places).size).toBe(places.length);
    expect(placeOf(stage.sink.tags.at(-1))).toBe(499);
  });

  it('gets the rest and its end once more after the end', () => {
    const stage = new Stage(LOSSLESS);
    let ends = 0;
    stage.sink.end = () => ends++;
    stage.append(STREAM);
    stage.broadcast.end();
    expect(ends).toBe(1);
    stage.subscription.delivered(400);
    stage.forget();
    stage.subscription.restart();
    expect(placeOf(stage.sink.tags.at(-1))).toBe(STREAM.length - 1);
    expect(ends).toBe(2);
    stage.subscription.delivered(STREAM.length);
    stage.forget();
    stage.subscription.restart();
    expect([stage.sink.bursts.length, ends]).toEqual([0, 3]);
    stage.subscription.close();
    expect(stage.broadcast.stats.subscribers).toBe(0);
  });

  it('holds no more than its bound, a GOP after the other', () => {
    const gopBytes = 40_000;
    const stage = new Stage({ ...LOSSLESS, maxHeldBytes: 2 * gopBytes });
    stage.append(STREAM);
    expect(stage.broadcast.stats.ringBytes).toBeLessThan(3 * gopBytes);
    stage.forget();
    stage.subscription.restart();
    stage.clock.settle();
    const [first] = framesOf('video', stage.sink.tags);
    expect(isKeyframe(first!)).toBe(true);
    expect(placeOf(first)).toBeGreaterThan(KEYFRAMES[5]!);
    expect(placeOf(stage.sink.tags.at(-1))).toBe(STREAM.length - 1);
  });

  it('goes on where it is when a GOP is beyond the bound', () => {
    const stage = new Stage({ ...LOSSLESS, maxHeldBytes: 1_000 });
    stage.append(STREAM.slice(0, 500));
    stage.forget();
    stage.subscription.restart();
    stage.append(STREAM.slice(500, 510));
    expect(stage.sink.tags.map(placeOf).filter((place) => place >= 0)).toEqual(STREAM.slice(500, 510).map(placeOf));
  });

  it('does not let the source wait for what is held', () => {
    const stage = new Stage(LOSSLESS, { maxBytes: 10_000 });
    stage.append(STREAM);
    expect([stage.broadcast.hasRoom, stage.subscription.queueBytes]).toEqual([true, 0]);
  });

  it('keeps memory that it may want again', () => {
    const memory = new RecycledMemory();
    let released = 0;
    memory.release = () => void released++;
    const stage = new Stage(LOSSLESS, { memory });
    stage.append(STREAM.slice(0, 500));
    expect(released).toBe(0);
    stage.subscription.delivered(KEYFRAMES[2]! + 1);
    stage.append(STREAM.slice(500, 501));
    expect(released).toBe(KEYFRAMES[2]!);
  });
});

describe('a live subscriber that begins anew', () => {
  it('joins at the newest keyframe, and counts what it missed by kind', () => {
    const stage = new Stage({ mode: 'live', join: 'beginning' });
    stage.append(STREAM.slice(0, 100));
    stage.sink.room = 1;
    stage.append(STREAM.slice(100, 500));
    stage.forget();
    stage.sink.room = Number.POSITIVE_INFINITY;
    stage.subscription.restart();
    const newest = Math.max(...KEYFRAMES.filter((place) => place < 500));

    expect(placeOf(framesOf('video', stage.sink.tags)[0])).toBe(newest);
    const missed = STREAM.slice(101, newest);
    const ofKind = (kind: MediaTag['kind']) => missed.filter((tag) => tag.kind === kind).length;
    expect(stage.subscription.dropped).toEqual({ audio: ofKind('audio'), video: ofKind('video'), data: 0 });
    expect(stage.subscription.droppedTags).toBe(missed.length);
    expect(stage.sink.lost).toMatchObject([{ tags: missed.length }]);
  });

  it('waits for the next keyframe where none is held, and counts on', () => {
    const stage = new Stage({ mode: 'live', join: 'beginning' });
    stage.append(STREAM.slice(0, KEYFRAMES[3]! + 10));
    stage.forget();
    stage.subscription.restart();
    stage.append(STREAM.slice(KEYFRAMES[3]! + 10, KEYFRAMES[4]));
    expect(stage.sink.bursts).toEqual([]);
    const missed = KEYFRAMES[4]! - KEYFRAMES[3]! - 10;
    expect(stage.subscription.droppedTags).toBe(missed);
    stage.append(STREAM.slice(KEYFRAMES[4], KEYFRAMES[4]! + 5));
    expect(stage.sink.tags.slice(3).map(placeOf)[0]).toBe(KEYFRAMES[4]);
    expect(stage.subscription.droppedTags).toBe(missed);
  });

  it('goes back to a keyframe that is held, and has missed nothing', () => {
    const stage = new Stage({ mode: 'live', join: 'beginning' }, { gopCache: true });
    stage.append(STREAM.slice(0, KEYFRAMES[3]! + 10));
    stage.forget();
    stage.subscription.restart();
    expect(placeOf(framesOf('video', stage.sink.tags)[0])).toBe(KEYFRAMES[3]);
    expect(stage.subscription.droppedTags).toBe(0);
  });

  it('does nothing after it was closed', () => {
    const stage = new Stage({ mode: 'live', join: 'beginning' });
    stage.append(STREAM.slice(0, 50));
    stage.subscription.close();
    stage.forget();
    stage.subscription.restart();
    stage.append(STREAM.slice(50));
    expect(stage.sink.bursts).toEqual([]);
  });
});
