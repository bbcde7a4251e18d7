import type { BenchContext, BenchResult } from '../result.js';
import { measureServer } from './measure.js';
import { rtmpkit } from './servers.js';

const PLAYERS = 1000;
const STUCK = 100;
const RATE = { kbps: 500, audioKbps: 64 };
const MOST_GROWTH_MB = 64;
const LEAST_DELIVERED = 1;

/** A crowd of which every tenth reads nothing, beside one in which all read: what the others get, and the server's memory. */
export default async function stuckBench(context: BenchContext): Promise<BenchResult[]> {
  const scene = { players: PLAYERS, rate: RATE };
  const good = await measureServer(rtmpkit(), scene, context);
  const mixed = await measureServer(rtmpkit(), scene, context, async (crowd) => {
    await crowd.obey({ order: 'stick', players: STUCK });
  });
  const growthMb = mixed.rssMb - good.rssMb;
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
    besideGood('CPU per MB', 'CPU ms/MB', mixed.cpuMsPerMb, good.cpuMsPerMb),
    besideGood('latency, p99', 'ms', mixed.p99Ms, good.p99Ms),
  ];
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
