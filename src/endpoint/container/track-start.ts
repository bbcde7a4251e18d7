import type { Packet, PacketPart, TrackPackets } from './track-packets.js';

/**
 * Media that lies before the file's own beginning: encoders' priming of the first audio frame is needed and stays, while
 * what an edit has cut off is not to be seen.
 */
const PRIMING_S = 0.25;

/** Where the file's own timeline begins: at its first frame, or at 0 when media before that is cut off. */
export function originOf(firstTimestampsS: readonly number[]): number {
  const firstS = Math.min(...firstTimestampsS);
  return firstS < -PRIMING_S ? 0 : firstS;
}

/** Where to begin in a track. */
export interface WantedStart {
  readonly originS: number;
  /** Not before the origin. */
  readonly startS: number;
}

/** The keyframe at or before the start, or the first one; the first packet when none is said to be a keyframe. */
export async function findKeyframe(track: TrackPackets, start: WantedStart, part: PacketPart): Promise<Packet | null> {
  const sought = (await isInside(track, start)) ? await track.keyframeAt(start.startS, part) : null;
  return sought ?? (await track.firstKeyframe(part)) ?? (await track.first(part));
}

/** The first packet that sounds at the start or behind it. */
export async function findSound(track: TrackPackets, start: WantedStart, part: PacketPart): Promise<Packet | null> {
  const sought = (await isInside(track, start)) ? await track.at(start.startS, part) : null;
  if (sought === null) return track.first(part);
  return sought.timestamp + sought.duration > start.startS ? sought : track.next(sought, part);
}

/** Whether packets of the track lie before the start. */
async function isInside(track: TrackPackets, { startS, originS }: WantedStart): Promise<boolean> {
  if (startS > originS) return true;
  const first = await track.first('times');
  return first !== null && first.timestamp < originS - PRIMING_S;
}
