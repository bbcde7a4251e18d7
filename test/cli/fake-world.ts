import { Interruption } from '../../src/cli/interruption.js';
import { runProgram } from '../../src/cli/program.js';
import { Suspension } from '../../src/cli/suspension.js';
import type { InputStream, World } from '../../src/cli/world.js';
import type {
  DevicesOptions,
  ProbeOptions,
  PullOptions,
  PushOptions,
  ServeOptions,
} from '../../src/commands/options.js';
import type { RelaysOptions } from '../../src/commands/relay/options.js';
import type { CommandEvent } from '../../src/events.js';
import { asOutput, FakeFile, type FakeTerminal, stdinWith } from './fake-terminal.js';

export type Script = (signal: AbortSignal) => AsyncIterable<CommandEvent>;

export interface RunSettings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string | InputStream;
  readonly stderr?: FakeTerminal;
  /** What the command does. */
  readonly script?: Script;
  readonly interruption?: Interruption;
  readonly suspension?: Suspension;
  readonly crashed?: Promise<never>;
  readonly onHangup?: World['onHangup'];
}

export interface Run {
  readonly exitCode: number;
  readonly stdout: FakeFile;
  readonly stderr: FakeFile;
  /** What the command was given. */
  readonly push: PushOptions | undefined;
  readonly devices: DevicesOptions | undefined;
  readonly pull: PullOptions | undefined;
  readonly probe: ProbeOptions | undefined;
  readonly serve: ServeOptions | undefined;
  readonly relay: RelaysOptions | undefined;
}

const NOW = new Date(2024, 4, 6, 14, 3, 22);

/** Runs a command line in a world where the commands only tell what they were given. */
export async function run(argv: readonly string[], settings: RunSettings = {}): Promise<Run> {
  const stdout = new FakeFile();
  const stderr = new FakeFile();
  const given: { -readonly [Name in 'push' | 'devices' | 'pull' | 'probe' | 'serve' | 'relay']?: Run[Name] } = {};
  const script = settings.script ?? nothing;
  const interruption = settings.interruption ?? new Interruption();
  const world: World = {
    stdin: typeof settings.stdin === 'object' ? settings.stdin : (stdinWith(settings.stdin ?? '') as InputStream),
    stdout: asOutput(stdout),
    stderr: asOutput(settings.stderr ?? stderr),
    environment: settings.environment ?? {},
    now: () => NOW,
    interruption,
    isInForeground: () => true,
    suspension: settings.suspension ?? new Suspension(),
    suspend: () => {},
    interrupt: () => interruption.stop({ by: 'signal', signal: 'SIGINT' }),
    crashed: settings.crashed ?? new Promise<never>(() => {}),
    onHangup: settings.onHangup ?? (() => () => {}),
    commands: {
      push: async () => (options, signal) => {
        given.push = options;
        return script(signal);
      },
      devices: async () => (options, signal) => {
        given.devices = options;
        return script(signal);
      },
      pull: async () => (options, signal) => {
        given.pull = options;
        return script(signal);
      },
      probe: async () => (options, signal) => {
        given.probe = options;
        return script(signal);
      },
      serve: async () => (options, signal) => {
        given.serve = options;
        return script(signal);
      },
      relay: async () => (options, signal) => {
        given.relay = options;
        return script(signal);
      },
    },
  };
  const exitCode = await runProgram(argv, world);
  const { push, devices, pull, probe, serve, relay } = given;
  return { exitCode, stdout, stderr, push, devices, pull, probe, serve, relay };
}

/** A command that throws. */
export function failing(error: unknown, ...before: CommandEvent[]): Script {
  return async function* () {
    yield* before;
    throw error;
  };
}

/** A command that tells these events and ends. */
export function telling(...events: CommandEvent[]): Script {
  return async function* () {
    yield* events;
  };
}

async function* nothing(): AsyncGenerator<CommandEvent, void> {}
