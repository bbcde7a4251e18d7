import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandEvent } from '../../src/events.js';
import type { Sink } from '../../src/flow/sink.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe } from '../../src/media/tag-info.js';
import { StreamRegistry } from '../../src/server/stream-registry.js';
import { RecordingSink } from '../flow/recording-sink.js';
import { syntheticStream } from '../support/streams.js';
import { videoTags } from './video.js';

const ID = { app: 'live', streamName: 'key' };

function registry(graceMs = 100): { registry: StreamRegistry; events: CommandEvent[] } {
  const events: CommandEvent[] = [];
  const limits = { maxMemoryBytes: 1_000_000, maxStreamBytes: 500_000 };
  const report = (event: CommandEvent): void => void events.push(event);
  return { registry: new StreamRegistry({ gopCache: true, graceMs, maxLatencyMs: 40, limits, report }), events };
}

/** A sink that is always full, and notes its end. */
class FullSink implements Sink {
  endings: string[] = [];

  write(): boolean {
    return false;
  }

  end(): void {
    this.endings.push('end');
  }

  cutOff(): void {
    this.endings.push('cut off');
  }
}

const nobody = (): void => {};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('StreamRegistry', () => {
  it('gives a name to one publisher at a time', () => {
    const { registry: streams } = registry();
    const stream = streams.publish(ID, nobody);
    expect(streams.find({ ...ID })).toBe(stream);
    expect(() => streams.publish({ ...ID }, nobody)).toThrowError(expect.objectContaining({ code: 'ERR_STREAM_BUSY' }));
    expect(streams.publish({ ...ID, app: 'other' }, nobody)).not.toBe(stream);
    stream.finish();
    expect(streams.find(ID)).toBeUndefined();
    expect(streams.publish(ID, nobody)).not.toBe(stream);
  });

  it('refuses a stream without a name', () => {
    const { registry: streams } = registry();
    expect(() => streams.publish({ app: 'live', streamName: '' }, nobody)).toThrowError(/no name/);
    expect(streams.streams).toEqual([]);
  });

  it('keeps a stream that was lost for some time, and gives it to the next publisher', () => {
    const { registry: streams } = registry(100);
    const stream = streams.publish(ID, nobody);
    stream.lose();
    vi.advanceTimersByTime(99);
    expect(streams.publish(ID, nobody)).toBe(stream);
    vi.advanceTimersByTime(1_000);
    expect(streams.find(ID)).toBe(stream);
    stream.lose();
    vi.advanceTimersByTime(100);
    expect(streams.find(ID)).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends all streams when it closes, waits for none that was lost, and begins none', () => {
    const { registry: streams } = registry(10_000);
    const sink = new FullSink();
    const lost = streams.publish(ID, nobody);
    lost.broadcast.subscribe({ write: () => true, end: () => sink.end() }, { mode: 'live', join: 'beginning' });
    lost.lose();
    streams.publish({ ...ID, streamName: 'other' }, nobody);
    streams.close();
    expect(streams.streams).toEqual([]);
    expect(sink.endings).toEqual(['end']);
    vi.runAllTimers();
    expect(() => streams.publish(ID, nobody)).toThrowError(/the server stops/);
  });

  it('counts what its streams hold, also those that are over, until their players have got it', () => {
    const { registry: streams } = registry();
    const stream = streams.publish(ID, nobody);
    const subscription = stream.broadcast.subscribe(new FullSink(), { mode: 'live', join: 'beginning' });
    stream.append(videoTags({ count: 20, sizeBytes: 1000, framesPerGop: 10 }));
    vi.runAllTimers();
    stream.finish();
    expect(streams.find(ID)).toBeUndefined();
    expect(streams.bufferedBytes).toBeGreaterThan(10_000);
    subscription.close();
    expect(streams.bufferedBytes).toBe(0);
  });

  it('begins no stream while memory is short, and makes the others hold their newest GOP alone', () => {
    const { registry: streams } = registry();
    const stream = streams.publish(ID, nobody);
    stream.append(videoTags({ count: 100, sizeBytes: 1000, framesPerGop: 10 }));
    vi.runAllTimers();
    const allBytes = streams.bufferedBytes;
    streams.isMemoryShort = true;
    expect(streams.bufferedBytes).toBeLessThan(allBytes / 5);
    expect(stream.broadcast.stats.ringMs).toBe(9 * 40);
    expect(() => streams.publish({ ...ID, streamName: 'other' }, nobody)).toThrowError(/memory for streams is used up/);
    streams.isMemoryShort = false;
    streams.publish({ ...ID, streamName: 'other' }, nobody);
    stream.append(videoTags({ count: 50, sizeBytes: 1000, framesPerGop: 10, firstMs: 4000 }));
    vi.runAllTimers();
    expect(streams.bufferedBytes).toBeGreaterThan(50_000);
  });
});

describe('LiveStream', () => {
  it('carries on one timeline when publishers follow one another', () => {
    const { registry: streams } = registry();
    const stream = streams.publish(ID, nobody);
    const times: number[] = [];
    stream.broadcast.subscribe(
      {
        write: ({ tags }) => {
          times.push(...tags.map(({ timestampMs }) => timestampMs));
          return true;
        },
        end: nobody,
      },
      { mode: 'live', join: 'beginning' },
    );
    stream.append(videoTags({ count: 3, firstMs: 5000 }));
    stream.lose();
    streams.publish(ID, nobody);
    stream.append(videoTags({ count: 3, firstMs: 0 }));
    vi.runAllTimers();
    expect(times).toEqual([5000, 5040, 5080, 5120, 5160, 5200]);
  });

  it('tells what a publisher says of it once, though each connection says it again', () => {
    const { registry: streams } = registry();
    const sink = new RecordingSink();
    const [metadata, ...rest] = syntheticStream({ video: 'h264', durationMs: 1_000 }) as [MediaTag, ...MediaTag[]];
    const other = { ...metadata, body: Uint8Array.from(metadata.body, (byte, i) => (i === 20 ? byte ^ 1 : byte)) };
    for (const said of [metadata, metadata, other, other]) {
      const stream = streams.publish(ID, nobody);
      if (stream.broadcast.stats.subscribers === 0) {
        stream.broadcast.subscribe(sink, { mode: 'live', join: 'beginning' });
      }
      stream.append([said, ...rest]);
      stream.lose();
    }
    vi.advanceTimersByTime(50);
    expect(sink.tags.filter(({ kind }) => kind === 'data').map(({ body }) => body)).toEqual([
      metadata.body,
      other.body,
    ]);
    expect(sink.tags.filter(isKeyframe).length).toBe(4);
  });

  it('is over once, whatever comes after', () => {
    const { registry: streams } = registry();
    const stream = streams.publish(ID, nobody);
    stream.finish();
    const next = streams.publish(ID, nobody);
    stream.lose();
    stream.finish();
    stream.giveUp();
    vi.runAllTimers();
    expect(streams.find(ID)).toBe(next);
    expect(next.isPublished).toBe(true);
  });

  it('is taken away from publisher and players when it has to be given up', () => {
    const { registry: streams } = registry();
    const revoke = vi.fn();
    const stream = streams.publish(ID, revoke);
    const sink = new FullSink();
    stream.broadcast.subscribe(sink, { mode: 'live', join: 'beginning' });
    stream.append(videoTags({ count: 6, framesPerGop: 3 }));
    vi.runAllTimers();
    stream.giveUp();
    expect(revoke).toHaveBeenCalledOnce();
    expect(sink.endings).toEqual(['cut off']);
    expect([stream.isGone, streams.streams]).toEqual([true, []]);
  });

  it('is not taken away from a publisher that has left', () => {
    const { registry: streams } = registry();
    const revoke = vi.fn();
    const stream = streams.publish(ID, revoke);
    stream.lose();
    stream.giveUp();
    expect(revoke).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('survives a subscriber that throws, tells of it and goes on for the others', () => {
    const { registry: streams, events } = registry();
    const stream = streams.publish(ID, nobody);
    const cutOff = vi.fn();
    const write = vi.fn(() => true);
    const broken: Sink = {
      write: () => {
        throw new TypeError('undefined is not a function');
      },
      end: nobody,
      cutOff,
    };
    stream.broadcast.subscribe(broken, { mode: 'live', join: 'beginning' });
    stream.broadcast.subscribe({ write, end: nobody }, { mode: 'live', join: 'beginning' });
    stream.append(videoTags({ count: 3 }));
    vi.runAllTimers();
    expect(cutOff).toHaveBeenCalledOnce();
    expect(write).toHaveBeenCalled();
    expect(events).toEqual([
      expect.objectContaining({
        code: 'WARN_INTERNAL',
        message: expect.stringContaining('undefined is not a function'),
      }),
    ]);
  });

  it('takes a time of grace that no timer can', () => {
    const { registry: streams } = registry(Number.POSITIVE_INFINITY);
    const stream = streams.publish(ID, nobody);
    stream.lose();
    vi.advanceTimersByTime(1_000_000);
    expect(streams.find(ID)).toBe(stream);
  });
});
