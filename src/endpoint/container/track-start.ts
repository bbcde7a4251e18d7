import type { EncodedPacket, EncodedPacketSink, PacketRetrievalOptions } from 'mediabunny';

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

/** The keyframe at or before `startS`, or the first one; the first packet when no packet is said to be a keyframe. */
export async function findKeyframe(
  sink: EncodedPacketSink,
  startS: number,
  originS: number,
  options: PacketRetrievalOptions,
): Promise<EncodedPacket | null> {
  const isInside = startS > originS || (await isBefore(sink, originS));
  const sought = isInside ? await sink.getKeyPacket(startS, options) : null;
  return sought ?? (await sink.getFirstKeyPacket(options)) ?? (await sink.getFirstPacket(options));
}

/** The first packet that sounds at or after `startS`. */
export async function findSound(
  sink: EncodedPacketSink,
  startS: number,
  originS: number,
  options: PacketRetrievalOptions,
): Promise<EncodedPacket | null> {
  const isInside = startS > originS || (await isBefore(sink, originS));
  const sought = isInside ? await sink.getPacket(startS, options) : null;
  if (sought === null) return sink.getFirstPacket(options);
  return sought.timestamp + sought.duration > startS ? sought : sink.getNextPacket(sought, options);
}

async function isBefore(sink: EncodedPacketSink, originS: number): Promise<boolean> {
  const first = await sink.getFirstPacket({ metadataOnly: true });
  return first !== null && first.timestamp < originS - PRIMING_S;
}
