import { describe, expect, it } from 'vitest';
import { StreamCourse } from '../../src/analysis/stream-course.js';
import type { MediaTag } from '../../src/media/tag.js';
import { syntheticStream } from '../support/streams.js';
import { healthyStream, retimed } from './streams.js';

const EPOCH_MS = 1_000_000;

/** As a server sends it: the delay of each tag is up to the test. */
function arriving(tags: readonly MediaTag[], delayMs: (timestampMs: number) => number = () => 0): StreamCourse {
  const course = new StreamCourse();
  for (const tag of tags) course.see([tag], EPOCH_MS + tag.timestampMs + delayMs(tag.timestampMs));
  return course;
}

function fromFile(tags: readonly MediaTag[]): StreamCourse {
  const course = new StreamCourse();
  course.see(tags);
  return course;
}

describe('the history of a stream', () => {
  it('has every keyframe, GOP and second of it', () => {
    const history = arriving(healthyStream()).history();
    expect(history.durationMs).toBeGreaterThan(9_900);
    expect(history.keyframeBytes).toMatchObject({ samplesPerPoint: 1 });
    expect(history.keyframeBytes.points.map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 10 }, (_, second) => second * 1_000),
    );
    expect(history.otherFrameBytes.points).toHaveLength(240);
    expect(history.gopMs.points).toEqual(
      Array.from({ length: 9 }, (_, i) => ({ atMs: i * 1_000, mean: 1_000, min: 1_000, max: 1_000 })),
    );
    expect(history.videoBitrate.stepMs).toBe(1_000);
    const [second = 0] = history.videoBitrate.kbps;
    const perGop = history.keyframeBytes.points[0]!.max + 24 * history.otherFrameBytes.points[0]!.max;
    expect(second).toBeCloseTo((perGop * 8) / 1_000, 1);
    expect(history.audioBitrate.kbps.length).toBe(history.videoBitrate.kbps.length);
  });

  it('knows nothing of arrivals in a file', () => {
    expect(fromFile(healthyStream()).history()).toMatchObject({ delayMs: null, jitterMs: null });
  });

  it('is empty before anything came', () => {
    const history = new StreamCourse().history();
    expect(history).toMatchObject({ durationMs: 0, videoBitrate: { kbps: [] }, delayMs: null });
    expect(history.keyframeBytes.points).toEqual([]);
  });

  it('counts delay from the quickest frame, and leaves the first burst out', () => {
    // Three seconds that were kept come at once; then every tenth second of a frame is 80 ms late.
    const late = (at: number): number => (at < 3_000 ? 3_000 - at : at % 1_000 < 40 ? 80 : 0);
    const { delayMs, jitterMs } = arriving(healthyStream(), late).history();
    expect(delayMs!.points[0]!.atMs).toBeGreaterThanOrEqual(2_900);
    expect(Math.max(...delayMs!.points.map(({ max }) => max))).toBe(80);
    expect(Math.min(...delayMs!.points.map(({ min }) => min))).toBe(0);
    expect(Math.max(...jitterMs!.points.map(({ max }) => max))).toBe(80);
  });

  it('has the skew of what comes together', () => {
    const shifted = retimed(healthyStream(), 'audio', (at) => at + 200);
    const { skewMs } = fromFile(shifted).history();
    const means = skewMs.points.slice(5).map(({ mean }) => mean);
    expect(means.reduce((sum, mean) => sum + mean, 0) / means.length).toBeCloseTo(-200, -1);
  });

  it('goes on where timestamps begin anew', () => {
    const tags = [...healthyStream(), ...healthyStream()];
    const { durationMs, keyframeBytes } = fromFile(tags).history();
    expect(durationMs).toBeGreaterThan(19_500);
    expect(durationMs).toBeLessThan(20_500);
    expect(keyframeBytes.points).toHaveLength(20);
  });

  it('stays bounded in a long stream, and says for how many frames a point stands', () => {
    const hour = syntheticStream({ video: 'h264', durationMs: 3_600_000, fps: 25, keyframeBytes: 30, frameBytes: 10 });
    const { otherFrameBytes, videoBitrate, gopMs } = arriving(hour).history();
    expect(otherFrameBytes.points.length).toBeLessThanOrEqual(1_024);
    expect(otherFrameBytes.samplesPerPoint).toBe(128);
    expect(otherFrameBytes.points.length * 128).toBeGreaterThanOrEqual(3_600 * 24);
    expect(videoBitrate.kbps.length).toBeLessThanOrEqual(600);
    expect(videoBitrate.kbps.length * videoBitrate.stepMs).toBeGreaterThanOrEqual(3_599_000);
    expect(gopMs).toMatchObject({ samplesPerPoint: 4 });
  });

  it('keeps the largest frame when points are joined', () => {
    const course = new StreamCourse();
    const stream = syntheticStream({ video: 'h264', durationMs: 200_000, keyframeBytes: 30, frameBytes: 10 });
    const [large] = syntheticStream({ video: 'h264', durationMs: 80, frameBytes: 5_000 }).slice(-1);
    course.see(
      stream.map((tag) =>
        tag.timestampMs === 100_040 && tag.kind === 'video' ? { ...large!, timestampMs: 100_040 } : tag,
      ),
    );
    const { points } = course.history().otherFrameBytes;
    expect(Math.max(...points.map(({ max }) => max))).toBeGreaterThan(4_900);
  });
});

describe('the newest seconds', () => {
  it('are counted by arrival, without the first', () => {
    const { seconds, silentMs } = arriving(healthyStream()).recent(EPOCH_MS + 10_000);
    expect(seconds).toHaveLength(9);
    expect(seconds.every(({ fps }) => fps === 25)).toBe(true);
    expect(seconds[0]).toMatchObject({ jitterMs: 0 });
    expect(silentMs).toBeLessThan(40);
  });

  it('are empty ones while nothing comes', () => {
    const { seconds, silentMs } = arriving(healthyStream()).recent(EPOCH_MS + 14_500);
    expect(seconds.slice(-4)).toEqual(
      Array.from({ length: 4 }, () => ({ videoKbps: 0, audioKbps: 0, fps: 0, jitterMs: null, skewMs: null })),
    );
    expect(silentMs).toBeGreaterThan(4_400);
  });

  it('are no more than 240, however long it goes on or stands still', () => {
    const course = arriving(syntheticStream({ video: 'h264', durationMs: 400_000, frameBytes: 10 }));
    expect(course.recent(EPOCH_MS + 400_000).seconds).toHaveLength(240);
    expect(course.recent(EPOCH_MS + 4e12).seconds).toHaveLength(240);
  });
});
