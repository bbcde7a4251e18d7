import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { RedialOptions, Retry } from '../endpoint/redial.js';
import type { RtmpLinkOptions } from '../endpoint/rtmp-link.js';
import type { RtmpPeer, RtmpRole } from '../endpoint/rtmp-opening.js';
import type { CommandEvent, RetryingEvent } from '../events.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { messageReports } from './message-reports.js';
import type { ConnectionOptions } from './options.js';
import { type ConnectionUse, retryPolicy } from './retry-policy.js';

/** A connection of a command, as often as it has to be made. */
export interface Reconnection {
  readonly role: RtmpRole;
  readonly url: RtmpUrl;
  /** What events call it, where it is one of several. */
  readonly place?: { readonly url: string; readonly target?: string };
  readonly use: ConnectionUse;
  readonly memory: RecycledMemory;
  readonly signal: AbortSignal;
  readonly report: (event: CommandEvent) => void;
}

/** What the endpoint of a command is to be opened with, so that everything about its connections is reported. */
export function reconnecting(
  { role, url, place, use, memory, signal, report }: Reconnection,
  { timeoutMs, stallTimeoutMs, tls, messages, retry: wish }: ConnectionOptions,
): RtmpLinkOptions & RedialOptions & { readonly onConnected: (peer: RtmpPeer) => void } {
  const retry = retryPolicy(wish, use);
  const about = { role, url: url.redacted, ...place };
  return {
    url,
    timeoutMs,
    stallTimeoutMs,
    tls,
    memory,
    signal,
    retry,
    onStage: (stage) => report({ event: 'connecting', ...about, stage }),
    onConnected: ({ software, ...peer }) =>
      report({ event: 'connected', ...about, ...peer, ...(software ? { software } : {}) }),
    onRetry: (next) => report({ ...retryingEvent(next, retry.attempts), ...about }),
    observe: messageReports(messages, report),
  };
}

/** What is told of a wait. */
export function retryingEvent(
  { attempt, delayMs, error }: Retry,
  attempts: number,
): Omit<RetryingEvent, 'role' | 'url'> {
  return {
    event: 'retrying',
    attempt,
    attempts: Number.isFinite(attempts) ? attempts : null,
    delayMs,
    code: error.code,
    reason: error.message,
    ...(error.peerWords === undefined ? {} : { peerWords: error.peerWords }),
  };
}
