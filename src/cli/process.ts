import { pausePrograms, resumePrograms } from '../ffmpeg/running-programs.js';
import type { StopSignal } from './exit-codes.js';
import { EXIT_OF_KIND, EXIT_OF_SIGNAL } from './exit-codes.js';
import { flushed } from './flushed.js';
import { isInForeground } from './foreground.js';
import { Interruption } from './interruption.js';
import { runProgram } from './program.js';
import { Suspension } from './suspension.js';
import { assumeUsualSize } from './terminal-size.js';
import type { CommandLoaders, InputStream, World } from './world.js';

/** How long things that should have ended may keep the process alive after its work is done. */
const LINGER_MS = 250;

const COMMANDS: CommandLoaders = {
  push: async () => (await import('../commands/push.js')).push,
  devices: async () => (await import('../commands/devices.js')).devices,
  pull: async () => (await import('../commands/pull.js')).pull,
  probe: async () => (await import('../commands/probe.js')).probe,
  serve: async () => (await import('../commands/serve.js')).serve,
  relay: async () => (await import('../commands/relay/relay.js')).relay,
};

/** Runs a command line as this process: with its streams, signals and exit status. */
export async function runProcess(argv: readonly string[]): Promise<void> {
  process.title = 'rtmpkit'; // on most systems this takes the arguments out of sight, too
  for (const output of [process.stdout, process.stderr]) assumeUsualSize(output);
  const interruption = new Interruption();
  const stopBy = stopper(interruption);
  const insteadOfStopping = watchSignals(stopBy);
  const suspension = new Suspension();
  watchStops(suspension);
  watchOutputs(interruption);
  const stdin = new LazyStdin();
  const world: World = {
    get stdin() {
      return stdin.stream;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    now: () => new Date(),
    interruption,
    interrupt: () => stopBy('SIGINT'),
    isInForeground,
    suspension,
    suspend: () => process.kill(0, 'SIGTSTP'), // as a terminal does it: whoever runs with us is stopped, too
    crashed: watchCrashes(interruption),
    onHangup: (run) => insteadOfStopping('SIGHUP', run),
    commands: COMMANDS,
  };
  process.exitCode = await runProgram(argv, world);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  stdin.close();
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** Standard input is opened only for those who read it: once open it keeps the process alive. */
class LazyStdin {
  #stream: InputStream | undefined;

  get stream(): InputStream {
    this.#stream ??= process.stdin;
    return this.#stream;
  }

  close(): void {
    this.#stream?.destroy();
  }
}

/**
 * The first signal asks for an orderly end, the second one ends at once. Not so SIGHUP: a terminal that is closed sends it,
 * and its shell once more.
 */
function stopper(interruption: Interruption): (signal: StopSignal) => void {
  return (signal) => {
    if (!interruption.stop({ by: 'signal', signal }) && signal !== 'SIGHUP') {
      interruption.abandon();
      process.exit(EXIT_OF_SIGNAL[signal]);
    }
  };
}

/** Gives back what makes a signal run something else; that in turn gives back what makes it stop the process again. */
function watchSignals(stopBy: (signal: StopSignal) => void): (signal: StopSignal, run: () => void) => () => void {
  for (const signal of Object.keys(EXIT_OF_SIGNAL) as StopSignal[]) process.on(signal, stopBy);
  return (signal, run) => {
    exchange(signal, stopBy, run);
    return () => exchange(signal, run, stopBy);
  };
}

/**
 * Ctrl-Z stops us as it stops others, only that the terminal is put in order before, and taken again at `fg`. Programs that we
 * run stop with us.
 */
function watchStops(suspension: Suspension): void {
  const onStop = (): void => {
    suspension.during(() => {
      pausePrograms();
      process.off('SIGTSTP', onStop);
      process.kill(process.pid, 'SIGTSTP'); // returns at SIGCONT; at once where no shell could wake us, and nothing is stopped
      process.on('SIGTSTP', onStop);
      resumePrograms();
    });
    process.kill(process.pid, 'SIGWINCH'); // only who is in front is told of another size
  };
  process.on('SIGTSTP', onStop);
}

/** The new listener comes first: a signal to which nobody listens ends the process. */
function exchange(signal: StopSignal, before: (signal: StopSignal) => void, after: (signal: StopSignal) => void): void {
  process.on(signal, after);
  process.off(signal, before);
}

/** Results that nobody reads any more end the command; talk that nobody reads does not. */
function watchOutputs(interruption: Interruption): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    interruption.stop(error.code === 'EPIPE' ? { by: 'reader gone' } : { by: 'output failure', error });
  });
}

/** What nobody caught goes to the program, which tells it; when that cannot be any more, the process ends at once. */
function watchCrashes(interruption: Interruption): Promise<never> {
  return new Promise((_resolve, reject) => {
    let isCrashed = false;
    const crash = (error: unknown): void => {
      const isOver = process.exitCode !== undefined;
      if (isCrashed || isOver) {
        interruption.abandon();
        process.stderr.write(
          `rtmpkit: this is a bug in rtmpkit: ${error instanceof Error ? error.name : 'failure'} at the end\n`,
        );
        process.exit(EXIT_OF_KIND.internal.code);
      }
      isCrashed = true;
      reject(error);
    };
    process.on('uncaughtException', crash);
    process.on('unhandledRejection', crash);
  });
}
