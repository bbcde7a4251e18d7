import { describe, expect, it } from 'vitest';
import { codecDifferences } from '../../src/flow/codec-difference.js';
import { isSequenceHeader } from '../../src/media/tag-info.js';
import { type StreamShape, syntheticStream } from '../support/streams.js';

const headersOf = (shape: Omit<StreamShape, 'durationMs'>) =>
  syntheticStream({ ...shape, durationMs: 100 }).filter((tag) => tag.kind === 'data' || isSequenceHeader(tag));

describe('codecDifferences', () => {
  it('says in words what is different', () => {
    const one = headersOf({ video: 'h264', audio: 'aac' });
    expect(codecDifferences(one, one)).toEqual([]);
    expect(codecDifferences(one, headersOf({ video: 'hevc', audio: 'opus' }))).toEqual([
      expect.stringMatching(/^video h264 64x64 instead of hevc/),
      expect.stringMatching(/^audio aac 44100 Hz 2 ch instead of opus 48000 Hz/),
    ]);
  });

  it('says nothing where one of them has no such header', () => {
    const one = headersOf({ video: 'h264', audio: 'aac' });
    expect(codecDifferences(one, headersOf({ video: 'h264' }))).toEqual([]);
    expect(codecDifferences(one, [])).toEqual([]);
  });
});
