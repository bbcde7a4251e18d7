import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A foreign program that a test talks to. */
export class Peer {
  readonly name: string;
  readonly child: ChildProcess;
  output = '';
  readonly #exited: Promise<number | null>;
  #isOver = false;

  constructor(command: string, args: readonly string[]) {
    this.name = command;
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes.toString('latin1');
      });
    }
    this.#exited = once(this.child, 'close').then(([code]) => {
      this.#isOver = true;
      return code as number | null;
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  exit(): Promise<number | null> {
    return this.#exited;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.#isOver) {
      this.child.kill(signal);
    }
    const last = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await this.#exited;
    clearTimeout(last);
  }
}

/** Whether a program is there. In CI a missing one is a failure, elsewhere its tests are skipped. */
export function hasPeer(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env['CI'] !== undefined) {
      throw new Error(`${command} is missing: the interop tests need it in CI`);
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

/** Resolves when something listens there; fails after ten seconds. */
export async function listening(port: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50)); // nothing to await: the other side does not tell
    } finally {
      socket.destroy();
    }
  }
}
