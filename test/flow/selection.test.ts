import { describe, expect, it } from 'vitest';
import { RecycledMemory } from '../../src/bytes/recycled-memory.js';
import { type ConfigurationChange, watchConfiguration } from '../../src/flow/configuration-watch.js';
import { onlyKind } from '../../src/flow/only-kind.js';
import { SizeLimit } from '../../src/flow/size-limit.js';
import { withEnd } from '../../src/flow/with-end.js';
import { metadataTag, readMetadata } from '../../src/media/metadata.js';
import type { MediaTag } from '../../src/media/tag.js';
import { audio, audioHeader, interFrame, keyframe, videoHeader } from './tags.js';

async function* arrays(...all: MediaTag[][]): AsyncGenerator<readonly MediaTag[]> {
  yield* all;
}

async function collect(source: AsyncIterable<readonly MediaTag[]>): Promise<MediaTag[]> {
  const all: MediaTag[] = [];
  for await (const tags of source) {
    expect(tags.length).toBeGreaterThan(0);
    all.push(...tags);
  }
  return all;
}

describe('onlyKind', () => {
  const properties = { width: 640, audiocodecid: 10, stereo: true, framerate: 25, encoder: 'x' };
  const stream = (): MediaTag[][] => [
    [metadataTag(properties, 0), videoHeader(0), audioHeader(0)],
    [audio(0)],
    [keyframe(0), audio(20)],
  ];

  it('leaves out the picture, and what describes it', async () => {
    const tags = await collect(onlyKind(arrays(...stream()), 'audio', new RecycledMemory()));
    expect(tags.map(({ kind }) => kind)).toEqual(['data', 'audio', 'audio', 'audio']);
    expect([...readMetadata(tags[0]!)!.keys()]).toEqual(['audiocodecid', 'stereo', 'encoder']);
  });

  it('leaves out the sound, and what describes it', async () => {
    const tags = await collect(onlyKind(arrays(...stream()), 'video', new RecycledMemory()));
    expect(tags.map(({ kind }) => kind)).toEqual(['data', 'video', 'video']);
    expect([...readMetadata(tags[0]!)!.keys()]).toEqual(['width', 'framerate', 'encoder']);
  });

  it('gives the memory back of what is left out', async () => {
    const memory = new RecycledMemory();
    const body = memory.take(10);
    await collect(onlyKind(arrays([{ kind: 'video', timestampMs: 0, body }]), 'audio', memory));
    expect(memory.take(10).buffer).toBe(body.buffer);
  });
});

describe('watchConfiguration', () => {
  async function changes(...all: MediaTag[][]): Promise<ConfigurationChange[]> {
    const told: ConfigurationChange[] = [];
    const tags = await collect(watchConfiguration(arrays(...all), (change) => told.push(change)));
    expect(tags).toEqual(all.flat());
    return told;
  }

  it('tells of changes, with the time since the first frame', async () => {
    const before = [videoHeader(100), audioHeader(100), keyframe(100), audio(100)];
    expect(await changes(before, [videoHeader(140, 1), keyframe(140)], [audioHeader(160, 2), audio(160)])).toEqual([
      { kind: 'video', positionMs: 40 },
      { kind: 'audio', positionMs: 60 },
    ]);
  });

  it('takes neither a repetition for a change, nor what comes before the first frame, nor metadata', async () => {
    const beginning = [metadataTag({ a: 1 }, 0), videoHeader(0), videoHeader(0, 1)];
    expect(await changes(beginning, [keyframe(0), videoHeader(40, 1), metadataTag({ a: 2 }, 0)])).toEqual([]);
  });
});

describe('SizeLimit', () => {
  it('ends before the tag that would not fit', async () => {
    const limit = new SizeLimit(64 * 1024 + 3_000);
    const big = (ms: number): MediaTag => interFrame(ms, 0, 978); // 1000 bytes with what is around it
    const tags = await collect(limit.limit(arrays([big(0), big(1)], [big(2), big(3)], [big(4)])));
    expect(tags.map(({ timestampMs }) => timestampMs)).toEqual([0, 1, 2]);
    expect(limit.isReached).toBe(true);
  });

  it('lets everything by that fits', async () => {
    const limit = new SizeLimit(1024 * 1024);
    expect(await collect(limit.limit(arrays([keyframe(0)], [audio(0)])))).toHaveLength(2);
    expect(limit.isReached).toBe(false);
  });

  it('gives nothing when there is no room at all', async () => {
    const limit = new SizeLimit(1);
    expect(await collect(limit.limit(arrays([keyframe(0)])))).toEqual([]);
    expect(limit.isReached).toBe(true);
  });
});

describe('withEnd', () => {
  it('tells of the end, but not of being left', async () => {
    let ends = 0;
    const counted = (): AsyncIterable<readonly MediaTag[]> =>
      withEnd(arrays([keyframe(0)], [audio(0)]), () => {
        ends += 1;
      });
    for await (const _ of counted()) break;
    expect(ends).toBe(0);
    await collect(counted());
    expect(ends).toBe(1);
  });
});
