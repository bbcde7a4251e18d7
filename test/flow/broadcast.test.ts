import { describe, expect, it } from 'vitest';
import { Broadcast, type BroadcastOptions } from '../../src/flow/broadcast.js';
import type { SubscribeOptions } from '../../src/flow/sink.js';
import type { MediaTag } from '../../src/media/tag.js';
import { FakeClock } from './fake-clock.js';
import { RecordingSink } from './recording-sink.js';
import { audio, audioHeader, interFrame, keyframe, metadata, videoHeader } from './tags.js';

const LIVE: SubscribeOptions = { mode: 'live', join: 'newest-keyframe' };
const LOSSLESS: SubscribeOptions = { mode: 'lossless', join: 'beginning' };

function setUp(options: Partial<BroadcastOptions> = {}) {
  const clock = new FakeClock();
  const broadcast = new Broadcast({ maxBytes: 1e6, maxDurationMs: 10_000, gopCache: true, clock, ...options });
  const join = (subscribeOptions: SubscribeOptions = LIVE, room?: number) => {
    const sink = new RecordingSink();
    if (room !== undefined) sink.room = room;
    sink.subscription = broadcast.subscribe(sink, subscribeOptions);
    clock.settle();
    return sink;
  };
  /** Each call is a turn of its own, so each is a burst. */
  const send = (...tags: MediaTag[]) => {
    broadcast.append(tags);
    clock.settle();
  };
  return { clock, broadcast, join, send };
}

const HEADERS = [metadata(0), videoHeader(0), audioHeader(0)];

/** A keyframe, then `frames - 1` inter frames, 100 ms apart, each its own burst. */
function sendGop(send: (...tags: MediaTag[]) => void, startMs: number, frames = 3): void {
  send(keyframe(startMs, startMs / 100));
  for (let i = 1; i < frames; i++) {
    send(interFrame(startMs + i * 100, startMs / 100 + i));
  }
}

/** As they go ahead of a joiner: metadata always has the time 0. */
function stamped(tags: readonly MediaTag[], timestampMs: number): MediaTag[] {
  return tags.map((tag) => ({ ...tag, timestampMs: tag.kind === 'data' ? 0 : timestampMs }));
}

describe('bursts', () => {
  it('seals at the end of the turn while few subscribe', () => {
    const { clock, broadcast, join } = setUp();
    const sink = join();
    broadcast.append([audio(0), audio(20)]);
    broadcast.append([audio(40)]);
    expect(sink.bursts).toHaveLength(0);
    clock.endTurn();
    expect(sink.bursts.map((burst) => burst.tags.length)).toEqual([3]);
    expect(clock.timerCount).toBe(0);
  });

  it('gathers for maxBurstMs when many subscribe', () => {
    const { clock, broadcast, join } = setUp({ maxBurstMs: 40 });
    const sinks = Array.from({ length: 250 }, () => join());
    expect(broadcast.burstLengthMs).toBe(40);
    for (const startMs of [0, 20, 40]) {
      broadcast.append([audio(startMs)]);
      clock.advance(20);
    }
    clock.advance(19);
    expect(sinks[0]!.bursts.map((burst) => burst.tags.length)).toEqual([2]);
    clock.advance(1);
    expect(sinks[249]!.bursts.map((burst) => burst.tags.length)).toEqual([2, 1]);
  });

  it('gathers for less when sending takes long, and for still less when the tag had to wait for that', () => {
    const { clock, broadcast, join } = setUp({ maxBurstMs: 40 });
    const sinks = Array.from({ length: 250 }, () => join());
    sinks[100]!.onWrite = () => clock.pass(15);
    broadcast.append([audio(0)]);
    clock.advance(40);
    broadcast.append([audio(40)]);
    expect(clock.nextDelayMs).toBe(26);
    clock.advance(26);
    clock.advance(5);
    broadcast.append([audio(80)]);
    expect(clock.nextDelayMs).toBe(40);
    sinks[100]!.onWrite = () => clock.pass(28);
    clock.advance(40);
    clock.advance(5);
    broadcast.append([audio(120)]);
    expect(clock.nextDelayMs).toBe(28);
  });

  it('opens a new one for every video keyframe', () => {
    const { clock, broadcast, join } = setUp();
    const sink = join();
    broadcast.append([...HEADERS, keyframe(0), audio(0), interFrame(40), keyframe(80), keyframe(120)]);
    clock.settle();
    expect(sink.bursts.map((burst) => burst.tags.length)).toEqual([3, 3, 1, 1]);
    expect(sink.bursts.map((burst) => burst.startsWithKeyframe)).toEqual([false, true, true, true]);
    expect(sink.bursts.map((burst) => burst.headers.length)).toEqual([0, 3, 3, 3]);
  });

  it('does not open one for a keyframe of another track than the first', () => {
    const { broadcast, clock, join } = setUp();
    const sink = join();
    // protocol.md 11: multitrack, one track, CodedFrames, av01, track 1
    const trackOne = Uint8Array.of(0x96, 0x01, 0x61, 0x76, 0x30, 0x31, 0x01, 0x12);
    broadcast.append([keyframe(0), { kind: 'video', timestampMs: 0, body: trackOne }]);
    clock.settle();
    expect(sink.bursts.map((burst) => burst.tags.length)).toEqual([2]);
  });

  it('seals when enough bytes have gathered, without waiting for the end of the turn', () => {
    const { broadcast, join } = setUp({ maxBytes: 1e9 });
    const sink = join();
    broadcast.append(Array.from({ length: 10 }, (_, i) => audio(i, i, 100_000)));
    expect(sink.bursts.map((burst) => burst.tags.length)).toEqual([3, 3, 3]);
  });

  it('encodes once per format, and a header burst too', () => {
    const { join, send } = setUp();
    let encodings = 0;
    const format = {
      key: 'counting',
      encode: (tags: readonly MediaTag[]) => {
        encodings++;
        return new Uint8Array(tags.length);
      },
    };
    send(...HEADERS, keyframe(0));
    sendGop(send, 100, 1);
    const sinks = [join(), join(), join()];
    const written = sinks.map((sink) => sink.bursts.map((burst) => burst.encoded(format)));
    expect(written[0]).toHaveLength(2);
    expect(written[1]![0]).toBe(written[0]![0]);
    expect(written[2]![1]).toBe(written[0]![1]);
    expect(encodings).toBe(2);
    sinks[0]!.bursts[0]!.encoded({ ...format, key: 'another' });
    expect(encodings).toBe(3);
  });
});

describe('joining', () => {
  it('gives everything to whoever was there first', () => {
    const { join, send } = setUp({ gopCache: false });
    const sinks = [LIVE, LOSSLESS, { ...LIVE, join: 'next-keyframe' } as const].map((options) => join(options));
    send(...HEADERS, audio(0));
    sendGop(send, 0);
    for (const sink of sinks) {
      expect(sink.tags).toEqual([...HEADERS, audio(0), keyframe(0, 0), interFrame(100, 1), interFrame(200, 2)]);
    }
  });

  it('gives everything, and no header twice, while there is only one GOP', () => {
    const { join, send } = setUp();
    send(...HEADERS);
    sendGop(send, 0);
    expect(join().tags).toEqual([...HEADERS, keyframe(0, 0), interFrame(100, 1), interFrame(200, 2)]);
  });

  it('gives headers with the time of the newest keyframe, then that GOP', () => {
    const { join, send } = setUp();
    send(...HEADERS);
    sendGop(send, 0);
    sendGop(send, 300);
    const sink = join();
    sendGop(send, 600, 1);
    expect(sink.tags).toEqual([
      ...stamped(HEADERS, 300),
      keyframe(300, 3),
      interFrame(400, 4),
      interFrame(500, 5),
      keyframe(600, 6),
    ]);
    expect(sink.lost).toEqual([]);
    expect(sink.subscription!.droppedTags).toBe(0);
  });

  it('gives the headers that were in force at that keyframe, not those that came later', () => {
    const { join, send } = setUp();
    send(...HEADERS);
    sendGop(send, 0);
    send(videoHeader(300, 1));
    sendGop(send, 300, 2);
    send(audioHeader(450, 1));
    expect(join().tags).toEqual([
      ...stamped([HEADERS[0]!, videoHeader(0, 1), HEADERS[2]!], 300),
      keyframe(300, 3),
      interFrame(400, 4),
      audioHeader(450, 1),
    ]);
  });

  it('waits for the next keyframe without GOP cache', () => {
    const { join, send, broadcast } = setUp({ gopCache: false });
    join();
    send(...HEADERS);
    sendGop(send, 0);
    const sink = join();
    send(interFrame(300), audio(310));
    expect(sink.tags).toEqual([]);
    sendGop(send, 400, 2);
    expect(sink.tags).toEqual([...stamped(HEADERS, 400), keyframe(400, 4), interFrame(500, 5)]);
    expect(broadcast.stats.ringBursts).toBe(0);
  });

  it('waits for the next keyframe when asked to', () => {
    const { join, send } = setUp();
    send(...HEADERS);
    sendGop(send, 0);
    const sink = join({ ...LIVE, join: 'next-keyframe' });
    expect(sink.tags).toEqual([]);
    sendGop(send, 300, 1);
    expect(sink.tags).toEqual([...stamped(HEADERS, 300), keyframe(300, 3)]);
  });

  it('joins a stream of audio anywhere', () => {
    const { join, send } = setUp();
    send(audioHeader(0));
    for (let i = 0; i < 200; i++) send(audio(i * 20, i));
    const sink = join();
    const next = join({ ...LIVE, join: 'next-keyframe' });
    send(audio(4000));
    expect(sink.tags).toEqual([audioHeader(3980), audio(3980, 199), audio(4000)]);
    expect(next.tags).toEqual([audioHeader(4000), audio(4000)]);
  });

  it('gives all of a stream of audio that has just begun', () => {
    const { join, send } = setUp();
    send(audioHeader(0));
    for (let i = 0; i < 50; i++) send(audio(i * 20, i));
    expect(join().tags).toHaveLength(51);
  });

  it('joins anywhere when the video has stopped long ago, without the old picture', () => {
    const { join, send, broadcast } = setUp();
    send(...HEADERS, keyframe(0));
    for (let ms = 0; ms < 30_000; ms += 100) send(audio(ms));
    expect(broadcast.stats.ringMs).toBeLessThanOrEqual(10_000);
    expect(join().tags).toEqual([...stamped(HEADERS, 29_900), audio(29_900)]);
  });

  it('gives from the oldest keyframe on to who joins at the beginning of what is left', () => {
    const { join, send } = setUp({ maxDurationMs: 500 });
    send(...HEADERS);
    for (let startMs = 0; startMs < 3000; startMs += 300) sendGop(send, startMs);
    const sink = join(LOSSLESS);
    expect(sink.tags.slice(0, 4)).toEqual([...stamped(HEADERS, 2400), keyframe(2400, 24)]);
    expect(sink.tags).toHaveLength(3 + 6);
  });

  it('gives the rest and the end to who joins after the end', () => {
    const { clock, broadcast, join, send } = setUp();
    send(...HEADERS);
    sendGop(send, 0);
    sendGop(send, 300);
    broadcast.end();
    clock.settle();
    const sink = join();
    expect(sink.tags).toHaveLength(6);
    expect(sink.isEnded).toBe(true);
    const late = join({ ...LIVE, join: 'next-keyframe' });
    expect(late.tags).toEqual([]);
    expect(late.isEnded).toBe(true);
  });

  it('writes nothing before subscribe has returned', () => {
    const { clock, broadcast, send } = setUp();
    send(...HEADERS, keyframe(0));
    const sink = new RecordingSink();
    sink.subscription = broadcast.subscribe(sink, LIVE);
    expect(sink.bursts).toEqual([]);
    clock.settle();
    expect(sink.tags).toHaveLength(4);
  });
});

describe('a slow live subscriber', () => {
  it('stays where it is while it is not too far behind, and goes on without loss', () => {
    const { join, send } = setUp();
    const sink = join({ ...LIVE, maxLagMs: 1000 }, 1);
    send(...HEADERS);
    sendGop(send, 0);
    expect(sink.bursts).toHaveLength(1);
    expect(sink.subscription!.queueMs).toBe(200);
    expect(sink.subscription!.queueBytes).toBeGreaterThan(18);
    sink.resume(2);
    expect(sink.bursts).toHaveLength(3);
    sink.resume();
    expect(sink.tags).toEqual([...HEADERS, keyframe(0, 0), interFrame(100, 1), interFrame(200, 2)]);
    expect(sink.subscription!.queueMs).toBe(0);
    expect(sink.lost).toEqual([]);
  });

  it('jumps to the newest keyframe, and is told how much it missed', () => {
    const { join, send } = setUp();
    const sink = join({ ...LIVE, maxLagMs: 500 }, 2);
    send(...HEADERS);
    sendGop(send, 0);
    sendGop(send, 300);
    expect(sink.lost).toEqual([]);
    sendGop(send, 600, 2);
    expect(sink.subscription!.droppedTags).toBe(5);
    expect(sink.lost).toEqual([{ tags: 5, durationMs: 500 }]);
    sink.resume();
    expect(sink.tags).toEqual([...HEADERS, keyframe(0, 0), keyframe(600, 6), interFrame(700, 7)]);
  });

  it('gets headers again only when they have changed', () => {
    const { join, send } = setUp();
    const sink = join({ ...LIVE, maxLagMs: 200 }, 2);
    send(...HEADERS);
    sendGop(send, 0);
    send(...HEADERS, videoHeader(250, 1));
    sendGop(send, 300);
    sink.resume(1);
    expect(sink.tags.slice(4)).toEqual(stamped([metadata(0), videoHeader(0, 1), audioHeader(0)], 300));
    sink.resume(1);
    expect(sink.tags.slice(7)).toEqual([keyframe(300, 3)]);
    send(...stamped([metadata(0), videoHeader(0, 1)], 600));
    sendGop(send, 600);
    sink.resume();
    expect(sink.tags.slice(8)).toEqual([keyframe(600, 6), interFrame(700, 7), interFrame(800, 8)]);
    expect(sink.lost).toHaveLength(2);
  });

  it('still gets its first headers when it jumps before it has had them', () => {
    const { join, send } = setUp();
    send(...HEADERS);
    sendGop(send, 0);
    sendGop(send, 300);
    const other = join();
    const sink = join({ ...LIVE, maxLagMs: 200 }, 0);
    expect(sink.tags).toEqual(stamped(HEADERS, 300));
    sendGop(send, 600);
    sendGop(send, 900);
    sink.resume(1);
    expect(sink.tags.slice(3)).toEqual([keyframe(900, 9)]);
    expect(other.lost).toEqual([]);
  });

  it('waits for the next keyframe when what it needs has left the ring', () => {
    const { join, send, broadcast } = setUp({ maxBytes: 5000 });
    const sink = join(LIVE, 1);
    send(...HEADERS);
    send(keyframe(0));
    for (let i = 1; i <= 40; i++) send(interFrame(i * 100, i, 100));
    expect(broadcast.stats.ringBytes).toBeLessThanOrEqual(5000);
    expect(sink.subscription!.droppedTags).toBe(41);
    expect(sink.subscription!.queueMs).toBe(0);
    expect(sink.lost).toEqual([]);
    sink.resume();
    expect(sink.tags).toHaveLength(3);
    send(keyframe(5000));
    expect(sink.tags.slice(3)).toEqual([keyframe(5000)]);
    expect(sink.lost).toEqual([{ tags: 41, durationMs: 5000 }]);
  });

  it('is cut off when it takes nothing for too long', () => {
    const { clock, broadcast, join, send } = setUp();
    const sink = join({ ...LIVE, cutOffAfterMs: 5000 }, 1);
    const slow = join({ ...LIVE, cutOffAfterMs: 5000 }, 1);
    send(...HEADERS);
    clock.advance(4999);
    slow.resume(1);
    send(keyframe(0));
    expect(sink.isCutOff).toBe(false);
    clock.advance(1);
    send(interFrame(5000));
    expect(sink.isCutOff).toBe(true);
    expect(slow.isCutOff).toBe(false);
    expect(broadcast.stats.subscribers).toBe(1);
    sink.resume();
    broadcast.end();
    clock.settle();
    expect(sink.bursts).toHaveLength(1);
    expect(sink.isEnded).toBe(false);
  });

  it('does not keep the ring from forgetting', () => {
    const { join, send, broadcast } = setUp({ maxBytes: 20_000 });
    join(LIVE, 1);
    for (let startMs = 0; startMs < 60_000; startMs += 300) {
      sendGop(send, startMs);
      expect(broadcast.stats.ringBytes).toBeLessThanOrEqual(20_000);
    }
  });

  it('gets no more than its share in one turn', () => {
    const { clock, join, send, broadcast } = setUp({ maxBytes: 1e8 });
    const sink = join(LIVE, 1);
    for (let i = 0; i < 50; i++) send(i === 0 ? keyframe(0) : interFrame(i, i, 100_000));
    sink.resume();
    expect(sink.bursts.length).toBeLessThan(15);
    clock.endTurn();
    expect(sink.bursts.length).toBeLessThan(30);
    clock.settle();
    expect(sink.tags).toHaveLength(50);
    expect(broadcast.stats.tags).toBe(50);
  });
});

describe('a lossless subscriber', () => {
  it('makes the source wait, and lets it go on', async () => {
    const { join, send, broadcast } = setUp({ maxBytes: 5000 });
    const sink = join(LOSSLESS, 1);
    const sent: MediaTag[] = [];
    while (broadcast.hasRoom) {
      const tag = audio(sent.length * 20, sent.length, 100);
      sent.push(tag);
      send(tag);
    }
    let isReleased = false;
    const released = broadcast.room().then(() => {
      isReleased = true;
    });
    expect(broadcast.stats.ringBytes).toBeGreaterThan(5000);
    expect(broadcast.stats.ringBytes).toBeLessThanOrEqual(5000 + 400);
    await Promise.resolve();
    expect(isReleased).toBe(false);
    sink.resume(1);
    expect(broadcast.hasRoom).toBe(true);
    await released;
    sink.resume();
    expect(sink.tags).toEqual(sent);
    await broadcast.room();
  });

  it('is bounded in time too', () => {
    const { join, send, broadcast } = setUp({ maxDurationMs: 1000 });
    const sink = join(LOSSLESS, 1);
    for (let ms = 0; ms <= 1000; ms += 100) send(audio(ms));
    expect(broadcast.hasRoom).toBe(true);
    send(audio(1200));
    expect(broadcast.hasRoom).toBe(false);
    sink.resume(2);
    expect(broadcast.hasRoom).toBe(true);
  });

  it('never jumps, whatever its options say, and frees the source when it goes', async () => {
    const { clock, join, send, broadcast } = setUp({ maxBytes: 3000 });
    const sink = join({ ...LOSSLESS, maxLagMs: 1, cutOffAfterMs: 1 }, 1);
    for (let startMs = 0; startMs < 3000; startMs += 300) {
      sendGop(send, startMs);
      clock.advance(1000);
    }
    expect(sink.isCutOff).toBe(false);
    expect(broadcast.hasRoom).toBe(false);
    const room = broadcast.room();
    sink.subscription!.close();
    await room;
    expect(broadcast.hasRoom).toBe(true);
    sendGop(send, 9000);
    expect(broadcast.stats.ringBytes).toBeLessThanOrEqual(3000);
    expect(sink.bursts).toHaveLength(1);
  });

  it('gets everything in its own time after the end', () => {
    const { broadcast, join, send } = setUp();
    const sink = join(LOSSLESS, 1);
    for (let ms = 0; ms < 100; ms += 20) send(audio(ms));
    broadcast.append([audio(100)]);
    broadcast.end();
    expect(sink.isEnded).toBe(false);
    sink.resume(2);
    expect(sink.isEnded).toBe(false);
    sink.resume(3);
    expect(sink.tags.map((tag) => tag.timestampMs)).toEqual([0, 20, 40, 60, 80, 100]);
    // It is full, but has got all there is.
    expect(sink.isEnded).toBe(true);
    expect(broadcast.stats.subscribers).toBe(0);
  });
});

describe('ending and closing', () => {
  it('seals what is gathering and ends everybody once', () => {
    const { clock, broadcast, join } = setUp();
    const sinks = [join(), join(LOSSLESS)];
    broadcast.append([audio(0)]);
    broadcast.end();
    broadcast.end();
    broadcast.append([audio(20)]);
    clock.settle();
    for (const sink of sinks) {
      expect(sink.tags).toEqual([audio(0)]);
      expect(sink.isEnded).toBe(true);
    }
    expect(clock.pendingTimers).toBe(0);
  });

  it('writes nothing to a closed subscription', () => {
    const { broadcast, join, send } = setUp();
    const sink = join(LIVE, 1);
    send(audio(0));
    send(audio(20));
    sink.subscription!.close();
    sink.subscription!.close();
    sink.resume();
    send(audio(40));
    broadcast.end();
    expect(sink.tags).toEqual([audio(0)]);
    expect(sink.isEnded).toBe(false);
    expect(sink.subscription!.queueMs).toBe(0);
    expect(sink.subscription!.queueBytes).toBe(0);
  });

  it('tells about a loss before the end', () => {
    const { broadcast, join, send } = setUp({ maxBytes: 3000 });
    const sink = join(LIVE, 1);
    send(...HEADERS);
    send(keyframe(0));
    for (let i = 1; i <= 40; i++) send(interFrame(i * 100, i));
    broadcast.end();
    expect(sink.lost).toEqual([{ tags: 41, durationMs: 4000 }]);
    expect(sink.isEnded).toBe(true);
    expect(sink.subscription!.droppedTags).toBe(41);
  });

  it('goes on for the same subscribers when another publisher takes over', () => {
    const { join, send, broadcast } = setUp();
    const sink = join();
    send(...HEADERS);
    sendGop(send, 0);
    sendGop(send, 300);
    const again = [metadata(0, 1), videoHeader(0), audioHeader(0, 1)];
    send(...again);
    sendGop(send, 0);
    expect(broadcast.headers).toEqual([again[0], HEADERS[1], again[2]]);
    expect(sink.tags).toHaveLength(3 + 3 + 3 + 3 + 3);
    expect(join().tags.slice(0, 4)).toEqual([...again, keyframe(0, 0)]);
  });
});

describe('sinks that misbehave', () => {
  it('removes and reports a sink that throws, and serves the others', () => {
    const errors: unknown[] = [];
    const { join, send, broadcast } = setUp({ onSinkError: (error) => errors.push(error) });
    const [first, bad, last] = [join(), join(), join()];
    const failure = new Error('no');
    bad.onWrite = () => {
      throw failure;
    };
    send(audio(0));
    send(audio(20));
    expect(errors).toEqual([failure]);
    expect(bad.bursts).toHaveLength(1);
    expect(first.tags).toEqual([audio(0), audio(20)]);
    expect(last.tags).toEqual([audio(0), audio(20)]);
    expect(broadcast.stats.subscribers).toBe(2);
  });

  it('throws the error outside of the broadcast when nobody wants it', () => {
    const { clock, join, broadcast } = setUp();
    const bad = join();
    bad.onWrite = () => {
      throw new Error('no');
    };
    const good = join();
    broadcast.append([audio(0)]);
    clock.endTurn();
    expect(good.tags).toEqual([audio(0)]);
    expect(() => clock.endTurn()).toThrow('no');
  });

  it.each(['end', 'skipped', 'cutOff'] as const)('survives an error in %s', (method) => {
    const errors: unknown[] = [];
    const { clock, join, send, broadcast } = setUp({ onSinkError: (error) => errors.push(error) });
    const bad = join({ ...LIVE, maxLagMs: 100, ...(method === 'cutOff' && { cutOffAfterMs: 100 }) }, 1);
    bad[method] = () => {
      throw new Error('no');
    };
    const good = join();
    for (let startMs = 0; startMs < 900; startMs += 300) {
      sendGop(send, startMs);
      clock.advance(100);
    }
    bad.resume();
    broadcast.end();
    clock.settle();
    expect(errors).toHaveLength(1);
    expect(good.tags).toHaveLength(9);
    expect(good.isEnded).toBe(true);
    expect(broadcast.stats.subscribers).toBe(0);
  });

  it('lets a sink close itself, or another, inside write', () => {
    const { join, send, broadcast } = setUp();
    const [first, second, third] = [join(), join(), join()];
    first.onWrite = () => {
      first.subscription!.close();
      second.subscription!.close();
    };
    send(audio(0));
    send(audio(20));
    expect(first.tags).toEqual([audio(0)]);
    expect(second.tags).toEqual([]);
    expect(third.tags).toEqual([audio(0), audio(20)]);
    expect(broadcast.stats.subscribers).toBe(1);
  });

  it('gives whoever is suspended inside the write of another what it had not had, when it goes on', () => {
    const { join, send } = setUp();
    const [first, second, third] = [join(), join(), join()];
    send(audio(0));
    second.onWrite = ({ startMs }) => {
      if (startMs !== 20) return;
      first.subscription!.suspend();
      third.subscription!.suspend();
    };
    for (const ms of [20, 40]) send(audio(ms));
    expect([first, second, third].map(({ tags }) => tags.length)).toEqual([2, 3, 1]);
    first.resume();
    third.resume();
    send(audio(60));
    for (const sink of [first, second, third]) {
      expect(sink.tags.map((tag) => tag.timestampMs)).toEqual([0, 20, 40, 60]);
    }
  });

  it('goes on without a sink that fails in the middle of a crowd', () => {
    const errors: unknown[] = [];
    const { join, send, broadcast } = setUp({ onSinkError: (error) => errors.push(error) });
    const crowd = Array.from({ length: 9 }, () => join());
    send(audio(0));
    crowd[4]!.onWrite = () => {
      throw new Error('no');
    };
    for (const ms of [20, 40]) send(audio(ms));
    expect(crowd.map(({ tags }) => tags.length)).toEqual([3, 3, 3, 3, 2, 3, 3, 3, 3]);
    expect(errors).toHaveLength(1);
    expect(broadcast.stats.subscribers).toBe(8);
  });

  it('hands nothing to whoever was suspended, went on, and was suspended again between two bursts', () => {
    const { join, send } = setUp();
    const [first] = [join(), join(), join()];
    send(audio(0));
    first!.subscription!.suspend();
    first!.resume();
    first!.subscription!.suspend();
    send(audio(20));
    expect(first!.tags).toEqual([audio(0)]);
  });

  it('lets most of a crowd go between two bursts', () => {
    const { join, send, broadcast } = setUp();
    const crowd = Array.from({ length: 9 }, () => join());
    send(audio(0));
    for (const sink of crowd.slice(1, 8)) sink.subscription!.close();
    const newcomer = join({ mode: 'live', join: 'next-keyframe' });
    send(audio(20));
    expect(crowd.map(({ tags }) => tags.length)).toEqual([2, 1, 1, 1, 1, 1, 1, 1, 2]);
    expect(newcomer.tags).toEqual([audio(20)]);
    expect(broadcast.stats.subscribers).toBe(3);
  });

  it('lets a sink resume inside write, even when it then says that it is full', () => {
    const { join, send } = setUp();
    const sink = join(LIVE, 1);
    sink.onWrite = () => sink.subscription!.resume();
    for (let ms = 0; ms < 100; ms += 20) send(audio(ms));
    expect(sink.tags.map((tag) => tag.timestampMs)).toEqual([0, 20, 40, 60, 80]);
  });

  it('keeps the order when a sink appends, subscribes or ends inside write', () => {
    const { broadcast, join, send, clock } = setUp();
    const first = join();
    const newcomer = new RecordingSink();
    let depth = 0;
    first.onWrite = (burst) => {
      expect(depth++, 'no write within a write').toBe(0);
      if (burst.startMs === 0) {
        broadcast.subscribe(newcomer, LIVE);
        broadcast.append([audio(20, 0, 300_000)]);
        broadcast.append([audio(40)]);
        broadcast.end();
      }
      depth--;
    };
    const last = join();
    send(audio(0));
    clock.settle();
    for (const sink of [first, last, newcomer]) {
      expect(sink.tags.map((tag) => tag.timestampMs)).toEqual([0, 20, 40]);
      expect(sink.isEnded).toBe(true);
    }
  });
});

describe('the ring', () => {
  it('keeps the newest GOP though it is longer than the bound in time', () => {
    const { join, send } = setUp({ maxDurationMs: 500 });
    send(...HEADERS);
    sendGop(send, 0);
    sendGop(send, 300, 40);
    expect(join().tags).toHaveLength(3 + 40);
  });

  it('lets the beginning of a GOP go that alone is beyond the bound in bytes; joiners wait for the next', () => {
    const { join, send, broadcast } = setUp({ maxBytes: 12_000 });
    send(...HEADERS);
    sendGop(send, 0, 60);
    expect(broadcast.stats.ringBytes).toBeLessThanOrEqual(12_000);
    expect(broadcast.stats.ringBursts).toBeGreaterThan(10);
    const sink = join();
    expect(sink.tags).toEqual([]);
    sendGop(send, 6000, 1);
    expect(sink.tags).toEqual([...stamped(HEADERS, 6000), keyframe(6000, 60)]);
    expect(sink.lost).toEqual([]);
  });

  it('holds a burst that alone is beyond the bound until the next comes', () => {
    const { join, send, broadcast } = setUp({ maxBytes: 5000 });
    const sink = join();
    send(keyframe(0, 0, 8_000_000));
    expect(sink.tags).toHaveLength(1);
    expect(broadcast.stats.ringBytes).toBeGreaterThan(8_000_000);
    send(interFrame(40));
    expect(broadcast.stats.ringBytes).toBeLessThan(1000);
  });

  it('counts tags without bodies, so that a flood of them is bounded too', () => {
    const { send, broadcast } = setUp({ maxBytes: 10_000 });
    for (let i = 0; i < 200; i++) {
      send(...Array.from({ length: 5 }, (): MediaTag => ({ kind: 'audio', timestampMs: 0, body: new Uint8Array(0) })));
    }
    expect(broadcast.stats.ringBursts).toBeLessThan(10);
  });

  it('measures time forward though the timestamps are set back', () => {
    const { join, send, broadcast } = setUp({ maxDurationMs: 1000 });
    const sink = join(LIVE, 1);
    for (let ms = 5_000_000; ms < 5_000_500; ms += 100) send(audio(ms));
    for (let ms = 0; ms < 500; ms += 100) send(audio(ms));
    expect(sink.subscription!.queueMs).toBe(700);
    for (let ms = 500; ms < 5000; ms += 100) send(audio(ms));
    expect(broadcast.stats.ringMs).toBe(1000);
  });

  it('is not confused by bursts that begin a little before the former one', () => {
    const { join, send } = setUp();
    const sink = join(LIVE, 1);
    for (const ms of [100, 90, 140, 130, 180, 170]) send(audio(ms));
    expect(sink.subscription!.queueMs).toBe(80);
  });

  it('tells what it holds, encodings included', () => {
    const { join, send, broadcast } = setUp();
    const sink = join();
    send(...HEADERS);
    sendGop(send, 0);
    const before = broadcast.stats;
    expect(before).toMatchObject({ subscribers: 1, tags: 6, ringBursts: 4, ringMs: 200 });
    expect(before.memoryBytes).toBe(before.ringBytes);
    sink.bursts[0]!.encoded({ key: 'big', encode: () => new Uint8Array(1000) });
    expect(broadcast.stats.memoryBytes).toBe(before.memoryBytes + 1000);
  });

  it('keeps headers only up to a bound', () => {
    const { broadcast, send } = setUp({ maxBytes: 1e8 });
    send(...HEADERS);
    send({ kind: 'video', timestampMs: 0, body: Buffer.concat([Buffer.from([0x17, 0, 0, 0, 0]), Buffer.alloc(2e6)]) });
    expect(broadcast.headers).toEqual([HEADERS[0], HEADERS[2]]);
    send(videoHeader(0));
    expect(broadcast.headers).toEqual(HEADERS);
  });

  it('keeps the headers of as many tracks as a stream may honestly have', () => {
    const { broadcast, send } = setUp({ maxBytes: 1e8 });
    send(...HEADERS, ...everyTrackHeader());
    expect(broadcast.headers.length).toBeLessThanOrEqual(128);
    const [kept] = broadcast.headers.slice(-1);
    const changed = { ...kept!, body: Uint8Array.of(...kept!.body, 1) };
    send(changed);
    expect(broadcast.headers.at(-1)).toEqual(changed);
  });

  it('forgets the colours and channels of a codec that another one has followed', () => {
    const { broadcast, send } = setUp();
    const hevc = [video(0x90, 'hvc1', 1), video(0xd4, 'hvc1', 2)];
    const opus = [sound(0x90, 'Opus', 1), sound(0x94, 'Opus', 1, 2)];
    send(...hevc, ...opus);
    expect(broadcast.headers).toEqual([...hevc, ...opus]);

    const changed = [video(0x90, 'hvc1', 3), sound(0x90, 'Opus', 4)];
    send(...changed);
    expect(broadcast.headers, 'the same codec').toEqual([changed[0], hevc[1], changed[1], opus[1]]);

    send(videoHeader(0), audioHeader(0));
    expect(broadcast.headers).toEqual([videoHeader(0), audioHeader(0)]);
  });

  it('keeps colours that come ahead of the configuration which they are for', () => {
    const { broadcast, send } = setUp();
    const [colours, start] = [video(0xd4, 'hvc1', 2), video(0x90, 'hvc1', 1)];
    send(videoHeader(0), colours, start);
    expect(broadcast.headers).toEqual([start, colours]);
  });

  it('counts what holds a burst, and the headers that it begins with', () => {
    const { broadcast, send } = setUp({ maxBytes: 1e8 });
    for (let i = 0; i < 100; i++) send(keyframe(0));
    const plainBytes = broadcast.stats.memoryBytes;
    expect(plainBytes).toBeGreaterThan(100 * 700);

    send(...everyTrackHeader());
    const before = broadcast.stats.memoryBytes;
    for (let i = 0; i < 100; i++) send(keyframe(0));
    expect(broadcast.stats.memoryBytes - before).toBe(plainBytes + 100 * 8 * broadcast.headers.length);
  });
});

/** Configurations of all tracks that E-RTMP can name, the shortest there are. */
function everyTrackHeader(): MediaTag[] {
  const tracks = Array.from({ length: 256 }, (_, id) => id);
  return tracks.flatMap((id): MediaTag[] => [
    { kind: 'video', timestampMs: 0, body: Uint8Array.of(0x96, 0x00, 0x61, 0x76, 0x63, 0x31, id, 0) },
    { kind: 'audio', timestampMs: 0, body: Uint8Array.of(0x95, 0x00, 0x4f, 0x70, 0x75, 0x73, id) },
  ]);
}

function video(first: number, fourCc: string, ...rest: readonly number[]): MediaTag {
  return { kind: 'video', timestampMs: 0, body: Uint8Array.of(first, ...Buffer.from(fourCc), ...rest) };
}

function sound(first: number, fourCc: string, ...rest: readonly number[]): MediaTag {
  return { ...video(first, fourCc, ...rest), kind: 'audio' };
}
