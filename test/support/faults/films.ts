import type { MediaTag } from '../../../src/media/tag.js';
import { isFrame, isKeyframe } from '../../../src/media/tag-info.js';
import { type StreamShape, syntheticStream } from '../streams.js';

/** A stream in three parts, each of which begins with a keyframe. */
export interface Film {
  readonly headers: readonly MediaTag[];
  readonly first: readonly MediaTag[];
  readonly middle: readonly MediaTag[];
  readonly last: readonly MediaTag[];
  /** Of the largest GOP. */
  readonly gopBytes: number;
  readonly gopFrames: number;
  readonly bytesPerSecond: number;
}

const SOUND = { video: 'h264', audio: 'aac', gopMs: 1_000 } as const;

/** About 5 MB in 12 s. */
export const FILM = film({ ...SOUND, durationMs: 12_000, keyframeBytes: 100_000, frameBytes: 12_500 }, [5_000, 8_000]);
export const SMALL = film({ ...SOUND, durationMs: 3_000, keyframeBytes: 1_000, frameBytes: 200 }, [1_000, 2_000]);
/** 20 MB in 4 s, more than a kernel takes. */
export const WIDE = film(
  { ...SOUND, gopMs: 400, durationMs: 4_000, frameBytes: 190_000, keyframeBytes: 380_000 },
  [400, 3_200],
);
export const OTHER_CODEC = changed(FILM);

function film(shape: StreamShape, [middleMs, lastMs]: readonly [number, number]): Film {
  const tags = syntheticStream(shape);
  const headers = tags.filter((tag) => !isFrame(tag));
  const frames = tags.filter(isFrame);
  const beginOf = (ms: number): number => frames.findIndex((tag) => tag.timestampMs >= ms && isKeyframe(tag));
  const [middle, last] = [beginOf(middleMs), beginOf(lastMs)];
  const sizeBytes = tags.reduce((sum, { body }) => sum + body.length, 0);
  const { gopMs = 1_000, durationMs } = shape;
  return {
    headers,
    first: [...headers, ...frames.slice(0, middle)],
    middle: frames.slice(middle, last),
    last: frames.slice(last),
    bytesPerSecond: (sizeBytes / durationMs) * 1_000,
    gopBytes: (sizeBytes / durationMs) * gopMs + 200_000,
    gopFrames: Math.ceil(frames.length / (durationMs / gopMs)) + 2,
  };
}

/** From the middle on it has another codec, and says so. */
function changed(one: Film): Film {
  const [startMs, lastMs] = [5_000, 8_000];
  const sound = [...one.middle, ...one.last].filter(({ kind }) => kind === 'audio');
  const picture = syntheticStream({ video: 'hevc', startMs, durationMs: 7_000, metadata: { videocodecid: 'hvc1' } });
  const rest = [...picture, ...sound].sort((a, b) => a.timestampMs - b.timestampMs);
  const lastAt = rest.findIndex((tag) => tag.timestampMs >= lastMs && isKeyframe(tag));
  return { ...one, middle: rest.slice(0, lastAt), last: rest.slice(lastAt) };
}
