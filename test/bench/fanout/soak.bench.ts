import { setTimeout as delay } from 'node:timers/promises';
import { slopePerMinute } from '../level.js';
import type { BenchContext, BenchResult } from '../result.js';
import type { CrowdReport } from './roles.js';
import { type CrowdServer, rtmpkit } from './servers.js';
import { rssBytesOf, Stage, StageCrowd, StagePublisher } from './stage.js';

const MINUTES = 30;
const PLAYERS = 300;
const SLOW = 30;
const RATE = { kbps: 2500, audioKbps: 128 };
/** So often some of those who came first go and as many new ones come, of whom every tenth is slow. */
const CHANGE_EVERY_MS = 10_000;
const CHANGING = 30;
const SLOW_OF_CHANGING = 3;
/** The heap finds its size first. */
const SETTLING_SHARE = 1 / 3;
const MOST_SLOPE_MB_PER_HOUR = 20;

interface Sample {
  readonly minutes: number;
  readonly rssMb: number;
}

/**
 * A long run with players that come, go and are slow: does the memory stay level, and does everybody who reads get the
 * stream? Setting: `minutes=30`.
 */
export default async function soakBench(context: BenchContext): Promise<BenchResult[]> {
  const minutes = Number(context.settings['minutes'] ?? MINUTES);
  const stage = new Stage();
  try {
    const server = await stage.with(rtmpkit()(context));
    const url = `${server.url}/soak`;
    const publisher = await stage.with(StagePublisher.start(context.programs, { url, rate: RATE, root: context.root }));
    const crowd = await stage.with(StageCrowd.start(context.programs, { url, protocol: 'rtmp' }));
    await crowd.obey({ order: 'join', players: PLAYERS });
    await crowd.obey({ order: 'dawdle', players: SLOW });
    const published = publisher.publish(minutes * 60_000);
    const samples = await changing(server, crowd, minutes);
    await published;
    return results(samples, await crowd.obey({ order: 'count' }));
  } finally {
    await stage.clear();
  }
}

async function changing({ pid }: CrowdServer, crowd: StageCrowd, minutes: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const startMs = performance.now();
  const passedMs = (): number => performance.now() - startMs;
  for (let next = CHANGE_EVERY_MS; next < minutes * 60_000; next += CHANGE_EVERY_MS) {
    await delay(Math.max(0, next - passedMs()));
    await crowd.obey({ order: 'leave', players: CHANGING });
    await crowd.obey({ order: 'join', players: CHANGING });
    await crowd.obey({ order: 'dawdle', players: SLOW_OF_CHANGING });
    const sample = { minutes: passedMs() / 60_000, rssMb: rssBytesOf(pid) / 1e6 };
    samples.push(sample);
    if (samples.length % 6 === 0) console.error(`${sample.minutes.toFixed(0)} min, ${sample.rssMb.toFixed(0)} MB`);
  }
  return samples;
}

function results(samples: readonly Sample[], { lost }: CrowdReport): BenchResult[] {
  const settled = samples.slice(Math.floor(samples.length * SETTLING_SHARE));
  const slope = slopePerMinute(settled.map(({ minutes, rssMb }) => [minutes, rssMb])) * 60;
  return [
    {
      name: 'growth of the memory',
      value: slope,
      unit: 'MB/h',
      target: `at most ${MOST_SLOPE_MB_PER_HOUR}`,
      isMet: slope <= MOST_SLOPE_MB_PER_HOUR,
    },
    { name: 'memory, most', value: Math.max(...samples.map(({ rssMb }) => rssMb)), unit: 'MB' },
    { name: 'players that were cut off', value: lost, unit: '' },
  ];
}
