import { setTimeout as delay } from 'node:timers/promises';
import { rtmpkit } from '../fanout/servers.js';
import { cpuMsOf, rssBytesOf, Stage, StagePublisher } from '../fanout/stage.js';
import type { BenchContext, BenchResult } from '../result.js';
import { ffmpegs, nginx, ourRelays, type StartRelays } from './relays.js';
import { CountingSink } from './sink.js';

const RELAYS = 50;
const RATE = { kbps: 2500, audioKbps: 128 };
const SECONDS = 15;
const WARM_UP_MS = 8_000;
const READY_TIMEOUT_MS = 30_000;
const MOST_RSS_MB = 200;
const MOST_OF_FFMPEG = 0.5;

interface Measured {
  readonly cpuMsPerMb: number;
  readonly rssMb: number;
  /** What came out of what went in. */
  readonly delivered: number;
}

/** Fifty relays at 2.5 Mb/s each in one process, beside as many processes of FFmpeg, and nginx-rtmp. Settings: `relays=50`, `profile=DIR`. */
export default async function relayBench(context: BenchContext): Promise<BenchResult[]> {
  const count = Number(context.settings['relays'] ?? RELAYS);
  const ours = await measure(ourRelays, count, context);
  const others = { 'ffmpeg -c copy': ffmpegs, 'nginx-rtmp': nginx };
  const results: BenchResult[] = [
    {
      name: `memory of ${count} relays`,
      value: ours.rssMb,
      unit: 'MB',
      target: `at most ${MOST_RSS_MB}`,
      isMet: ours.rssMb <= MOST_RSS_MB,
      note: `${(ours.delivered * 100).toFixed(1)} % of the stream delivered`,
    },
  ];
  for (const [name, start] of Object.entries(others)) {
    results.push(await beside(name, ours, start, count, context));
  }
  return results;
}

async function beside(
  name: string,
  ours: Measured,
  start: StartRelays,
  count: number,
  context: BenchContext,
): Promise<BenchResult> {
  const result = { name: `${count} relays`, value: ours.cpuMsPerMb, unit: 'ms/MB' };
  try {
    const theirs = await measure(start, count, context);
    const ratio = ours.cpuMsPerMb / theirs.cpuMsPerMb;
    return {
      ...result,
      floor: { name, value: theirs.cpuMsPerMb },
      ratio,
      ...(name.startsWith('ffmpeg') ? { target: `at most ${MOST_OF_FFMPEG}`, isMet: ratio <= MOST_OF_FFMPEG } : {}),
      note: `it takes ${theirs.rssMb.toFixed(0)} MB and delivers ${(theirs.delivered * 100).toFixed(1)} %`,
    };
  } catch (error) {
    return {
      ...result,
      note: `${name} is not there, or could not do it: ${error instanceof Error ? error.message : error}`,
    };
  }
}

async function measure(start: StartRelays, count: number, context: BenchContext): Promise<Measured> {
  const stage = new Stage();
  try {
    const server = await stage.with(rtmpkit()(context));
    const from = `${server.url}/stream`;
    const publisher = await stage.with(
      StagePublisher.start(context.programs, { url: from, rate: RATE, root: context.root }),
    );
    const sink = await stage.with(CountingSink.start());
    const warmingUp = publisher.publish(WARM_UP_MS);
    const workers = await stage.with(start({ count, from, to: sink.url }, context));
    await ready(sink, count);
    await warmingUp;
    await publisher.publish(WARM_UP_MS);
    await settled(sink);
    return await measured(workers.pids, sink, count, () => publisher.publish(SECONDS * 1000));
  } finally {
    await stage.clear();
  }
}

async function measured(
  pids: readonly number[],
  sink: CountingSink,
  count: number,
  act: () => Promise<{ readonly bytes: number }>,
): Promise<Measured> {
  const before = { cpuMs: sum(pids.map(cpuMsOf)), bytes: sink.bytes };
  const { bytes } = await act();
  await settled(sink);
  const cpuMs = sum(pids.map(cpuMsOf)) - before.cpuMs;
  const relayedBytes = sink.bytes - before.bytes;
  return {
    cpuMsPerMb: cpuMs / (relayedBytes / 1e6),
    rssMb: sum(pids.map(rssBytesOf)) / 1e6,
    delivered: relayedBytes / (bytes * count),
  };
}

async function ready(sink: CountingSink, count: number): Promise<void> {
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  while (sink.publishers < count) {
    if (performance.now() > deadlineMs) throw new Error(`only ${sink.publishers} of ${count} publish`);
    await delay(100);
  }
}

/** Waits until nothing is on its way any more. */
async function settled(sink: CountingSink): Promise<void> {
  for (let bytes = -1; bytes !== sink.bytes; ) {
    bytes = sink.bytes;
    await delay(400);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
