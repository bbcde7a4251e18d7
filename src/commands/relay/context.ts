import type { CommandEvent, RelayPlace } from '../../events.js';
import type { RetryPolicy } from '../../flow/retry.js';
import type { WireObserver } from '../../net/pump.js';
import type { TlsOptions } from '../../net/tls-options.js';

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
  /** What should never happen has. */
  readonly onBug: (error: unknown) => void;
}
