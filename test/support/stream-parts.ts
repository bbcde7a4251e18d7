import type { MediaTag } from '../../src/media/tag.js';
import { isSequenceHeader } from '../../src/media/tag-info.js';

/** Audio or video that is heard or seen; for `data` all of it. */
export function framesOf(kind: MediaTag['kind'], tags: readonly MediaTag[]): MediaTag[] {
  return tags.filter((tag) => tag.kind === kind && !isSequenceHeader(tag));
}

export function timesOf(tags: readonly MediaTag[]): number[] {
  return tags.map(({ timestampMs }) => timestampMs);
}

export function newestMs(tags: readonly MediaTag[]): number {
  return Math.max(...timesOf(tags));
}

export function isBefore(ms: number): (tag: MediaTag) => boolean {
  return ({ timestampMs }) => timestampMs < ms;
}

/** Tells a mixed-up or changed frame from the right one. */
export function bodiesOf(tags: readonly MediaTag[]): string[] {
  return tags.map(({ body }) => Buffer.from(body).toString('base64'));
}

/** Whether neither audio nor video ever goes back in time. */
export function neverGoesBack(tags: readonly MediaTag[]): boolean {
  return (['audio', 'video'] as const).every((kind) => {
    const times = timesOf(framesOf(kind, tags));
    return times.every((time, i) => i === 0 || time >= times[i - 1]!);
  });
}
