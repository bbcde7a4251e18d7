import { type ChildProcess, execFile, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { BenchContext, BenchResult } from './result.js';

const execute = promisify(execFile);
const RUNS = 15;
/** Beyond the start of Node. */
const MOST_MS = 150;
const MOST_RATIO = 1 / 3;

/**
 * How long it takes to tell what a live stream is: our probe beside ffprobe, on the same stream of a server of ours, and beside a
 * Node that does nothing. They take turns. Beyond the start of Node it is the best of all rounds, for others may be busy on the
 * machine; beside ffprobe the medians, for how long that takes depends on how much of the stream the server has kept just then.
 */
export default async function probeBench({ program, root }: BenchContext): Promise<BenchResult[]> {
  const server = spawn(process.execPath, [program, 'serve', '--json', '--listen', '127.0.0.1:0'], SILENT);
  const publishers: ChildProcess[] = [];
  try {
    const url = `rtmp://127.0.0.1:${await portOf(server)}/live/film`;
    const push = [program, 'push', '--json', '--loop', '--', join(root, 'fixtures', 'testcard.flv'), url];
    const publisher = spawn(process.execPath, push, SILENT);
    publishers.push(publisher);
    await lineOf(publisher, (event) => event['event'] === 'started');
    return await compare(program, url);
  } finally {
    for (const child of [...publishers, server]) child.kill();
  }
}

const SILENT: SpawnOptions = { stdio: ['ignore', 'pipe', 'ignore'] };

async function compare(program: string, url: string): Promise<BenchResult[]> {
  const floor: number[] = [];
  const own: number[] = [];
  const theirs: number[] = [];
  const hasFfprobe = spawnSync('ffprobe', ['-version']).status === 0;
  for (let i = 0; i < RUNS; i += 1) {
    floor.push(await timeMs(process.execPath, ['-e', '0']));
    own.push(await timeMs(process.execPath, [program, 'probe', '--json', '--duration', '0', url]));
    if (hasFfprobe) theirs.push(await timeMs('ffprobe', ['-v', 'error', '-show_streams', '-of', 'json', url]));
  }
  const value = median(own);
  const overMs = best(own) - best(floor);
  return [
    {
      name: 'probe --duration 0, beyond the start of Node',
      value: overMs,
      unit: 'ms',
      floor: { name: 'node -e 0', value: best(floor) },
      target: `at most ${MOST_MS}`,
      isMet: overMs <= MOST_MS,
    },
    hasFfprobe
      ? {
          name: 'probe --duration 0',
          value,
          unit: 'ms',
          floor: { name: 'ffprobe', value: median(theirs) },
          ratio: value / median(theirs),
          target: 'at most 1/3',
          isMet: value / median(theirs) <= MOST_RATIO,
        }
      : { name: 'probe --duration 0', value, unit: 'ms', note: 'ffprobe is missing' },
  ];
}

async function portOf(server: ChildProcess): Promise<number> {
  const started = await lineOf(server, (event) => event['event'] === 'started');
  return (started['listen'] as { port: number }[])[0]?.port ?? 0;
}

type Line = Readonly<Record<string, unknown>>;

async function lineOf({ stdout }: ChildProcess, isIt: (event: Line) => boolean): Promise<Line> {
  if (stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: stdout })) {
    const event = JSON.parse(line) as Line;
    if (isIt(event)) {
      stdout.resume();
      return event;
    }
  }
  throw new Error('it ended too early');
}

async function timeMs(command: string, args: readonly string[]): Promise<number> {
  const startMs = performance.now();
  await execute(command, [...args]);
  return performance.now() - startMs;
}

function best(values: readonly number[]): number {
  return Math.min(...values);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}
