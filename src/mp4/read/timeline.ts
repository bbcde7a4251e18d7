import { findBox } from './box.js';
import { readFullBox, readS64, readTime } from './full-box.js';

/** How the times of a track lie on the file's own timeline. */
export interface TrackTimeline {
  /** Units per second of the track's own times. */
  readonly timescale: number;
  /** What of the track's own time is presented first. */
  readonly mediaStartTicks: number;
  /** When that is presented. */
  readonly delayMs: number;
}

export function toMs({ timescale, mediaStartTicks, delayMs }: TrackTimeline, ticks: number): number {
  return ((ticks - mediaStartTicks) * 1000) / timescale + delayMs;
}

/** The last tick at that time or before. Times in ms are not exact: what is next to a tick means that tick. */
export function ticksAt({ timescale, mediaStartTicks, delayMs }: TrackTimeline, ms: number): number {
  return Math.floor(((ms - delayMs) * timescale) / 1000 + mediaStartTicks + ROUNDING_TICKS);
}

const ROUNDING_TICKS = 1e-3;

const EMPTY_EDIT = -1;

/**
 * By the track's edit list (ISO/IEC 14496-12 8.6.6): empty edits delay it, and the first edit of media tells where it begins.
 * What further edits leave out or repeat is not looked at.
 *
 * @param trak content of the track's box
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function readTimeline(trak: Uint8Array, timescale: number, movieTimescale: number): TrackTimeline {
  const elst = findBox(trak, 'edts', 'elst');
  if (elst === undefined) return { timescale, mediaStartTicks: 0, delayMs: 0 };
  return readFullBox('elst', elst, (r, head) => {
    let delay = 0;
    for (let left = r.u32('count'); left > 0 && !r.atEnd; left--) {
      const duration = readTime(r, head, 'edit duration');
      const mediaStartTicks = head.version === 0 ? r.s32('media time') : readS64(r, 'media time');
      r.skip(4, 'rate');
      if (mediaStartTicks !== EMPTY_EDIT) return { timescale, mediaStartTicks, delayMs: toDelayMs(delay) };
      delay += duration;
    }
    return { timescale, mediaStartTicks: 0, delayMs: toDelayMs(delay) };
  });

  function toDelayMs(delay: number): number {
    return movieTimescale === 0 ? 0 : (delay * 1000) / movieTimescale;
  }
}
