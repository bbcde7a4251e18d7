import type { BenchContext } from '../result.js';
import { BareServer, ownPieces } from './bare-floor.js';
import type { LiveRate } from './live-media.js';
import type { CrowdReport } from './roles.js';
import type { CrowdServer, StartServer } from './servers.js';
import { cpuMsOf, rssBytesOf, StageCrowd, StagePublisher } from './stage.js';

const SECONDS = 12;
/** The engine compiles what runs often. */
const WARM_UP_MS = 6_000;

/** How large a crowd is, and what it gets. */
export interface Scene {
  readonly players: number;
  readonly rate: LiveRate;
}

/** What a server needed to serve a crowd. */
export interface Measurement {
  readonly cpuMsPerMb: number;
  readonly cpuPercent: number;
  /** What the least served player got of the stream. */
  readonly leastDelivered: number;
  /** From the publisher's write to a player's read; NaN where it was not measured. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssMb: number;
}

/** What is done to the crowd before the measuring begins. */
type Arrange = (crowd: StageCrowd) => Promise<void>;

/** Lets a server serve a crowd for `SECONDS`, with silence before and after, so that what was sent has also arrived. */
export async function measureServer(
  start: StartServer,
  { players, rate }: Scene,
  context: BenchContext,
  arrange: Arrange = async () => {},
): Promise<Measurement> {
  const server = await start(context);
  const url = `${server.url}/crowd`;
  const publisher = await StagePublisher.start(context.programs, { url, rate, root: context.root });
  const crowd = await StageCrowd.start(context.programs, { url, protocol: 'rtmp' });
  try {
    await crowd.obey({ order: 'join', players });
    await arrange(crowd);
    await publisher.publish(WARM_UP_MS);
    return await measured(server, crowd, async () => (await publisher.publish(SECONDS * 1000)).bytes);
  } finally {
    await Promise.all([crowd.stop(), publisher.stop()]);
    await server.stop();
  }
}

/** The same for a bare program that writes what ours would write, with bursts of up to `maxBurstMs`. */
export async function measureFloor(
  { players, rate }: Scene,
  maxBurstMs: number,
  { root, programs }: BenchContext,
): Promise<Measurement> {
  const server = await BareServer.start(root);
  const crowd = await StageCrowd.start(programs, { url: server.url, protocol: 'none' });
  const pieces = (durationMs: number) => ownPieces(players, rate, maxBurstMs, durationMs, root);
  const [warmUp, run] = [await pieces(WARM_UP_MS), await pieces(SECONDS * 1000)];
  try {
    await crowd.obey({ order: 'join', players });
    await server.write(warmUp);
    return await measured(server, crowd, async () => {
      await server.write(run);
      return run.reduce((sum, [, sizeBytes]) => sum + sizeBytes, 0);
    });
  } finally {
    await Promise.all([crowd.stop(), server.stop()]);
  }
}

/** @param act sends the stream to each player, and tells how many bytes it has */
async function measured(
  { pid }: Pick<CrowdServer, 'pid'>,
  crowd: StageCrowd,
  act: () => Promise<number>,
): Promise<Measurement> {
  await crowd.settled();
  const beforeMs = cpuMsOf(pid);
  const streamBytes = await act();
  const report = await crowd.settled();
  const cpuMs = cpuMsOf(pid) - beforeMs;
  return summary(cpuMs, streamBytes, report, rssBytesOf(pid));
}

function summary(cpuMs: number, streamBytes: number, { bytes, agesMs }: CrowdReport, rssBytes: number): Measurement {
  const deliveredBytes = bytes.reduce((sum, one) => sum + one, 0);
  const sortedMs = agesMs.toSorted((one, other) => one - other);
  return {
    cpuMsPerMb: cpuMs / (deliveredBytes / 1e6),
    cpuPercent: cpuMs / SECONDS / 10,
    leastDelivered: Math.min(...bytes) / streamBytes,
    p50Ms: sortedMs[sortedMs.length >> 1] ?? Number.NaN,
    p99Ms: sortedMs[Math.floor(sortedMs.length * 0.99)] ?? Number.NaN,
    rssMb: rssBytes / 1e6,
  };
}
