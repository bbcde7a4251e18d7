import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a program took of the machine. */
export interface Cost {
  /** User and system time of the process. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

const TIME_FORMAT = 'cost %3U %3S %3R';
const REPORT = /cost ([\d.]+) ([\d.]+) ([\d.]+)\s*$/;

/**
 * Runs a program to its end and tells what it took, from the system's own account of the process. Node does not tell that of
 * a child, but the shell does. What the program says is thrown away.
 *
 * @throws when it does not end with 0, with what it said
 */
export async function costOf(command: string, args: readonly string[]): Promise<Cost> {
  const script = `TIMEFORMAT="${TIME_FORMAT}"; time "$0" "$@" </dev/null 2>&3`;
  const child = spawn('bash', ['-c', script, command, ...args], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const [report, talk] = [textOf(child.stdio[2]), textOf(child.stdio[3])];
  const [code] = await once(child, 'close');
  const [, user, system, wall] = REPORT.exec(report()) ?? [];
  if (code !== 0 || wall === undefined) {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${talk()}`);
  }
  return { cpuMs: (Number(user) + Number(system)) * 1000, wallMs: Number(wall) * 1000 };
}

function textOf(stream: NodeJS.EventEmitter | null | undefined): () => string {
  let text = '';
  stream?.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
  });
  return () => text;
}
