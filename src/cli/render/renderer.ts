import type { CommandEvent } from '../../events.js';
import type { StopSignal } from '../exit-codes.js';
import type { Failure } from '../failure.js';
import type { Suspendable } from '../suspension.js';
import type { OutputStream } from '../world.js';
import type { Style } from './style.js';

/** Shows what a command does; one implementation for terminals, one for pipes and logs, one for programs. */
export interface Renderer extends Suspendable {
  event(event: CommandEvent): void;
  /** The command ends in an error. */
  failure(failure: Failure): void;
  /** The command was asked to stop, and finishes its work. */
  stopping(signal: StopSignal): void;
  /** Takes away what moves, at once. Nothing comes after it but a failure. */
  close(): void;
}

/** What the renderers for people need. */
export interface RendererOptions {
  readonly output: OutputStream;
  readonly now: () => Date;
  /** How failures begin: `rtmpkit push`. */
  readonly program: string;
  /** How often `-v` was given: from 1 on every stage has its line. */
  readonly verbosity: number;
  readonly style: Style;
}

/** For `--quiet`. */
export function onlyFailures(renderer: Renderer): Renderer {
  return {
    event: () => {},
    stopping: () => {},
    failure: (failure) => renderer.failure(failure),
    close: () => renderer.close(),
    suspend: () => renderer.suspend(),
    resume: () => renderer.resume(),
  };
}
