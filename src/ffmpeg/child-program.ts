import type { Readable, Writable } from 'node:stream';
import { FfmpegError } from '../errors.js';
import type { Environment } from './find-program.js';
import { Lines } from './lines.js';
import { OrphanWatch } from './orphan-watch.js';
import { nowRuns } from './running-programs.js';

export interface ChildProgramOptions {
  /** An absolute path. */
  readonly path: string;
  /** Anybody on the machine can read them: nothing secret. */
  readonly args: readonly string[];
  readonly stdin: 'pipe' | 'ignore';
  /** `stderr`: what it says goes to our standard error. */
  readonly stdout: 'pipe' | 'ignore' | 'inherit' | 'stderr';
  /** Default: its lines go to `onLine`. */
  readonly stderr?: 'pipe' | 'inherit';
  /** Besides those of this process, without the ones that are for us: a stream key may be among them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Each line of its standard error; the memory of a line is bounded. */
  readonly onLine?: (line: string) => void;
}

/** How a program ended: one of them is there. */
export interface ProgramExit {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** What is needed of a running child. */
interface Child {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  once(event: 'exit', listener: (exitCode: number | null, signal: NodeJS.Signals | null) => void): unknown;
  kill(signal: NodeJS.Signals): boolean;
}

/** How long a program may take to end when it is asked to. */
const GRACE_MS = 2_000;
/** How long a program's last words may take to come after its end: something that it started may hold the pipe. */
const LAST_WORDS_MS = 250;

const IS_WINDOWS = process.platform === 'win32';

/**
 * The owner of one child process. Whatever ends this process ends the child, too. The child leads a process group of its own:
 * what a terminal tells our group does not reach it past us, and what it starts ends with it. Whoever lets this process be
 * stopped stops it, too (`pausePrograms`).
 */
export class ChildProgram {
  readonly pid: number;
  /** What we have to say to it, when `stdin` is `pipe`. A program that ends before it has read everything is no error. */
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  /** Resolves when it has ended and its last words have come. Never rejected. */
  readonly finished: Promise<ProgramExit>;
  readonly #child: Child;
  #isOver = false;
  #stopping: Promise<void> | undefined;

  private constructor(child: Child, pid: number, onLine: (line: string) => void) {
    this.#child = child;
    this.pid = pid;
    this.stdin = child.stdin ?? undefined;
    this.stdout = child.stdout ?? undefined;
    this.stdin?.on('error', () => {});
    this.stdout?.on('error', () => {}); // who reads it sees it, too
    this.finished = this.#watch(onLine, new OrphanWatch(pid));
  }

  /** @throws {FfmpegError} `ERR_FFMPEG_MISSING` when it cannot be started */
  static async start(options: ChildProgramOptions): Promise<ChildProgram> {
    const { path, args, stdin, stdout, stderr = 'pipe', environment = {}, onLine = () => {} } = options;
    const { execa } = await import('execa');
    const child = execa(path, args, {
      stdin,
      stdout: stdout === 'stderr' ? process.stderr : stdout,
      stderr,
      extendEnv: false,
      env: { ...withoutOurs(process.env), ...environment },
      buffer: false,
      reject: false,
      cleanup: false,
      detached: !IS_WINDOWS,
      windowsHide: false, // a player is to have its window
    });
    if (child.pid === undefined) {
      const { code = 'unknown reason' } = await child;
      throw new FfmpegError('ERR_FFMPEG_MISSING', `${path}: cannot be started (${code})`, { stage: 'ffmpeg' });
    }
    return new ChildProgram(child, child.pid, onLine);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Stands still, with all that it has started, until it may go on. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  goOn(): void {
    this.#signal('SIGCONT');
  }

  /** Asks it to end (SIGTERM), and kills it after a grace. Resolves when it has ended. */
  stop(graceMs: number = GRACE_MS): Promise<void> {
    this.#stopping ??= this.#end(graceMs);
    return this.#stopping;
  }

  async #end(graceMs: number): Promise<void> {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), graceMs);
    await this.finished;
    clearTimeout(timer);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#isOver) return;
    try {
      process.kill(IS_WINDOWS ? this.pid : -this.pid, signal);
    } catch {
      this.#child.kill(signal); // the group is gone already, or not yet there
    }
  }

  async #watch(onLine: (line: string) => void, orphanWatch: OrphanWatch): Promise<ProgramExit> {
    const { stderr } = this.#child;
    const lines = new Lines(onLine);
    stderr?.on('data', (bytes: Buffer) => lines.receive(bytes));
    stderr?.on('error', () => {});
    const closed = stderr === null ? Promise.resolve() : new Promise((resolve) => stderr.once('close', resolve));
    const hasEnded = nowRuns(this);
    const exit = await new Promise<ProgramExit>((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }));
    });
    this.#isOver = true;
    hasEnded();
    orphanWatch.end();
    const timer = setTimeout(() => stderr?.destroy(), LAST_WORDS_MS);
    await closed;
    clearTimeout(timer);
    lines.end();
    return exit;
  }
}

function withoutOurs(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('RTMPKIT_')));
}
