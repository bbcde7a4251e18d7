import { ID } from '../ebml.js';
import { childrenOf, floatOf, unsignedOf } from './element-reader.js';

/** What `Info` (RFC 9559 5.1.2) says of the whole segment. */
export interface SegmentInfo {
  /** What the timestamps of clusters, blocks and cues count. */
  readonly tickMs: number;
  /** From 0 to the end of the last frame; `undefined` when the file was written live. */
  readonly durationMs: number | undefined;
}

const NS_PER_MS = 1_000_000;
const DEFAULT_TICK_NS = 1_000_000;

/** @param info the data of the element; none when the segment has no such element */
export function readSegmentInfo(info: Uint8Array = new Uint8Array(0)): SegmentInfo {
  let tickMs = DEFAULT_TICK_NS / NS_PER_MS;
  let durationTicks: number | undefined;
  for (const { id, data } of childrenOf(info)) {
    if (id === ID.TimestampScale) tickMs = (unsignedOf(data) || DEFAULT_TICK_NS) / NS_PER_MS;
    if (id === ID.Duration) durationTicks = floatOf(data);
  }
  return { tickMs, durationMs: durationTicks === undefined || durationTicks <= 0 ? undefined : durationTicks * tickMs };
}

/** Where `SeekHead` (RFC 9559 5.1.1) says that an element lies: from the first byte of the segment's data on. */
export function seekPositionOf(seekHead: Uint8Array, wantedId: number): number | undefined {
  for (const { id, data } of childrenOf(seekHead)) {
    if (id !== ID.Seek) continue;
    let soughtId: number | undefined;
    let position: number | undefined;
    for (const child of childrenOf(data)) {
      if (child.id === ID.SeekID) soughtId = unsignedOf(child.data);
      if (child.id === ID.SeekPosition) position = unsignedOf(child.data);
    }
    if (soughtId === wantedId) return position;
  }
  return undefined;
}
