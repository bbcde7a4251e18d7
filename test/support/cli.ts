import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

const EVENT_TIMEOUT_MS = 40_000;
const EXIT_TIMEOUT_MS = 45_000;
const SHOWN_EVENTS = 12;

/** A run of the built command line program, as a child process. */
export class CliRun {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Every `--json` event so far. */
  readonly events: JsonEvent[] = [];
  stderr = '';
  readonly #readsEvents: boolean;
  readonly #stdout: Buffer[] = [];
  #line = '';
  #listeners = new Set<() => void>();
  readonly #exited: Promise<number>;
  #isOver = false;

  constructor(args: readonly string[], { env = {}, cwd, wrapper = [] }: CliOptions = {}) {
    const [command = process.execPath, ...rest] = [...wrapper, process.execPath, BIN, ...args];
    this.#readsEvents = args.includes('--json');
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
      return code ?? 128 + constants.signals[signal as NodeJS.Signals];
    });
  }

  get stdout(): Buffer {
    return Buffer.concat(this.#stdout);
  }

  /** What came on standard output and is no `--json` event. */
  get strayOutput(): string {
    const lines = this.stdout.toString().split('\n');
    return lines.filter((line) => eventIn(line) === undefined).join('\n');
  }

  get pid(): number {
    return this.child.pid!;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Gives it bytes on standard input; resolves when the pipe has room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.child.stdin.write(bytes) && !this.#isOver) {
      await Promise.race([once(this.child.stdin, 'drain'), this.#exited]);
    }
  }

  /** Gives it the last bytes on standard input. */
  endInput(bytes: Uint8Array = new Uint8Array(0)): void {
    this.child.stdin.end(bytes);
  }

  /** The first event of a name (and shape) that has come or will come. */
  event(name: string, matches: (event: JsonEvent) => boolean = () => true): Promise<JsonEvent> {
    return this.until(`event "${name}"`, () => this.events.find((event) => event.event === name && matches(event)));
  }

  /** Resolves when its talk for people has come to these words. */
  async says(words: RegExp): Promise<void> {
    await this.until(`${words}`, () => words.test(this.stderr));
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
          throw new Error(`no ${what}; ${this.said}`);
        }
        await new Promise<void>((resolve) => this.#listeners.add(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** The exit status; signals give 128 + number as in a shell. */
  async exit(): Promise<number> {
    let onLate = (): void => {};
    const late = new Promise<never>((_, reject) => {
      onLate = () => reject(new Error(`it does not end; ${this.said}`));
    });
    const timer = setTimeout(onLate, EXIT_TIMEOUT_MS);
    try {
      return await Promise.race([this.#exited, late]);
    } finally {
      clearTimeout(timer);
    }
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

  /** What it has said so far, for messages. */
  get said(): string {
    const events = this.events.slice(-SHOWN_EVENTS).map((event) => JSON.stringify(event));
    return `stderr:\n${this.stderr}\nlast events:\n${events.join('\n')}`;
  }

  #take(bytes: Buffer): void {
    this.#stdout.push(bytes);
    if (this.#readsEvents) {
      this.#readEvents(bytes);
    }
    this.#wake();
  }

  #readEvents(bytes: Buffer): void {
    this.#line += bytes.toString('latin1');
    const lines = this.#line.split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) {
      const event = eventIn(Buffer.from(line, 'latin1').toString());
      if (event !== undefined) {
        this.events.push(event);
      }
    }
  }

  #wake(): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) {
      listener();
    }
  }
}

function eventIn(line: string): JsonEvent | undefined {
  return line.startsWith('{"event"') ? JSON.parse(line) : undefined;
}

/** Starts programs, keeps their files, and ends and removes them all at the end of a test. */
export class CliRuns {
  readonly #runs: CliRun[] = [];
  #directory: string | undefined;
  #lastStream = 0;

  /** For a stream that no other test of the file knows. */
  streamName(): string {
    this.#lastStream += 1;
    return `stream${this.#lastStream}`;
  }

  /** A path in a directory of the test; the directories above it are there. */
  file(name: string): string {
    this.#directory ??= mkdtempSync(join(tmpdir(), 'rtmpkit-'));
    const path = join(this.#directory, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  start(args: readonly string[], options: CliOptions = {}): CliRun {
    const run = new CliRun(args, options);
    this.#runs.push(run);
    return run;
  }

  /** A server on a free port of the loopback, and its URL. */
  async serve(...args: string[]): Promise<CliServer> {
    return this.serveWith(args, {});
  }

  async serveWith(args: readonly string[], options: CliOptions): Promise<CliServer> {
    const run = this.start(['serve', '--json', '--listen', '127.0.0.1:0', ...args], options);
    const started = await run.event('started', (event) => event['role'] === 'server');
    const { port } = (started['listen'] as { port: number }[])[0]!;
    return { run, port, url: `rtmp://127.0.0.1:${port}` };
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#runs.splice(0).map((run) => run.stop()));
    if (this.#directory !== undefined) {
      await rm(this.#directory, { recursive: true, force: true });
    }
  }
}

export interface CliServer {
  readonly run: CliRun;
  readonly port: number;
  /** Without app and stream name. */
  readonly url: string;
}
