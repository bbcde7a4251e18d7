import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultProxy } from '../../support/fault-proxy.js';
import { readTags } from '../../support/reception.js';
import { Stage } from '../fanout/stage.js';
import { randomFrom } from '../random.js';
import type { BenchContext, BenchResult } from '../result.js';
import { DisturbedRelay } from './disturbed-relay.js';
import type { Held } from './observer.js';

const MINUTES = 20;
const FAULT_EVERY_MS = 10_000;
const FAULT_LASTS_MS = 4_000;
/**
 * What it holds is the heap and the buffers outside of it after a garbage collection. It is asked for in the middle and at the
 * end, each time when all ends have recovered: before that, much is compiled for the first time, and what waits for a target
 * that hangs is megabytes, now more and now less. The memory that the system gives says little of it: that grows and shrinks
 * with when V8 collects garbage, and with what the allocator keeps.
 */
const MOST_GROWTH_MB_PER_HOUR = 10;
/** Of what the system gives, at any time. */
const MOST_RSS_MB = 120;
/** A gap in the timeline is media that is missing: never more than a frame of the film lasts, and what splicing rounds. */
const MOST_STEP_MS = 1_100;

type Fault = (proxy: FaultProxy) => Promise<void>;

const FAULTS: readonly Fault[] = [
  async (proxy) => proxy.cut(),
  async (proxy) => proxy.reset(),
  async (proxy) => during(proxy, { hang: true }),
  async (proxy) => during(proxy, { rateBytesPerSecond: 4_000 }),
  async (proxy) => during(proxy, { segmentBytes: 1 }),
];

/**
 * A relay of two sources to a file and two servers, with a random fault on the way to one of them every ten seconds. Settings:
 * `minutes=20`, `seed=1`, `log=FILE`.
 */
export default async function relaySoak(context: BenchContext): Promise<BenchResult[]> {
  const { directory, settings } = context;
  const minutes = Number(settings['minutes'] ?? MINUTES);
  const stage = new Stage();
  try {
    const copy = join(directory, 'copy.flv');
    const relay = await DisturbedRelay.start(stage, context, {
      v8: [],
      retryDelay: '200ms',
      retryMaxDelay: '2s',
      files: [copy],
    });
    const { observer, peer } = relay;
    const random = randomFrom(Number(settings['seed'] ?? 1));
    const [atFirst, sockets] = [await observer.heldAtRest(), observer.sockets];
    const rssMb: number[] = await disturbed(relay, minutes / 2, random);
    const middle = await atRest(relay);
    rssMb.push(...(await disturbed(relay, minutes / 2, random)));
    const end = await atRest(relay);
    const leftOver = { sockets: observer.sockets - sockets, timers: end.held.timers - atFirst.timers };
    peer.child.kill('SIGTERM');
    const exit = await peer.exit();
    if (settings['log'] !== undefined) await writeFile(settings['log'], peer.output);
    return [
      ...memoryResults(middle, end, Math.max(...rssMb)),
      ...timelineResults(relay, await timelineOf(copy)),
      ...leftOverResults(leftOver),
      { name: 'exit status', value: exit ?? -1, unit: '', ...isExact(exit ?? -1, 0) },
    ];
  } finally {
    await stage.clear();
  }
}

/** @returns the resident memory at each fault, in MB */
async function disturbed(
  { observer, proxies }: DisturbedRelay,
  minutes: number,
  random: () => number,
): Promise<number[]> {
  const rssMb: number[] = [];
  const startMs = performance.now();
  const under: Promise<void>[] = [];
  for (let next = FAULT_EVERY_MS; next < minutes * 60_000; next += FAULT_EVERY_MS) {
    await delay(Math.max(0, next - (performance.now() - startMs)));
    const proxy = proxies[Math.floor(random() * proxies.length)];
    const fault = FAULTS[Math.floor(random() * FAULTS.length)];
    if (proxy !== undefined && fault !== undefined) under.push(fault(proxy));
    rssMb.push(observer.rssBytes / 1e6);
  }
  await Promise.all(under);
  return rssMb;
}

/** What it holds when it has recovered. */
interface Rest {
  readonly atMs: number;
  readonly held: Held;
}

async function atRest(relay: DisturbedRelay): Promise<Rest> {
  await relay.recovered();
  return { atMs: performance.now(), held: await relay.observer.heldAtRest() };
}

async function during(proxy: FaultProxy, faults: FaultProxy['faults']): Promise<void> {
  Object.assign(proxy.faults, faults);
  await delay(FAULT_LASTS_MS);
  for (const name of Object.keys(faults)) Reflect.deleteProperty(proxy.faults, name);
}

/** What there is more of at the end than there was at the beginning. */
interface LeftOver {
  readonly sockets: number;
  readonly timers: number;
}

interface Timeline {
  readonly backward: number;
  readonly longestStepMs: number;
  readonly durationMs: number;
}

async function timelineOf(path: string): Promise<Timeline> {
  const newestMs = { audio: Number.NaN, video: Number.NaN };
  let [backward, longestStepMs, endMs] = [0, 0, 0];
  for (const { kind, timestampMs } of await readTags(path)) {
    if (kind === 'data') continue;
    const stepMs = timestampMs - newestMs[kind];
    if (stepMs < 0) backward++;
    if (stepMs > longestStepMs) longestStepMs = stepMs;
    newestMs[kind] = timestampMs;
    endMs = timestampMs;
  }
  return { backward, longestStepMs, durationMs: endMs };
}

function memoryResults(middle: Rest, end: Rest, rssMb: number): BenchResult[] {
  const hours = (end.atMs - middle.atMs) / 3_600_000;
  const [before, after] = [heldMb(middle), heldMb(end)];
  const growth = (after - before) / hours;
  return [
    {
      name: 'growth of what is held',
      value: growth,
      unit: 'MB/h',
      target: `at most ${MOST_GROWTH_MB_PER_HOUR}`,
      isMet: growth <= MOST_GROWTH_MB_PER_HOUR,
      note: `in the second half, from ${before.toFixed(2)} to ${after.toFixed(2)} MB`,
    },
    { name: 'memory, most', value: rssMb, unit: 'MB', target: `at most ${MOST_RSS_MB}`, isMet: rssMb <= MOST_RSS_MB },
  ];
}

function heldMb({ held }: Rest): number {
  return (held.heapBytes + held.bufferBytes) / 1e6;
}

function timelineResults(relay: DisturbedRelay, timeline: Timeline): BenchResult[] {
  const { backward, longestStepMs, durationMs } = timeline;
  const seconds = (durationMs / 1000).toFixed(0);
  return [
    { name: 'timestamps that go back', value: backward, unit: '', ...isExact(backward, 0) },
    {
      name: 'longest step of the timeline',
      value: longestStepMs,
      unit: 'ms',
      target: `at most ${MOST_STEP_MS}`,
      isMet: longestStepMs <= MOST_STEP_MS,
      note: `${seconds} s of media, ${relay.count('retrying')} retries, ${relay.count('switched')} changes of source`,
    },
  ];
}

function leftOverResults({ sockets, timers }: LeftOver): BenchResult[] {
  return [
    { name: 'sockets left over', value: sockets, unit: '', ...isExact(sockets, 0) },
    { name: 'timers left over', value: timers, unit: '', ...isExact(timers, 0) },
  ];
}

function isExact(value: number, wanted: number): Pick<BenchResult, 'target' | 'isMet'> {
  return { target: `${wanted}`, isMet: value === wanted };
}
