import type { RtmpkitError } from '../../errors.js';
import type { TargetStats } from '../../events.js';
import type { Broadcast } from '../../flow/broadcast.js';
import type { RelayContext } from './context.js';

/** Where a relay sends its stream. It has a place of its own in the broadcast, and never holds up the others. */
export interface RunningTarget {
  readonly name: string;
  /** Whether it takes the stream at the moment. */
  readonly isTaking: boolean;
  readonly stats: TargetStats;
  /** Settles when it is over, with its error when it has failed for good. Never rejects. */
  readonly over: Promise<RtmpkitError | undefined>;
  /** Takes no more, says goodbye and closes; bounded in time. */
  leave(): Promise<void>;
  /** Reports what came of it. */
  reportEnd(): void;
}

export interface TargetOptions {
  readonly context: RelayContext;
  readonly broadcast: Broadcast;
  /** How far it may fall behind before something is left out for it. */
  readonly maxQueueMs: number;
  /** Whether a file that is there is replaced. */
  readonly overwrite: boolean;
  /** `isTaking` may have changed. */
  readonly onChange: () => void;
}
