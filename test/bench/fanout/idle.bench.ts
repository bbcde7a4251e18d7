import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext, BenchResult } from '../result.js';
import { BareServer } from './bare-floor.js';
import { rtmpkit } from './servers.js';
import { rssBytesOf, Stage, StageCrowd, StagePublisher } from './stage.js';

const CONNECTIONS = 5000;
const RATE = { kbps: 500, audioKbps: 64 };
const MOST_KB = 40;
/** Garbage of the joining is gone by then. */
const REST_MS = 5_000;

/** Memory of thousands of players of a stream that is silent, beside as many connections of a bare program on Node. */
export default async function idleBench(context: BenchContext): Promise<BenchResult[]> {
  const ownKb = await perPlayerKb(context);
  const bareKb = await perBareConnectionKb(context);
  const beyondKb = ownKb - bareKb;
  return [
    {
      name: `memory for each of ${CONNECTIONS} idle players`,
      value: ownKb,
      unit: 'KB',
      floor: { name: 'a connection of a bare program on Node', value: bareKb },
      ratio: ownKb / bareKb,
    },
    { name: 'beyond the floor', value: beyondKb, unit: 'KB', target: `at most ${MOST_KB}`, isMet: beyondKb <= MOST_KB },
  ];
}

async function perPlayerKb(context: BenchContext): Promise<number> {
  const stage = new Stage();
  try {
    const server = await stage.with(rtmpkit()(context));
    const url = `${server.url}/silence`;
    await stage.with(StagePublisher.start(context.programs, { url, rate: RATE, root: context.root }));
    const crowd = await stage.with(StageCrowd.start(context.programs, { url, protocol: 'rtmp' }));
    return await growthKb(server.pid, crowd);
  } finally {
    await stage.clear();
  }
}

async function perBareConnectionKb({ root, programs }: BenchContext): Promise<number> {
  const stage = new Stage();
  try {
    const server = await stage.with(BareServer.start(root));
    const crowd = await stage.with(StageCrowd.start(programs, { url: server.url, protocol: 'none' }));
    return await growthKb(server.pid, crowd);
  } finally {
    await stage.clear();
  }
}

async function growthKb(pid: number, crowd: StageCrowd): Promise<number> {
  const beforeBytes = rssBytesOf(pid);
  await crowd.obey({ order: 'join', players: CONNECTIONS });
  await delay(REST_MS);
  return (rssBytesOf(pid) - beforeBytes) / CONNECTIONS / 1000;
}
