import { spawnSync } from 'node:child_process';
import type { BenchContext, BenchResult } from './result.js';

const RUNS = 30;
const TARGET = 1.7;

/** Time until the program has answered, beside a Node that does nothing. Medians; the two take turns. */
export default async function startupBench({ program }: BenchContext): Promise<BenchResult[]> {
  return [
    besideNode('rtmpkit --version', [program, '--version'], true),
    besideNode('rtmpkit push --help', [program, 'push', '--help'], false),
    // Refused as soon as the options are read: what every real run loads before it does anything.
    besideNode('rtmpkit push, options read', [program, 'push', 'film.flv', 'nonsense'], false),
  ];
}

function besideNode(name: string, args: readonly string[], isPromised: boolean): BenchResult {
  const own: number[] = [];
  const floor: number[] = [];
  for (let i = 0; i < RUNS; i += 1) {
    floor.push(timeMs(['-e', '0']));
    own.push(timeMs(args));
  }
  const value = median(own);
  const ratio = value / median(floor);
  return {
    name,
    value,
    unit: 'ms',
    floor: { name: 'node -e 0', value: median(floor) },
    ratio,
    ...(isPromised ? { target: `at most ${TARGET}`, isMet: ratio <= TARGET } : {}),
  };
}

function timeMs(args: readonly string[]): number {
  const startMs = performance.now();
  spawnSync(process.execPath, args, { stdio: 'ignore' });
  return performance.now() - startMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}
