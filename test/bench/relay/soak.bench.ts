import { readdirSync, readlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FaultProxy } from '../../support/fault-proxy.js';
import { Peer } from '../../support/peer.js';
import { readTags } from '../../support/reception.js';
import { rtmpkit } from '../fanout/servers.js';
import { rssBytesOf, Stage } from '../fanout/stage.js';
import { slopePerMinute } from '../level.js';
import type { BenchContext, BenchResult } from '../result.js';
import { publishFilm } from './film.js';

const MINUTES = 20;
/** Two sources and three targets. */
const ENDS = 5;
const FAULT_EVERY_MS = 10_000;
const FAULT_LASTS_MS = 4_000;
/** The heap finds its size first. */
const SETTLING_SHARE = 1 / 3;
const MOST_SLOPE_MB_PER_HOUR = 20;
/** A gap in the timeline is media that is missing: never more than a frame of the film lasts, and what splicing rounds. */
const MOST_STEP_MS = 1_100;
/** Lets the relay say how many timers run when it is asked; no signal of its own means anything to it. */
const TIMER_COUNTER = `process.on('SIGUSR2', () => {
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
  console.error('timers: ' + timers.length);
});`;
/** Some timers run now and then, so it is looked so often, and the median counts. */
const TIMER_LOOKS = 9;
/** A server that was left without a word holds the name for a while: nobody can publish it then. */
const RECOVERY_TIMEOUT_MS = 120_000;

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
 * `minutes=20`, `seed=1`.
 */
export default async function relaySoak(context: BenchContext): Promise<BenchResult[]> {
  const { root, program, directory, settings } = context;
  const minutes = Number(settings['minutes'] ?? MINUTES);
  const stage = new Stage();
  try {
    const film = join(root, 'fixtures', 'testcard.flv');
    const proxies: FaultProxy[] = [];
    const urls: string[] = [];
    for (const name of ['main', 'spare', 'one', 'two']) {
      const server = await stage.with(rtmpkit('--grace', '0')(context));
      const proxy = await FaultProxy.to(Number(new URL(server.url.replace('rtmp:', 'http:')).port));
      await stage.with(Promise.resolve({ stop: () => proxy.close() }));
      if (proxies.length < 2) await stage.with(publishFilm(film, `${server.url}/${name}`, context));
      proxies.push(proxy);
      urls.push(`rtmp://127.0.0.1:${proxy.port}/live/${name}`);
    }
    const [main = '', spare = '', one = '', two = ''] = urls;
    const copy = join(directory, 'copy.flv');
    const args = ['relay', '--json', main, spare, '--warm', '--failback', '3s', '--stall-timeout', '2s'];
    const policy = ['--retry-delay', '200ms', '--retry-max-delay', '2s'];
    const counter = ['--import', `data:text/javascript,${encodeURIComponent(TIMER_COUNTER)}`];
    const targets = ['--to', one, '--to', two, '--to', copy];
    const relay = new Peer(process.execPath, [...counter, program, ...args, ...policy, ...targets]);
    await relay.says(/"event":"switched"/);
    const pid = relay.child.pid ?? 0;
    await relay.says(new RegExp(`("state":"running".*){${ENDS}}`));
    const atFirst = { sockets: socketsOf(pid), timers: await timersOf(relay) };
    const samples = await disturbed(proxies, pid, minutes, Number(settings['seed'] ?? 1));
    await recovered(relay);
    const leftOver = {
      sockets: socketsOf(pid) - atFirst.sockets,
      timers: (await timersOf(relay)) - atFirst.timers,
    };
    relay.child.kill('SIGTERM');
    const exit = await relay.exit();
    if (settings['log'] !== undefined) await writeFile(settings['log'], relay.output);
    return results(samples, leftOver, exit, await timelineOf(copy), relay.output);
  } finally {
    await stage.clear();
  }
}

interface Sample {
  readonly minutes: number;
  readonly rssMb: number;
}

async function disturbed(
  proxies: readonly FaultProxy[],
  pid: number,
  minutes: number,
  seed: number,
): Promise<Sample[]> {
  const random = randomFrom(seed);
  const samples: Sample[] = [];
  const startMs = performance.now();
  const under: Promise<void>[] = [];
  for (let next = FAULT_EVERY_MS; next < minutes * 60_000; next += FAULT_EVERY_MS) {
    await delay(Math.max(0, next - (performance.now() - startMs)));
    const proxy = proxies[Math.floor(random() * proxies.length)];
    const fault = FAULTS[Math.floor(random() * FAULTS.length)];
    if (proxy !== undefined && fault !== undefined) under.push(fault(proxy));
    samples.push({ minutes: (performance.now() - startMs) / 60_000, rssMb: rssBytesOf(pid) / 1e6 });
  }
  await Promise.all(under);
  return samples;
}

/** Waits until every end of the relay is at work again, or should be. */
async function recovered(relay: Peer): Promise<void> {
  const deadlineMs = performance.now() + RECOVERY_TIMEOUT_MS;
  do {
    await delay(1_000);
  } while (endsAtWork(relay.output) < ENDS && performance.now() < deadlineMs);
}

/** How many sources and targets were at work when the relay last told. */
function endsAtWork(output: string): number {
  const newest = output
    .slice(0, output.lastIndexOf('\n'))
    .split('\n')
    .findLast((line) => line.includes('"event":"stats"'));
  return (newest ?? '').split('"state":"running"').length - 1;
}

/** The least of each minute: between two garbage collections memory says nothing. */
function floorsOf(samples: readonly Sample[]): [minutes: number, rssMb: number][] {
  const floors = new Map<number, number>();
  for (const { minutes, rssMb } of samples) {
    const minute = Math.floor(minutes);
    floors.set(minute, Math.min(rssMb, floors.get(minute) ?? rssMb));
  }
  return [...floors];
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

function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => linkOf(join(folder, fd)).startsWith('socket:')).length;
}

/** How many timers run, as a rule. */
async function timersOf(relay: Peer): Promise<number> {
  const before = timerCounts(relay).length;
  for (let looks = 0; looks < TIMER_LOOKS; looks++) {
    relay.child.kill('SIGUSR2');
    await delay(300);
  }
  const counts = timerCounts(relay)
    .slice(before)
    .toSorted((one, other) => one - other);
  return counts[Math.floor(counts.length / 2)] ?? Number.NaN;
}

function timerCounts({ output }: Peer): number[] {
  return [...output.matchAll(/^timers: (\d+)$/gm)].map(([, count]) => Number(count));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed meanwhile
  }
}

/** Numbers from 0 to 1, the same for each seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function results(
  samples: readonly Sample[],
  leftOver: LeftOver,
  exit: number | null,
  timeline: Timeline,
  said: string,
): BenchResult[] {
  const settled = samples.slice(Math.floor(samples.length * SETTLING_SHARE));
  const slope = slopePerMinute(floorsOf(settled)) * 60;
  const isExact = (value: number, wanted: number) => ({ target: `${wanted}`, isMet: value === wanted });
  const seconds = (timeline.durationMs / 1000).toFixed(0);
  const retries = said.split('"event":"retrying"').length - 1;
  return [
    {
      name: 'growth of the memory',
      value: slope,
      unit: 'MB/h',
      target: `at most ${MOST_SLOPE_MB_PER_HOUR}`,
      isMet: slope <= MOST_SLOPE_MB_PER_HOUR,
      note: `at most ${Math.max(...samples.map(({ rssMb }) => rssMb)).toFixed(0)} MB`,
    },
    { name: 'timestamps that go back', value: timeline.backward, unit: '', ...isExact(timeline.backward, 0) },
    {
      name: 'longest step of the timeline',
      value: timeline.longestStepMs,
      unit: 'ms',
      target: `at most ${MOST_STEP_MS}`,
      isMet: timeline.longestStepMs <= MOST_STEP_MS,
      note: `${seconds} s of media, ${retries} retries, ${said.split('"event":"switched"').length - 1} changes of source`,
    },
    { name: 'sockets left over', value: leftOver.sockets, unit: '', ...isExact(leftOver.sockets, 0) },
    { name: 'timers left over', value: leftOver.timers, unit: '', ...isExact(leftOver.timers, 0) },
    { name: 'exit status', value: exit ?? -1, unit: '', ...isExact(exit ?? -1, 0) },
  ];
}
