import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface PeerOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The user to run as; only root can choose. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

const WORD_TIMEOUT_MS = 20_000;
const LISTEN_TIMEOUT_MS = 10_000;
const LISTEN_POLL_MS = 20;

/** A foreign program that a test talks to. */
export class Peer {
  readonly name: string;
  readonly child: ChildProcess;
  /** Everything it has said on both of its streams. */
  output = '';
  readonly #exited: Promise<number | null>;
  readonly #listeners = new Set<() => void>();
  #isOver = false;

  constructor(command: string, args: readonly string[], { env = {}, cwd, user }: PeerOptions = {}) {
    this.name = command;
    this.child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
      ...(user ?? {}),
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes.toString('latin1');
        this.#wake();
      });
    }
    this.#exited = once(this.child, 'close').then(([code]) => {
      this.#isOver = true;
      this.#wake();
      return code as number | null;
    });
    this.#exited.catch(() => {}); // a program that could not be started: whoever awaits its exit sees why
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The exit status; `null` when a signal ended it. */
  exit(): Promise<number | null> {
    return this.#exited;
  }

  /** Resolves when the program has said something like this. */
  async says(words: RegExp): Promise<void> {
    const deadline = Date.now() + WORD_TIMEOUT_MS;
    while (!words.test(this.output)) {
      if (this.#isOver || Date.now() >= deadline) {
        throw new Error(`${this.name} did not say ${words} but:\n${this.output}`);
      }
      await this.#news(deadline - Date.now());
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.#isOver) {
      this.child.kill(signal);
    }
    const last = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await this.#exited.catch(() => {});
    clearTimeout(last);
  }

  #news(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#listeners.add(done);
    });
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }
}

/** Whether a program is there. In CI a missing one is a failure, elsewhere its tests are skipped. */
export function hasPeer(command: string): boolean {
  return isThere(command, () => execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }));
}

/** Whether something that a test needs is there: `look` throws when it is not. In CI that is a failure. */
export function isThere(what: string, look: () => unknown): boolean {
  try {
    look();
    return true;
  } catch {
    if (process.env['CI'] !== undefined) {
      throw new Error(`${what} is missing: the interop tests need it in CI`);
    }
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when something accepts connections there; fails after ten seconds. */
export async function listening(port: number): Promise<void> {
  await poll(`nothing accepts connections on port ${port}`, () => accepts(port));
}

/**
 * Resolves when something listens there, without a connection to it: FFmpeg's `-listen 1` takes one client and no more.
 * Where the system has no table of sockets it connects after all.
 */
export async function listeningUntouched(port: number): Promise<void> {
  await poll(`nothing listens on port ${port}`, () =>
    existsSync(SOCKET_TABLE) ? isInSocketTable(port) : accepts(port),
  );
}

const SOCKET_TABLE = '/proc/net/tcp';
const LISTEN_STATE = '0A';

function isInSocketTable(port: number): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(SOCKET_TABLE, 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([, local, , state]) => state === LISTEN_STATE && local?.endsWith(suffix) === true);
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** For what nothing tells us about: asks again and again. */
async function poll(complaint: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LISTEN_TIMEOUT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) {
      throw new Error(complaint);
    }
    await delay(LISTEN_POLL_MS);
  }
}
