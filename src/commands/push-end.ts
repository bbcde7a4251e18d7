import type { EndedEvent } from '../events.js';

/** What servers did not get, and how often there was no connection to them. */
export interface Loss {
  readonly droppedFrames: number;
  /** May have arrived, or not. */
  readonly unconfirmedFrames: number;
  readonly reconnects: number;
}

/** As the last event tells it. */
export function lostFrames({
  droppedFrames,
  unconfirmedFrames,
}: Loss): Pick<EndedEvent, 'droppedFrames' | 'unconfirmedFrames'> {
  return { droppedFrames, ...(unconfirmedFrames === 0 ? {} : { unconfirmedFrames }) };
}

export const NO_LOSS: Loss = { droppedFrames: 0, unconfirmedFrames: 0, reconnects: 0 };

const MISSED = 'the server missed something while the connection was lost';
const TOO_SLOW = 'the server was too slow for all of it';

/** How a push ended, for people. */
export function pushReason({ droppedFrames, reconnects }: Loss, failedPlays: number, signal: AbortSignal): string {
  if (signal.aborted) return 'interrupted';
  const losses = [
    droppedFrames === 0 ? '' : reconnects > 0 ? MISSED : TOO_SLOW,
    failedPlays > 0 ? `inputs failed, ${failedPlays === 1 ? 'once' : `${failedPlays} times`}` : '',
  ].filter((loss) => loss !== '');
  return losses.length === 0 ? 'everything was sent' : `end of the input; ${losses.join(', and ')}`;
}
