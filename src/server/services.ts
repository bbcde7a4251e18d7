import type { CommandEvent } from '../events.js';
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
}
