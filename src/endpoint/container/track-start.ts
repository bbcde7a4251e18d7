import type { PacketCursor, TrackPackets } from './container-reader.js';

/**
 * Media that lies before the file's own beginning: encoders' priming of the first audio frame is needed and stays, while
 * what an edit has cut off is not to be seen.
 */
const PRIMING_MS = 250;

/** Where the file's own timeline begins: at its first frame, or at 0 when media before that is cut off. */
export function originOf(firstPresentationMs: readonly number[]): number {
  const firstMs = Math.min(...firstPresentationMs);
  return firstMs < -PRIMING_MS ? 0 : firstMs;
}

/** Where to begin in a track. */
export interface WantedStart {
  readonly originMs: number;
  /** Not before the origin. */
  readonly startMs: number;
}

/** The keyframe at or before the start, or the first one; the first packet when none is said to be a keyframe. */
export async function findKeyframe(track: TrackPackets, start: WantedStart): Promise<PacketCursor | undefined> {
  const sought = (await isInside(track, start)) ? await track.keyframeAt(start.startMs) : undefined;
  return sought ?? (await track.firstKeyframe()) ?? (await track.first());
}

/** The first packet that sounds at the start or behind it. */
export async function findSound(track: TrackPackets, start: WantedStart): Promise<PacketCursor | undefined> {
  const sought = (await isInside(track, start)) ? await track.at(start.startMs) : undefined;
  if (sought === undefined) return track.first();
  if (sought.presentationMs + sought.durationMs <= start.startMs) await sought.advance();
  return sought.isAtEnd ? undefined : sought;
}

/** Whether packets of the track lie before the start. */
async function isInside(track: TrackPackets, { startMs, originMs }: WantedStart): Promise<boolean> {
  if (startMs > originMs) return true;
  const first = await track.first();
  return first !== undefined && first.presentationMs < originMs - PRIMING_MS;
}
