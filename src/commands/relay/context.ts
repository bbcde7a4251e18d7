import type { RecycledMemory } from '../../bytes/recycled-memory.js';
import type { RedialOptions } from '../../endpoint/redial.js';
import type { RtmpLinkOptions } from '../../endpoint/rtmp-link.js';
import type { RtmpPeer } from '../../endpoint/rtmp-opening.js';
import type { CommandEvent, RelayPlace, RetryingEvent } from '../../events.js';
import type { Beat } from '../../flow/beat.js';
import type { RetryPolicy } from '../../flow/retry.js';
import type { WireObserver } from '../../net/pump.js';
import type { TlsOptions } from '../../net/tls-options.js';
import type { RtmpUrl } from '../../rtmp/url.js';
import { retryingEvent } from '../reconnection.js';

/** What all ends of a relay have in common. */
export interface RelayContext {
  readonly report: (event: CommandEvent) => void;
  /** The relay, for events. */
  readonly place: RelayPlace;
  readonly timeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly tls: TlsOptions;
  readonly retry: RetryPolicy;
  readonly observe: (() => WireObserver) | undefined;
  /** For the bodies of tags and what is on its way into sockets, of all relays. Nobody may keep a tag. */
  readonly memory: RecycledMemory;
  /** When sources are read, of all relays. */
  readonly beat: Beat;
  /** What should never happen has. */
  readonly onBug: (error: unknown) => void;
}

/** Which end of a relay an event is about. */
export type RelayEnd = RelayPlace & Pick<RetryingEvent, 'role' | 'url'>;

/** What becomes of a connection of one end. */
interface ConnectionListener {
  onConnected(): void;
  /** It was lost, or could not be made, and is tried again. */
  onRetry(): void;
}

/** What the endpoint of a relay is to be opened with, so that everything about its connections is reported. */
export function relayConnection(
  url: RtmpUrl,
  end: RelayEnd,
  signal: AbortSignal,
  context: RelayContext,
  listener: ConnectionListener,
): RtmpLinkOptions & RedialOptions & { readonly onConnected: (peer: RtmpPeer) => void } {
  const { report, timeoutMs, stallTimeoutMs, tls, retry, observe } = context;
  return {
    url,
    timeoutMs,
    stallTimeoutMs,
    tls,
    retry,
    signal,
    observe,
    onStage: (stage) => report({ event: 'connecting', ...end, stage }),
    onConnected: ({ software, ...peer }) => {
      report({ event: 'connected', ...end, ...peer, ...(software ? { software } : {}) });
      listener.onConnected();
    },
    onRetry: (next) => {
      report({ ...retryingEvent(next, retry.attempts), ...end });
      listener.onRetry();
    },
  };
}
