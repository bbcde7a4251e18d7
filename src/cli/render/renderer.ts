import type { CommandEvent } from '../../events.js';
import type { StopSignal } from '../exit-codes.js';
import type { Failure } from '../failure.js';

/** Shows what a command does; one implementation for terminals, one for pipes and logs, one for programs. */
export interface Renderer {
  event(event: CommandEvent): void;
  /** The command ends in an error. */
  failure(failure: Failure): void;
  /** The command was asked to stop, and finishes its work. */
  stopping(signal: StopSignal): void;
  /** Takes away what moves, at once. Nothing comes after it but a failure. */
  close(): void;
}

/** For `--quiet`. */
export function onlyFailures(renderer: Renderer): Renderer {
  return {
    event: () => {},
    stopping: () => {},
    failure: (failure) => renderer.failure(failure),
    close: () => renderer.close(),
  };
}
