import { describe, expect, it } from 'vitest';
import { SeekSearch } from '../../src/flv/seek.js';
import type { MediaTag } from '../../src/media/tag.js';
import {
  aacFrame,
  aacSequenceHeader,
  avcFrame,
  avcKeyframe,
  avcSequenceHeader,
  type BuiltTag,
} from '../support/flv-builder.js';

function mediaTag({ typeId, timestampMs, body }: BuiltTag): MediaTag {
  return { kind: typeId === 9 ? 'video' : 'audio', timestampMs, body };
}

/** Timestamp of the last `start`, and whether `past` was said. */
function search(startMs: number, tags: readonly BuiltTag[], firstMs?: number) {
  const seek = new SeekSearch(startMs, firstMs);
  let begin: number | undefined;
  for (const tag of tags) {
    const step = seek.see(mediaTag(tag));
    if (step === 'past') return { begin, end: tag.timestampMs };
    if (step === 'start') begin = tag.timestampMs;
  }
  return { begin, isInsideLastFrame: seek.isInsideLastFrame };
}

const HEADERS = [avcSequenceHeader(), aacSequenceHeader()];

describe('SeekSearch', () => {
  const video = [
    avcKeyframe(1000),
    avcFrame(1040),
    avcKeyframe(2000),
    avcFrame(2040),
    avcKeyframe(3000),
    avcFrame(3040),
  ];

  it('finds the keyframe before, counted from the first frame', () => {
    expect(search(1000, [...HEADERS, ...video])).toEqual({ begin: 2000, end: 2040 });
    expect(search(1999, [...HEADERS, ...video])).toEqual({ begin: 2000, end: 3000 });
    expect(search(2000, [...HEADERS, ...video])).toEqual({ begin: 3000, end: 3040 });
  });

  it('goes by audio only when there is no video', () => {
    const audio = [aacFrame(0), aacFrame(20), aacFrame(40), aacFrame(60)];
    expect(search(50, [aacSequenceHeader(), ...audio])).toEqual({ begin: 40, end: 60 });
    expect(search(50, [avcKeyframe(0), ...audio, aacFrame(70)])).toEqual({ begin: 0, isInsideLastFrame: true });
  });

  it('does not wait for video that is over', () => {
    const tags = [avcKeyframe(0), avcFrame(40), aacFrame(1000), aacFrame(7000), aacFrame(20_000)];
    expect(search(10_000, tags)).toEqual({ begin: 0, end: 20_000 });
  });

  it('begins at the first frame without a keyframe before', () => {
    expect(search(100, [avcFrame(0), avcFrame(40), avcFrame(200), avcKeyframe(1000)])).toEqual({ begin: 0, end: 200 });
  });

  it('goes on from a keyframe in the middle', () => {
    expect(search(1500, video.slice(2), 1000)).toEqual({ begin: 2000, end: 3000 });
  });

  it('knows a start behind the end', () => {
    expect(search(2900, video)).toEqual({ begin: 3000, isInsideLastFrame: true });
    expect(search(9000, video)).toEqual({ begin: 3000, isInsideLastFrame: false });
    expect(search(9000, [])).toEqual({ begin: undefined, isInsideLastFrame: false });
  });
});
