import { ID } from '../ebml.js';
import { childrenOf, unsignedOf } from './element-reader.js';

/** A place where playing can begin (RFC 9559 5.1.5.1). */
export interface Cue {
  readonly ticks: number;
  /** Of its cluster, from the first byte of the segment's data on. */
  readonly clusterPosition: number;
}

/**
 * The cues of one track, by time; those of all tracks when it has none.
 *
 * @param cues the data of `Cues`
 */
export function readCueList(cues: Uint8Array, trackNumber: number): Cue[] {
  const all: Cue[] = [];
  const own: Cue[] = [];
  for (const { id, data } of childrenOf(cues)) {
    if (id === ID.CuePoint) readCuePoint(data, trackNumber, all, own);
  }
  return (own.length > 0 ? own : all).sort((a, b) => a.ticks - b.ticks);
}

function readCuePoint(point: Uint8Array, trackNumber: number, all: Cue[], own: Cue[]): void {
  let ticks: number | undefined;
  for (const { id, data } of childrenOf(point)) {
    if (id === ID.CueTime) ticks = unsignedOf(data);
    if (id !== ID.CueTrackPositions || ticks === undefined) continue;
    const { track, clusterPosition } = readPositions(data);
    if (clusterPosition === undefined) continue;
    const cue = { ticks, clusterPosition };
    all.push(cue);
    if (track === trackNumber) own.push(cue);
  }
}

function readPositions(positions: Uint8Array): { track: number | undefined; clusterPosition: number | undefined } {
  let track: number | undefined;
  let clusterPosition: number | undefined;
  for (const { id, data } of childrenOf(positions)) {
    if (id === ID.CueTrack) track = unsignedOf(data);
    if (id === ID.CueClusterPosition) clusterPosition = unsignedOf(data);
  }
  return { track, clusterPosition };
}
