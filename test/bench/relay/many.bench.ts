import { setTimeout as delay } from 'node:timers/promises';
import { rtmpkit } from '../fanout/servers.js';
import { cpuMsOf, rssBytesOf, Stage } from '../fanout/stage.js';
import type { BenchContext, BenchResult } from '../result.js';
import { makeFilm, publishFilm } from './film.js';
import { ffmpegs, nginx, ourRelays, type StartRelays } from './relays.js';
import { CountingSink } from './sink.js';

const RELAYS = 50;
const SECONDS = 15;
const WARM_UP_MS = 20_000;
const READY_TIMEOUT_MS = 60_000;
const MOST_RSS_MB = 200;
const MOST_OF_FFMPEG = 0.5;
const ROUNDS = 2;

const OURS = 'rtmpkit';
const FFMPEG = 'ffmpeg -c copy';
const OTHERS: Readonly<Record<string, StartRelays>> = { [FFMPEG]: ffmpegs, 'nginx-rtmp': nginx };

interface Measured {
  readonly cpuMsPerMb: number;
  readonly rssMb: number;
  /** What comes out of each. */
  readonly kbps: number;
}

/**
 * Fifty relays at 2.5 Mb/s each in one process, beside as many processes of FFmpeg, and an nginx-rtmp. All take turns, so that a
 * busy moment of the machine hits every one of them; what counts is the least of each. Settings: `relays=50`, `rounds=2`, `profile=DIR`.
 */
export default async function relayBench(context: BenchContext): Promise<BenchResult[]> {
  const count = Number(context.settings['relays'] ?? RELAYS);
  const film = await makeFilm(context);
  const best = new Map<string, Measured>();
  const missing = new Map<string, string>();
  for (let round = 0; round < Number(context.settings['rounds'] ?? ROUNDS); round++) {
    for (const [name, start] of Object.entries({ [OURS]: ourRelays, ...OTHERS })) {
      if (missing.has(name)) continue;
      try {
        const measured = await measure(start, count, film, context);
        best.set(name, better(measured, best.get(name)));
      } catch (error) {
        if (name === OURS) throw error;
        missing.set(name, error instanceof Error ? error.message : String(error));
      }
    }
  }
  const ours = best.get(OURS);
  if (ours === undefined) throw new Error('nothing was measured');
  return [
    {
      name: `memory of ${count} relays`,
      value: ours.rssMb,
      unit: 'MB',
      target: `at most ${MOST_RSS_MB}`,
      isMet: ours.rssMb <= MOST_RSS_MB,
      note: `each gives ${ours.kbps.toFixed(0)} kbit/s`,
    },
    ...Object.keys(OTHERS).map((name) => beside(name, count, ours, best.get(name) ?? missing.get(name))),
  ];
}

/** @param theirs why they could not do it, if they could not */
function beside(name: string, count: number, ours: Measured, theirs: Measured | string | undefined): BenchResult {
  const result = { name: `${count} relays`, value: ours.cpuMsPerMb, unit: 'ms/MB' };
  if (typeof theirs !== 'object') {
    return { ...result, note: `${name} is not there, or could not do it: ${theirs}` };
  }
  const ratio = ours.cpuMsPerMb / theirs.cpuMsPerMb;
  return {
    ...result,
    floor: { name, value: theirs.cpuMsPerMb },
    ratio,
    ...(name === FFMPEG ? { target: `at most ${MOST_OF_FFMPEG}`, isMet: ratio <= MOST_OF_FFMPEG } : {}),
    note: `it takes ${theirs.rssMb.toFixed(0)} MB and each gives ${theirs.kbps.toFixed(0)} kbit/s`,
  };
}

/** The least CPU time, and the most memory. */
function better(one: Measured, other: Measured = one): Measured {
  const least = one.cpuMsPerMb <= other.cpuMsPerMb ? one : other;
  return { ...least, rssMb: Math.max(one.rssMb, other.rssMb) };
}

async function measure(start: StartRelays, count: number, film: string, context: BenchContext): Promise<Measured> {
  const stage = new Stage();
  try {
    const server = await stage.with(rtmpkit()(context));
    const from = `${server.url}/stream`;
    const sink = await stage.with(CountingSink.start());
    await stage.with(publishFilm(film, from, context));
    const workers = await stage.with(start({ count, from, to: sink.url }, context));
    await ready(sink, count);
    await delay(WARM_UP_MS);
    return await measured(workers.pids, sink, count);
  } finally {
    await stage.clear();
  }
}

async function measured(pids: readonly number[], sink: CountingSink, count: number): Promise<Measured> {
  const before = { cpuMs: sum(pids.map(cpuMsOf)), bytes: sink.bytes };
  await delay(SECONDS * 1000);
  const cpuMs = sum(pids.map(cpuMsOf)) - before.cpuMs;
  const relayedBytes = sink.bytes - before.bytes;
  return {
    cpuMsPerMb: cpuMs / (relayedBytes / 1e6),
    rssMb: sum(pids.map(rssBytesOf)) / 1e6,
    kbps: (relayedBytes * 8) / 1000 / SECONDS / count,
  };
}

async function ready(sink: CountingSink, count: number): Promise<void> {
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  while (sink.publishers < count) {
    if (performance.now() > deadlineMs) throw new Error(`only ${sink.publishers} of ${count} publish`);
    await delay(100);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
