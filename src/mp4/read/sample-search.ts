import { RunWalk } from './run-walk.js';
import type { SampleTables } from './sample-tables.js';
import { decodeShiftOf } from './sample-walk.js';

/** Which sample of a track is presented when. Times are in the track's own units; numbers of samples count from 0. */

/** By how much decode times of the track have to be put back for all samples to be decoded before they are presented. */
export function decodeShift({ compositionOffsets }: SampleTables): number {
  let shift = 0;
  for (let row = 0; row < (compositionOffsets?.count ?? 0); row++) {
    shift = Math.max(shift, decodeShiftOf(compositionOffsets?.s32(row, 1) ?? 0));
  }
  return shift;
}

/** The one that is presented last at that time or before; `undefined`: all are later. */
export function samplePresentedAt(tables: SampleTables, ticks: number): number | undefined {
  return latest(tables, ticks, (before) => (before + 1 < tables.sizes.count ? before + 1 : undefined));
}

/** The keyframe that is presented last at that time or before; `undefined`: all are later. */
export function keyframePresentedAt(tables: SampleTables, ticks: number): number | undefined {
  const { keyframes } = tables;
  if (keyframes === undefined) return samplePresentedAt(tables, ticks);
  let row = 0;
  return latest(tables, ticks, (before) => {
    while (row < keyframes.count && keyframes.u32(row, 0) <= before + 1) row++;
    return keyframeIn(tables, row);
  });
}

export function firstKeyframe(tables: SampleTables): number | undefined {
  if (tables.keyframes === undefined) return tables.sizes.count > 0 ? 0 : undefined;
  return keyframeIn(tables, 0);
}

function keyframeIn({ keyframes, sizes }: SampleTables, row: number): number | undefined {
  if (keyframes === undefined || row >= keyframes.count) return undefined;
  const index = keyframes.u32(row, 0) - 1;
  return index >= 0 && index < sizes.count ? index : undefined;
}

/** @param following the number of the next sample that counts behind one */
function latest(
  tables: SampleTables,
  ticks: number,
  following: (before: number) => number | undefined,
): number | undefined {
  const durations = new RunWalk(tables.durations);
  const compositions = tables.compositionOffsets && new RunWalk(tables.compositionOffsets);
  const shift = decodeShift(tables);
  let found: number | undefined;
  let foundTicks = Number.NEGATIVE_INFINITY;
  let at = 0;
  for (let index = following(-1); index !== undefined; index = following(index)) {
    durations.advance(index - at);
    compositions?.advance(index - at);
    at = index;
    if (durations.sum - shift > ticks) break; // none that follows is presented earlier
    const presentedTicks = durations.sum + (compositions?.value ?? 0);
    if (presentedTicks > ticks || presentedTicks < foundTicks) continue;
    found = index;
    foundTicks = presentedTicks;
  }
  return found;
}

/** When the last sample is over, in the order of decoding. */
export function decodingEnd(tables: SampleTables): number {
  const durations = new RunWalk(tables.durations);
  durations.advance(tables.sizes.count);
  return durations.sum;
}

/** No frames are reordered farther. */
const MAX_REORDERED_FRAMES = 32;

/** When the sample that is presented last ends; `undefined`: there is none. */
export function presentationEnd(tables: SampleTables): number | undefined {
  const { count } = tables.sizes;
  if (count === 0) return undefined;
  const durations = new RunWalk(tables.durations);
  const compositions = tables.compositionOffsets && new RunWalk(tables.compositionOffsets);
  const first = Math.max(0, count - MAX_REORDERED_FRAMES);
  durations.advance(first);
  compositions?.advance(first);
  let endTicks = Number.NEGATIVE_INFINITY;
  for (let index = first; index < count; index++) {
    endTicks = Math.max(endTicks, durations.sum + Math.max(0, durations.value) + (compositions?.value ?? 0));
    durations.advance(1);
    compositions?.advance(1);
  }
  return endTicks;
}
