import type { MediaReport } from '../../src/analysis/stream-analysis.js';
import { StreamAnalysis } from '../../src/analysis/stream-analysis.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isSequenceHeader } from '../../src/media/tag-info.js';
import { syntheticStream } from '../support/streams.js';

/** Ten seconds of 25 frames per second, a keyframe every second, and AAC at 44.1 kHz: nothing is wrong with it. */
export function healthyStream(): MediaTag[] {
  return syntheticStream({ video: 'h264', audio: 'aac', durationMs: 10_000, metadata: { framerate: 25 } });
}

/** As a file gives it. */
export function analysed(tags: readonly MediaTag[]): MediaReport {
  const analysis = new StreamAnalysis();
  analysis.see(tags);
  return analysis.report();
}

/** As a server sends it: the delay of each tag is up to the test. */
export function arriving(tags: readonly MediaTag[], delayMs: (timestampMs: number) => number): MediaReport {
  const analysis = new StreamAnalysis();
  for (const tag of tags) analysis.see([tag], 1_000_000 + tag.timestampMs + delayMs(tag.timestampMs));
  return analysis.report();
}

export function codesOf({ warnings }: Pick<MediaReport, 'warnings'>): string[] {
  return warnings.map(({ code }) => code);
}

/** The frames of one kind with other times. */
export function retimed(
  tags: readonly MediaTag[],
  kind: MediaTag['kind'],
  time: (timestampMs: number) => number,
): MediaTag[] {
  return tags.map((tag) =>
    tag.kind === kind && !isSequenceHeader(tag) ? { ...tag, timestampMs: time(tag.timestampMs) } : tag,
  );
}
