import type { Readable, Writable } from 'node:stream';
import type { DevicesOptions, ProbeOptions, PullOptions, PushOptions, ServeOptions } from '../commands/options.js';
import type { RelaysOptions } from '../commands/relay/options.js';
import type { CommandEvent } from '../events.js';
import type { Interruption } from './interruption.js';
import type { Environment } from './options/layers.js';
import type { Suspension } from './suspension.js';

/** A stream of the process: a terminal, or a file or pipe. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly getColorDepth?: (environment?: Environment) => number;
};

export type InputStream = Readable & { readonly isTTY?: boolean; readonly setRawMode?: (isRaw: boolean) => unknown };

export type Start<Options> = (options: Options, signal: AbortSignal) => AsyncIterable<CommandEvent>;

/** The commands, each loaded only when it is called for. */
export interface CommandLoaders {
  readonly push: () => Promise<Start<PushOptions>>;
  readonly devices: () => Promise<Start<DevicesOptions>>;
  readonly pull: () => Promise<Start<PullOptions>>;
  readonly probe: () => Promise<Start<ProbeOptions>>;
  readonly serve: () => Promise<Start<ServeOptions>>;
  readonly relay: () => Promise<Start<RelaysOptions>>;
}

/** All that the command line takes from outside, so that tests can give it something else. */
export interface World {
  /** Touched only by those who read it: it keeps the process alive. */
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Environment;
  readonly now: () => Date;
  readonly interruption: Interruption;
  /** What Ctrl-C does: for those who read keys, to whom it comes as one of them. */
  readonly interrupt: () => void;
  /** Whether the terminal is ours, if there is one. */
  readonly isInForeground: () => boolean;
  readonly suspension: Suspension;
  /** What Ctrl-Z does. */
  readonly suspend: () => void;
  /** Never fulfilled; rejected with what no one caught. */
  readonly crashed: Promise<never>;
  /** Calls back at each SIGHUP, which asks for an orderly end while nobody listens. Gives back what stops it. */
  readonly onHangup: (run: () => void) => () => void;
  readonly commands: CommandLoaders;
}
