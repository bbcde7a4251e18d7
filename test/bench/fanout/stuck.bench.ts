import type { BenchContext, BenchResult } from '../result.js';
import { agePercentileMs, cpuMsPerMb, type Measurement, serverCarrier, WARM_UP_MS } from './measure.js';
import { rtmpkit } from './servers.js';

const PLAYERS = 1000;
const STUCK = 100;
const RATE = { kbps: 500, audioKbps: 64 };
const MOST_GROWTH_MB = 64;
const LEAST_DELIVERED = 1;
const MEASURED_MS = 12_000;

/** A crowd of which every tenth reads nothing, beside one in which all read: what the others get, and the server's memory. */
export default async function stuckBench(context: BenchContext): Promise<BenchResult[]> {
  const good = await measured(0, context);
  const mixed = await measured(STUCK, context);
  const growthMb = (mixed.rssBytes - good.rssBytes) / 1e6;
  return [
    {
      name: `${PLAYERS} players, ${STUCK} read nothing: what the least served other one gets`,
      value: mixed.leastDelivered,
      unit: 'of the stream',
      target: `at least ${LEAST_DELIVERED}`,
      isMet: mixed.leastDelivered >= LEAST_DELIVERED,
    },
    {
      name: 'memory beyond that with good players only',
      value: growthMb,
      unit: 'MB',
      target: `below ${MOST_GROWTH_MB}`,
      isMet: growthMb < MOST_GROWTH_MB,
    },
    besideGood('CPU per MB', 'CPU ms/MB', cpuMsPerMb(mixed), cpuMsPerMb(good)),
    besideGood('latency, p99', 'ms', agePercentileMs(mixed, 99), agePercentileMs(good, 99)),
  ];
}

async function measured(stuck: number, context: BenchContext): Promise<Measurement> {
  const carrier = await serverCarrier(rtmpkit(), { players: PLAYERS, rate: RATE }, context);
  try {
    await carrier.stick(stuck);
    await carrier.measure(WARM_UP_MS);
    return await carrier.measure(MEASURED_MS);
  } finally {
    await carrier.stop();
  }
}

function besideGood(name: string, unit: string, value: number, goodValue: number): BenchResult {
  return {
    name,
    value,
    unit,
    floor: { name: 'the same with good players only', value: goodValue },
    ratio: value / goodValue,
  };
}
