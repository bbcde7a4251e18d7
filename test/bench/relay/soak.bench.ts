import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultProxy } from '../../support/fault-proxy.js';
import { readTags } from '../../support/reception.js';
import { Stage } from '../fanout/stage.js';
import { slopePerMinute } from '../level.js';
import { randomFrom } from '../random.js';
import type { BenchContext, BenchResult } from '../result.js';
import { DisturbedRelay } from './disturbed-relay.js';
import type { Held } from './observer.js';

const MINUTES = 20;
const FAULT_EVERY_MS = 10_000;
const FAULT_LASTS_MS = 4_000;
/**
 * What it holds is only asked for in the second half: until then all that is rare has happened, and been compiled. It is the heap
 * and the buffers outside of it after a garbage collection, of which the least in each minute counts. The memory that the
 * system gives says less: it grows and shrinks with when V8 collects garbage, and with what the allocator keeps.
 */
const SETTLING_SHARE = 1 / 2;
const MOST_SLOPE_MB_PER_HOUR = 10;
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
 * `minutes=20` (at least 4), `seed=1`, `log=FILE`.
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
    const atFirst = { sockets: observer.sockets, timers: (await observer.heldAtRest()).timers };
    const samples = await disturbed(relay, minutes, Number(settings['seed'] ?? 1));
    await relay.recovered();
    const leftOver = {
      sockets: observer.sockets - atFirst.sockets,
      timers: (await observer.heldAtRest()).timers - atFirst.timers,
    };
    peer.child.kill('SIGTERM');
    const exit = await peer.exit();
    if (settings['log'] !== undefined) await writeFile(settings['log'], peer.output);
    return results(relay, samples, leftOver, exit, await timelineOf(copy));
  } finally {
    await stage.clear();
  }
}

interface Sample {
  readonly minutes: number;
  readonly rssMb: number;
  /** `undefined` while it settles. */
  readonly held: Held | undefined;
}

async function disturbed({ observer, proxies }: DisturbedRelay, minutes: number, seed: number): Promise<Sample[]> {
  const random = randomFrom(seed);
  const samples: Sample[] = [];
  const startMs = performance.now();
  const endMs = minutes * 60_000;
  const under: Promise<void>[] = [];
  for (let next = FAULT_EVERY_MS; next < endMs; next += FAULT_EVERY_MS) {
    await delay(Math.max(0, next - (performance.now() - startMs)));
    const proxy = proxies[Math.floor(random() * proxies.length)];
    const fault = FAULTS[Math.floor(random() * FAULTS.length)];
    const rssMb = observer.rssBytes / 1e6; // before its garbage is collected
    const held = next < endMs * SETTLING_SHARE ? undefined : await observer.held();
    samples.push({ minutes: next / 60_000, rssMb, held });
    if (proxy !== undefined && fault !== undefined) under.push(fault(proxy));
  }
  await Promise.all(under);
  return samples;
}

async function during(proxy: FaultProxy, faults: FaultProxy['faults']): Promise<void> {
  Object.assign(proxy.faults, faults);
  await delay(FAULT_LASTS_MS);
  for (const name of Object.keys(faults)) Reflect.deleteProperty(proxy.faults, name);
}

/** What it held, the least of each minute: what is on its way just then makes it more. */
function floorsOf(samples: readonly Sample[]): [minutes: number, heldMb: number][] {
  const floors = new Map<number, number>();
  for (const { minutes, held } of samples) {
    if (held === undefined) continue;
    const minute = Math.floor(minutes);
    const heldMb = (held.heapBytes + held.bufferBytes) / 1e6;
    floors.set(minute, Math.min(heldMb, floors.get(minute) ?? heldMb));
  }
  return [...floors];
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

function results(
  relay: DisturbedRelay,
  samples: readonly Sample[],
  leftOver: LeftOver,
  exit: number | null,
  timeline: Timeline,
): BenchResult[] {
  const floors = floorsOf(samples);
  const slope = slopePerMinute(floors) * 60;
  const rssMb = Math.max(...samples.map((sample) => sample.rssMb));
  const isExact = (value: number, wanted: number) => ({ target: `${wanted}`, isMet: value === wanted });
  const seconds = (timeline.durationMs / 1000).toFixed(0);
  const range = [floors[0], floors.at(-1)].map((floor) => (floor?.[1] ?? Number.NaN).toFixed(1));
  return [
    {
      name: 'growth of what is held',
      value: slope,
      unit: 'MB/h',
      target: `at most ${MOST_SLOPE_MB_PER_HOUR}`,
      isMet: slope <= MOST_SLOPE_MB_PER_HOUR,
      note: `in the second half, from ${range[0]} to ${range[1]} MB`,
    },
    {
      name: 'memory, most',
      value: rssMb,
      unit: 'MB',
      target: `at most ${MOST_RSS_MB}`,
      isMet: rssMb <= MOST_RSS_MB,
    },
    { name: 'timestamps that go back', value: timeline.backward, unit: '', ...isExact(timeline.backward, 0) },
    {
      name: 'longest step of the timeline',
      value: timeline.longestStepMs,
      unit: 'ms',
      target: `at most ${MOST_STEP_MS}`,
      isMet: timeline.longestStepMs <= MOST_STEP_MS,
      note: `${seconds} s of media, ${relay.count('retrying')} retries, ${relay.count('switched')} changes of source`,
    },
    { name: 'sockets left over', value: leftOver.sockets, unit: '', ...isExact(leftOver.sockets, 0) },
    { name: 'timers left over', value: leftOver.timers, unit: '', ...isExact(leftOver.timers, 0) },
    { name: 'exit status', value: exit ?? -1, unit: '', ...isExact(exit ?? -1, 0) },
  ];
}
