import { type ChildProcess, execFile, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BenchContext, BenchResult } from './result.js';

const execute = promisify(execFile);
const RUNS = 15;
/** Rounds begin all over the ten seconds of the film: how long ffprobe takes depends on how far away the last keyframe is. */
const ROUND_MS = 3_667;
/** Beyond the start of Node. */
const MOST_MS = 150;
const MOST_RATIO = 1 / 3;

/**
 * How long it takes to tell what a live stream is, H.264 and AAC with a keyframe every four seconds, of a server of ours that
 * gives the newest keyframe at once: our probe, ffprobe and a Node that does nothing take turns.
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
    return compare(await timesOf(contestants(program, url)));
  } finally {
    for (const child of [...publishers, server]) child.kill();
  }
}

const SILENT: SpawnOptions = { stdio: ['ignore', 'pipe', 'ignore'] };

const NODE = 'node -e 0';
const VERSION = 'rtmpkit --version';
const OWN = 'probe --duration 0';
const FFPROBE_VERSION = 'ffprobe -version';
const FFPROBE = 'ffprobe as it comes';
const QUICK_FFPROBE = 'ffprobe made quick';

type CommandLine = readonly [command: string, ...args: string[]];

function contestants(program: string, url: string): ReadonlyMap<string, CommandLine> {
  const node = process.execPath;
  const ask = ['-v', 'error', '-show_streams', '-of', 'json'];
  // Otherwise it looks at seconds of the stream, and each of its calls waits for a confirmation that the system holds back.
  const quick = ['-tcp_nodelay', '1', '-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0'];
  const hasFfprobe = spawnSync('ffprobe', ['-version']).status === 0;
  return new Map<string, CommandLine>([
    [NODE, [node, '-e', '0']],
    [VERSION, [node, program, '--version']],
    [OWN, [node, program, 'probe', '--json', '--duration', '0', url]],
    ...(hasFfprobe
      ? ([
          [FFPROBE_VERSION, ['ffprobe', '-version']],
          [FFPROBE, ['ffprobe', ...ask, url]],
          [QUICK_FFPROBE, ['ffprobe', ...quick, ...ask, url]],
        ] as const)
      : []),
  ]);
}

/** In milliseconds, of each its own. */
type Times = ReadonlyMap<string, readonly number[]>;

async function timesOf(lines: ReadonlyMap<string, CommandLine>): Promise<Times> {
  const times = new Map([...lines.keys()].map((name) => [name, [] as number[]]));
  const startMs = performance.now();
  for (let i = 0; i < RUNS; i += 1) {
    await delay(startMs + i * ROUND_MS - performance.now());
    for (const [name, line] of lines) times.get(name)?.push(await timeMs(line));
  }
  return times;
}

/** Medians; beyond the start of Node it is the best of all rounds, for others may be busy on the machine. */
function compare(times: Times): BenchResult[] {
  const [own = [], floor = []] = [times.get(OWN), times.get(NODE)];
  const overMs = Math.min(...own) - Math.min(...floor);
  return [
    ...[...times].map(([name, values]) => ({ name, value: median(values), unit: 'ms', note: spread(name, values) })),
    {
      name: `${OWN}, beyond the start of Node`,
      value: overMs,
      unit: 'ms',
      floor: { name: NODE, value: Math.min(...floor) },
      target: `at most ${MOST_MS}`,
      isMet: overMs <= MOST_MS,
    },
    ...[FFPROBE, QUICK_FFPROBE].flatMap((peer) => {
      const theirs = times.get(peer);
      return theirs === undefined ? [] : [besidePeer(median(own), peer, median(theirs))];
    }),
  ];
}

/** What was promised is meant of ffprobe as people call it. Made quick, it takes no longer than Node takes to start. */
function besidePeer(value: number, peer: string, theirs: number): BenchResult {
  const ratio = value / theirs;
  return {
    name: `${OWN}, beside ${peer}`,
    value,
    unit: 'ms',
    floor: { name: peer, value: theirs },
    ratio,
    ...(peer === FFPROBE ? { target: 'at most 1/3', isMet: ratio <= MOST_RATIO } : {}),
  };
}

function spread(name: string, values: readonly number[]): string {
  return `${name}: ${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} ms`;
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

async function timeMs([command, ...args]: CommandLine): Promise<number> {
  const startMs = performance.now();
  await execute(command, args);
  return performance.now() - startMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}
