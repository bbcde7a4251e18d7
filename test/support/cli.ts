import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/rtmpkit.js', import.meta.url));

/** One line of `--json` output. */
export interface JsonEvent {
  readonly event: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

export interface CliOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Runs before the command itself, for example `prlimit`. */
  readonly wrapper?: readonly string[];
}

const EVENT_TIMEOUT_MS = 20_000;

/** A run of the built command line program, as a child process. */
export class CliRun {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Every `--json` event so far. */
  readonly events: JsonEvent[] = [];
  stderr = '';
  #stdout: Buffer[] = [];
  #line = '';
  #listeners = new Set<() => void>();
  readonly #exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  #isOver = false;

  constructor(args: readonly string[], { env = {}, cwd, wrapper = [] }: CliOptions = {}) {
    const [command = process.execPath, ...rest] = [...wrapper, process.execPath, BIN, ...args];
    this.child = spawn(command, rest, {
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.child.stdin.on('error', () => {}); // the program may end before it has read everything
    this.child.stdout.on('data', (bytes: Buffer) => this.#take(bytes));
    this.child.stderr.on('data', (bytes: Buffer) => {
      this.stderr += bytes.toString();
      this.#wake();
    });
    this.#exited = once(this.child, 'close').then(([code, signal]) => {
      this.#isOver = true;
      this.#wake();
      return { code, signal };
    });
  }

  get stdout(): Buffer {
    return Buffer.concat(this.#stdout);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The first event of a name (and shape) that has come or will come. */
  event(name: string, matches: (event: JsonEvent) => boolean = () => true): Promise<JsonEvent> {
    return this.until(`event "${name}"`, () => this.events.find((event) => event.event === name && matches(event)));
  }

  /** Waits until the condition gives something; looks again whenever the program says something. */
  async until<T>(what: string, condition: () => T | undefined | false): Promise<T> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, EVENT_TIMEOUT_MS);
    try {
      for (;;) {
        const found = condition();
        if (found !== undefined && found !== false) {
          return found;
        }
        if (late || this.#isOver) {
          throw new Error(
            `no ${what}; stderr:\n${this.stderr}\nevents:\n${this.events.map((e) => JSON.stringify(e)).join('\n')}`,
          );
        }
        await new Promise<void>((resolve) => this.#listeners.add(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** The exit status; signals give 128 + number as in a shell. */
  async exit(): Promise<number> {
    const { code, signal } = await this.#exited;
    return code ?? (signal === 'SIGKILL' ? 137 : 128);
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.child.kill(signal);
  }

  /** Ends the program if it still runs; for `afterEach`. */
  async stop(): Promise<void> {
    if (!this.#isOver) {
      this.kill('SIGKILL');
    }
    await this.#exited;
  }

  #take(bytes: Buffer): void {
    this.#stdout.push(bytes);
    this.#line += bytes.toString('latin1');
    const lines = this.#line.split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('{"event"')) {
        this.events.push(JSON.parse(Buffer.from(line, 'latin1').toString()));
      }
    }
    this.#wake();
  }

  #wake(): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) {
      listener();
    }
  }
}

/** Starts programs and ends them all at the end of a test. */
export class CliRuns {
  readonly #runs: CliRun[] = [];

  start(args: readonly string[], options: CliOptions = {}): CliRun {
    const run = new CliRun(args, options);
    this.#runs.push(run);
    return run;
  }

  /** A server on a free port of the loopback, and its URL. */
  async serve(...args: string[]): Promise<{ run: CliRun; url: string; port: number }> {
    const run = this.start(['serve', '--json', '--listen', '127.0.0.1:0', ...args]);
    const started = await run.event('started', (event) => event['role'] === 'server');
    const { port } = (started['listen'] as { port: number }[])[0]!;
    return { run, port, url: `rtmp://127.0.0.1:${port}` };
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#runs.splice(0).map((run) => run.stop()));
  }
}
