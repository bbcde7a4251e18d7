import type { CommandEvent } from '../events.js';
import type { WireObserver } from '../net/pump.js';
import type { Display } from './display.js';
import type { ServerLimits } from './limits.js';
import type { Recorder } from './recorder.js';
import type { StreamRegistry } from './stream-registry.js';

/** What every connection of a server shares. */
export interface Services {
  readonly registry: StreamRegistry;
  readonly recorder: Recorder | undefined;
  readonly limits: ServerLimits;
  readonly report: (event: CommandEvent) => void;
  readonly display: Display;
  /** Makes an observer for the connection of this number. */
  readonly observe?: ((connection: number) => WireObserver) | undefined;
}
