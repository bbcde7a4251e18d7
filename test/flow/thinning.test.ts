import { describe, expect, it } from 'vitest';
import { Broadcast } from '../../src/flow/broadcast.js';
import type { SubscribeOptions } from '../../src/flow/sink.js';
import type { MediaTag } from '../../src/media/tag.js';
import { FakeClock } from './fake-clock.js';
import { RecordingSink } from './recording-sink.js';
import { audio, disposableFrame, interFrame, keyframe } from './tags.js';

const STEP_MS = 100;
const THINNED: SubscribeOptions = { mode: 'live', join: 'beginning', maxLagMs: 1_000, thinFromMs: 500 };

function setUp(options: SubscribeOptions = THINNED, { gopCache = false } = {}) {
  const clock = new FakeClock();
  const broadcast = new Broadcast({ maxBytes: 1e6, gopCache, clock });
  const join = (room: number) => {
    const sink = new RecordingSink();
    sink.room = room;
    sink.subscription = broadcast.subscribe(sink, options);
    clock.settle();
    return sink;
  };
  /** In real time. */
  const send = (...tags: MediaTag[]) => {
    broadcast.append(tags);
    clock.settle();
    clock.advance(STEP_MS);
  };
  return { broadcast, clock, join, send };
}

/** Every 100 ms: sound, and a frame of which every second can be missed. */
function sendFrames(send: (...tags: MediaTag[]) => void, fromMs: number, toMs: number): void {
  for (let ms = fromMs; ms < toMs; ms += 200) {
    send(audio(ms), interFrame(ms));
    send(audio(ms + 100), disposableFrame(ms + 100));
  }
}

function times(sink: RecordingSink, kind: MediaTag['kind']): number[] {
  return sink.tags.filter((tag) => tag.kind === kind).map(({ timestampMs }) => timestampMs);
}

describe('a subscriber that is behind', () => {
  it('misses only frames that no other needs, until it is near again', () => {
    const { join, send } = setUp();
    const sink = join(1);
    send(keyframe(0), audio(0));
    sendFrames(send, 200, 1_000);
    sink.resume();
    // From 500 ms before the end on it gets everything again.
    expect(times(sink, 'video')).toEqual([0, 200, 400, 500, 600, 700, 800, 900]);
    expect(times(sink, 'audio')).toEqual([0, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect(sink.subscription?.dropped).toEqual({ audio: 0, video: 1, data: 0 });
    expect(sink.lost).toEqual([]);
  });

  it('gets no burst of which nothing is left, and goes on behind it', () => {
    const { join, send } = setUp();
    const sink = join(1);
    send(keyframe(0));
    send(disposableFrame(100));
    for (let ms = 200; ms <= 700; ms += 100) send(interFrame(ms));
    sink.resume();
    expect(times(sink, 'video')).toEqual([0, 200, 300, 400, 500, 600, 700]);
    expect(sink.bursts.every(({ tags }) => tags.length > 0)).toBe(true);
    expect(sink.subscription?.droppedTags).toBe(1);
  });

  it('jumps all the same when that is not enough', () => {
    const { join, send } = setUp();
    const sink = join(1);
    send(keyframe(0), audio(0));
    sendFrames(send, 200, 1_400);
    send(keyframe(1_400));
    sink.resume();
    expect(times(sink, 'video')).toEqual([0, 1_400]);
    expect(sink.lost).toEqual([{ tags: 24, durationMs: 1_400 - 200 }]);
    expect(sink.subscription?.droppedTags).toBe(24);
  });

  it('shares what it gets with others that are behind, and counts its memory', () => {
    const { broadcast, join, send } = setUp();
    const [one, other] = [join(1), join(1)];
    send(keyframe(0), audio(0));
    send(audio(200), disposableFrame(200));
    for (let ms = 300; ms <= 800; ms += 100) send(interFrame(ms));
    const memoryBytes = broadcast.stats.memoryBytes;
    one.resume(2);
    other.resume(2);
    expect(one.bursts[1]).toBe(other.bursts[1]);
    const format = {
      key: 'bodies',
      encode: (tags: readonly MediaTag[]) => Buffer.concat(tags.map(({ body }) => body)),
    };
    const encoded = one.bursts[1]?.encoded(format);
    expect(encoded).toHaveLength(audio(200).body.length);
    expect(broadcast.stats.memoryBytes).toBe(memoryBytes + audio(200).body.length);
  });

  it('is not thinned for what was there when it joined, or began anew', () => {
    const { join, send } = setUp({ ...THINNED, join: 'newest-keyframe', maxLagMs: 5_000 }, { gopCache: true });
    send(keyframe(0), audio(0));
    sendFrames(send, 200, 1_400);
    const sink = join(1);
    sink.resume();
    expect(times(sink, 'video')).toHaveLength(13);
    sink.resume(1);
    sink.subscription?.restart();
    sink.resume();
    expect(times(sink, 'video').slice(13)).toEqual(times(sink, 'video').slice(0, 13));
    expect(sink.subscription?.droppedTags).toBe(0);

    sink.resume(1);
    sendFrames(send, 1_400, 2_600);
    sink.resume();
    expect(sink.subscription?.dropped).toEqual({ audio: 0, video: 3, data: 0 });
  });

  it('is not thinned because the source is ahead of real time, or leaves a gap', () => {
    const { broadcast, clock, join, send } = setUp();
    const sink = join(1);
    send(keyframe(0), audio(0));
    sendFrames((...tags) => broadcast.append(tags), 200, 1_000);
    broadcast.append([disposableFrame(60_000)]);
    clock.settle();
    sink.resume();
    expect(times(sink, 'video')).toHaveLength(10);
    expect(sink.subscription?.droppedTags).toBe(0);
  });

  it('gets everything where it is not to be thinned, or makes the source wait', () => {
    for (const options of [
      { mode: 'live', join: 'beginning' },
      { mode: 'lossless', join: 'beginning', thinFromMs: 500 },
    ] as const) {
      const { join, send } = setUp(options);
      const sink = join(1);
      send(keyframe(0), audio(0));
      sendFrames(send, 200, 2_000);
      sink.resume();
      expect(times(sink, 'video')).toHaveLength(1 + 18);
      expect(sink.subscription?.droppedTags).toBe(0);
    }
  });
});
