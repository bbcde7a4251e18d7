import type { TrackNotice } from './notice.js';
import type { Sample, Track, TrackFormat } from './track.js';

/** Why a frame does not go into the file. */
export type LeftOutReason = 'before-start' | 'unsupported' | 'other-format';

/** What becomes of a frame. */
export type FrameFate = Sample | LeftOutReason;

/** What the tracks of a stream need of the file they go into. */
export interface TrackHost {
  /** Gives the track a number and a place in the file, or not. */
  openTrack(format: TrackFormat): Track | 'unsupported-codec' | 'no-room-for-track';
  notice(notice: TrackNotice): void;
  /** Size of the picture as metadata tells it, for want of anything better. */
  readonly announcedSize: { readonly width: number; readonly height: number } | undefined;
}

export function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
