import type { WarningEvent } from '../events.js';
import type { TrackNotice } from '../media/track/notice.js';

/** Tells people what a recording cannot show as it came. */
export function recordingWarning(notice: TrackNotice): WarningEvent {
  const what = notice.trackId === 0 ? notice.kind : `${notice.kind} of track ${notice.trackId}`;
  switch (notice.type) {
    case 'unsupported-codec':
      return {
        event: 'warning',
        code: 'WARN_CODEC_LEFT_OUT',
        message: `this kind of file cannot hold ${what} in ${notice.codec}: it is left out`,
        advice: 'record into .mkv or .flv',
      };
    case 'no-room-for-track':
      return {
        event: 'warning',
        code: 'WARN_TRACK_LEFT_OUT',
        message: `the ${what} begins too late for this file: it is left out`,
        advice: 'record into .flv',
      };
    case 'format-changed':
      return notice.isKept
        ? {
            event: 'warning',
            code: 'WARN_FORMAT_CHANGED',
            message: `the ${what} goes on in another format; the file holds both, but not every player can show that`,
          }
        : {
            event: 'warning',
            code: 'WARN_FORMAT_LEFT_OUT',
            message: `the ${what} goes on in a format that this file cannot hold besides its first: it is left out`,
            advice: 'record into .flv',
          };
  }
}
