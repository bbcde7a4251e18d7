import type { EndedEvent } from '../../events.js';
import { bitrate, counted, share } from '../../text/quantities.js';
import { shortTime } from '../../text/stream-words.js';

/** The bitrate of all of it, and what the way carries, where that is known. */
export function rateWords(kbps: number, { capacityKbps }: EndedEvent): string {
  const most = typeof capacityKbps === 'number' ? ` of ${bitrate(Math.max(capacityKbps, kbps))} possible` : '';
  return `${bitrate(kbps)}${most}`;
}

/** What went wrong on the way, and how long the way is. */
export function deliveryWords(event: EndedEvent): string[] {
  const { droppedFrames = 0, unconfirmedFrames = 0, lossRate = 0, reconnects = 0, retries = 0, rttMs } = event;
  const lossShare = lossRate > 0 ? ` (${share(lossRate)})` : '';
  return [
    droppedFrames > 0 ? `${counted(droppedFrames, 'frame')} dropped${lossShare}` : '',
    unconfirmedFrames > 0 ? `${counted(unconfirmedFrames, 'frame')} may not have arrived` : '',
    ...attempts({ reconnects, retries }),
    typeof rttMs === 'number' ? `RTT ${shortTime(rttMs)}` : '',
  ].filter((words) => words !== '');
}

/** How often a connection was made again, and how often it was tried, where that is more. */
export function attempts({ reconnects, retries }: { readonly reconnects: number; readonly retries: number }): string[] {
  return [
    reconnects > 0 ? counted(reconnects, 'reconnect') : '',
    retries > reconnects ? counted(retries, 'retry', 'retries') : '',
  ].filter((words) => words !== '');
}
