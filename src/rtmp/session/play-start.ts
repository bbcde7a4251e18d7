import type { Play } from '../message/commands/play.js';
import type { PlayStart } from './events.js';

/** Live only, in seconds as the document says and in milliseconds as Flash and those like it send. */
const LIVE_ONLY = [-1, -1000];

/**
 * What a play asks for, in one unit (RTMP 7.2.2.1). Numbers from -1 downward are words; others are seconds by the
 * document, but milliseconds from FFmpeg, librtmp and those that pass for them.
 */
export function playRange(
  { start, duration }: Play,
  flashVer: string,
): { readonly start: PlayStart; readonly durationMs: number | undefined } {
  const unitMs = countsMilliseconds(flashVer) ? 1 : 1000;
  return {
    start: playStart(start, unitMs),
    durationMs: duration === undefined || duration < 0 ? undefined : duration * unitMs,
  };
}

function playStart(start: number | undefined, unitMs: number): PlayStart {
  if (start !== undefined && start >= 0) {
    return { from: 'recorded', positionMs: start * unitMs };
  }
  return { from: LIVE_ONLY.includes(start ?? 0) ? 'live' : 'live-or-recorded' };
}

/** FFmpeg, VLC, librtmp and GStreamer play as Flash on Linux. */
function countsMilliseconds(flashVer: string): boolean {
  return /^LNX|Lavf|librtmp/i.test(flashVer);
}

/** How our client says where to begin: as FFmpeg and librtmp do, in milliseconds. */
export function playStartArgument(start: PlayStart): number {
  switch (start.from) {
    case 'live':
      return -1000;
    case 'live-or-recorded':
      return -2000;
    case 'recorded':
      return start.positionMs;
  }
}
