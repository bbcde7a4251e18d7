import { describe, expect, it } from 'vitest';
import { isKeyframe, isMetadata, isSequenceHeader } from '../../src/media/tag-info.js';
import { TestClip } from '../../src/media/test-clip.js';

describe('a film that is made here', () => {
  it('begins with metadata and configurations', () => {
    const headers = new TestClip({ size: { columns: 2, rows: 2 }, gopFrames: 5 }).headers(40);
    expect(headers.map(({ kind, timestampMs }) => [kind, timestampMs])).toEqual([
      ['data', 40],
      ['video', 40],
      ['audio', 40],
    ]);
    expect(headers.map((tag) => isMetadata(tag) || isSequenceHeader(tag))).toEqual([true, true, true]);
  });

  it('has pictures at 25 a second, with sound up to each, in the order of their time', () => {
    const clip = new TestClip({ size: { columns: 2, rows: 2 }, gopFrames: 5 });
    const tags = Array.from({ length: 50 }, () => clip.next()).flat();
    const video = tags.filter(({ kind }) => kind === 'video');
    expect(video.map(({ timestampMs }) => timestampMs)).toEqual(Array.from({ length: 50 }, (_, i) => i * 40));
    expect(video.filter(isKeyframe)).toHaveLength(10);
    const audio = tags.filter(({ kind }) => kind === 'audio');
    expect(audio).toHaveLength(Math.ceil(2000 / (1024 / 44.1)));
    const times = tags.map(({ timestampMs }) => timestampMs);
    for (const kind of [video, audio]) {
      expect(kind.every((tag, i) => i === 0 || tag.timestampMs > kind[i - 1]!.timestampMs)).toBe(true);
    }
    expect(Math.max(...times.map((time, i) => (times[i - 1] ?? 0) - time))).toBeLessThan(40);
  });
});
