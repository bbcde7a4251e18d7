import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { RedialOptions, Retry } from '../endpoint/redial.js';
import type { RtmpLinkOptions } from '../endpoint/rtmp-link.js';
import type { RtmpPeer, RtmpRole } from '../endpoint/rtmp-opening.js';
import type { CommandEvent, RelayPlace, RetryingEvent } from '../events.js';
import type { RetryPolicy } from '../flow/retry.js';
import type { WireObserver } from '../net/pump.js';
import type { TlsOptions } from '../net/tls-options.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { messageReports } from './message-reports.js';
import { type ConnectionUse, retryPolicy } from './retry-policy.js';
import type { SettledConnectionOptions } from './settled-options.js';

/** What all connections of a command have in common. */
export interface ConnectionContext {
  readonly report: (event: CommandEvent) => void;
  readonly timeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly tls: TlsOptions;
  readonly retry: RetryPolicy;
  readonly observe: (() => WireObserver) | undefined;
  /** For the bodies of tags and what is on its way into sockets. */
  readonly memory: RecycledMemory;
}

export function connectionContext(
  { timeoutMs, stallTimeoutMs, tls, messages, retry }: SettledConnectionOptions,
  use: ConnectionUse,
  memory: RecycledMemory,
  report: (event: CommandEvent) => void,
): ConnectionContext {
  const observe = messageReports(messages, report);
  return { report, timeoutMs, stallTimeoutMs, tls, retry: retryPolicy(retry, use), observe, memory };
}

/** Which end of a stream an event is about. The URL is redacted. */
export type StreamEnd = RelayPlace & { readonly role: RtmpRole; readonly url: string };

/** What becomes of the connection of an end. */
export interface ConnectionListener {
  onConnected(): void;
  /** It was lost, or could not be made, and is tried again. */
  onRetry(retry: Retry): void;
}

/** What an endpoint is to be opened with, so that everything about its connections is reported. */
export function reconnecting(
  url: RtmpUrl,
  end: StreamEnd,
  signal: AbortSignal,
  { report, ...context }: ConnectionContext,
  listener: ConnectionListener,
): RtmpLinkOptions & RedialOptions & { readonly onConnected: (peer: RtmpPeer) => void } {
  const { timeoutMs, stallTimeoutMs, tls, retry, observe, memory } = context;
  return {
    url,
    timeoutMs,
    stallTimeoutMs,
    tls,
    retry,
    observe,
    memory,
    signal,
    onStage: (stage) => report({ event: 'connecting', ...end, stage }),
    onConnected: ({ software, ...peer }) => {
      report({ event: 'connected', ...end, ...peer, ...(software ? { software } : {}) });
      listener.onConnected();
    },
    onRetry: (next) => {
      report({ ...retryingEvent(next, retry.attempts), ...end });
      listener.onRetry(next);
    },
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
