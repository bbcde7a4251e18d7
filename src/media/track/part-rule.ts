import type { Sample } from './track.js';

/** A part that begins with a keyframe is best for players; shorter ones than this are not worth it. */
const MIN_PART_MS = 500;
/** What is lost at most, when the writer is killed. */
const MAX_PART_MS = 1000;
const MAX_PART_BYTES = 512 * 1024;

/** Whether a part that began at `startMs` and has grown to `sizeBytes` should end before this sample. */
export function endsPart(sample: Sample, startMs: number, sizeBytes: number): boolean {
  const partMs = sample.dtsMs - startMs;
  const isJoinPoint = sample.track.format.kind === 'video' && sample.isKeyframe;
  return partMs >= MAX_PART_MS || sizeBytes >= MAX_PART_BYTES || (isJoinPoint && partMs >= MIN_PART_MS);
}

/** A longer step between frames is a pause, not the length of a frame. */
export const MAX_FRAME_LENGTH_MS = 10_000;
/** Of a picture, where nothing tells it. */
export const UNKNOWN_FRAME_LENGTH_MS = 40;
