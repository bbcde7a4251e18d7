import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { costOf } from './cpu-time.js';

const ROWS = 6;

/** The parts of V8's format that count here. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { functionName: string; url: string } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/**
 * Runs our program once more under V8's profiler, and says in one line where its time goes: `writev 22 %, (garbage collector)
 * 8 %, …`. Idle time is left out; system calls count for the function that makes them.
 */
export async function profileOf(args: readonly string[], directory: string): Promise<string> {
  const out = await mkdtemp(join(directory, 'profile-'));
  await costOf(process.execPath, ['--cpu-prof', `--cpu-prof-dir=${out}`, ...args]);
  const [file = ''] = await readdir(out);
  const rows = selfTimes(JSON.parse(await readFile(join(out, file), 'utf8')) as CpuProfile);
  const total = rows.reduce((sum, [, time]) => sum + time, 0);
  return rows
    .slice(0, ROWS)
    .map(([name, time]) => `${name} ${Math.round((100 * time) / total)} %`)
    .join(', ');
}

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): [name: string, time: number][] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [i, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    if (name !== '(idle)') {
      times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0));
    }
  }
  return [...times].sort(([, one], [, other]) => other - one);
}

function nameOf({ functionName, url }: { functionName: string; url: string }): string {
  const name = functionName === '' ? 'anonymous' : functionName;
  return url === '' ? name : `${name} (${basename(url).replace(/-[\w-]{8}\.js$/, '')})`;
}
