import { describe, expect, it } from 'vitest';
import { Trimmer, trim } from '../../src/flow/trim.js';
import type { MediaTag } from '../../src/media/tag.js';
import { audio, audioHeader, interFrame, keyframe, metadata, videoHeader } from './tags.js';

const HEADERS = [metadata(0), videoHeader(0), audioHeader(0)];

function trimmed(tags: readonly MediaTag[], durationMs: number): { timestampsMs: number[]; isDone: boolean } {
  const trimmer = new Trimmer(durationMs);
  const timestampsMs = tags.flatMap((tag) => trimmer.trim([tag]).map((kept) => kept.timestampMs));
  return { timestampsMs, isDone: trimmer.isDone };
}

describe('Trimmer', () => {
  it('counts from the first frame, whatever the headers say', () => {
    expect(trimmed([...HEADERS, keyframe(5000), interFrame(5040), interFrame(5080)], 80)).toEqual({
      timestampsMs: [0, 0, 0, 5000, 5040],
      isDone: true,
    });
  });

  it('waits for the last audio when video has got to the end first', () => {
    const tags = [
      keyframe(0),
      audio(0),
      interFrame(40),
      interFrame(80),
      audio(23),
      audio(46),
      interFrame(120),
      audio(80),
    ];
    expect(trimmed(tags, 80)).toEqual({ timestampsMs: [0, 0, 40, 23, 46], isDone: true });
    expect(trimmed(tags.slice(0, -1), 80).isDone).toBe(false);
  });

  it('does not wait for a kind that has stopped', () => {
    const tags = [keyframe(0), audio(0), interFrame(500), interFrame(1000), interFrame(2000)];
    expect(trimmed(tags, 1000)).toEqual({ timestampsMs: [0, 0, 500], isDone: true });
    expect(trimmed(tags.slice(0, -1), 1000).isDone).toBe(false);
  });

  it('gives back the same array when it is kept whole', () => {
    const tags = [keyframe(0), interFrame(40)];
    expect(new Trimmer(1000).trim(tags)).toBe(tags);
  });
});

describe('trim', () => {
  it('ends the stream and closes the source', async () => {
    let isClosed = false;
    async function* source(): AsyncGenerator<readonly MediaTag[]> {
      try {
        yield HEADERS;
        for (let ms = 0; ; ms += 40) yield [interFrame(ms)];
      } finally {
        isClosed = true;
      }
    }
    const timestampsMs: number[] = [];
    for await (const tags of trim(source(), 100)) timestampsMs.push(...tags.map((tag) => tag.timestampMs));
    expect(timestampsMs).toEqual([0, 0, 0, 0, 40, 80]);
    expect(isClosed).toBe(true);
  });
});
