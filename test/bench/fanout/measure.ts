import type { BenchContext } from '../result.js';
import { BareServer, ownPieces, type Piece, publishedPieces } from './bare-floor.js';
import type { LiveRate } from './live-media.js';
import type { CrowdReport } from './roles.js';
import type { CrowdServer, StartServer } from './servers.js';
import { cpuMsOf, rssBytesOf, Stage, StageCrowd, StageFeed, StagePublisher } from './stage.js';

const SECONDS = 12;
/** The engine compiles what runs often. */
const WARM_UP_MS = 20_000;

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
  const stage = new Stage();
  try {
    const server = await stage.with(start(context));
    const url = `${server.url}/crowd`;
    const publisher = await stage.with(StagePublisher.start(context.programs, { url, rate, root: context.root }));
    const crowd = await stage.with(StageCrowd.start(context.programs, { url, protocol: 'rtmp' }));
    await crowd.obey({ order: 'join', players });
    await arrange(crowd);
    await publisher.publish(WARM_UP_MS);
    return await measured(server, crowd, async () => (await publisher.publish(SECONDS * 1000)).bytes);
  } finally {
    await stage.clear();
  }
}

/** Which pieces of what a bare program does are measured: all that it writes, and when it is fed, what it reads. */
interface BareWork {
  readonly written: readonly Piece[];
  readonly fed: readonly Piece[];
}

/** The same for a bare program that writes what ours would write, with bursts of up to `maxBurstMs`. */
export function measureFloor(scene: Scene, maxBurstMs: number, context: BenchContext): Promise<Measurement> {
  return measureBare(scene, context, async (durationMs) => ({
    written: await ownPieces(scene.players, scene.rate, maxBurstMs, durationMs, context.root),
    fed: [],
  }));
}

/** And when it has to read, besides, what the publisher sends. */
export function measureFedFloor(scene: Scene, maxBurstMs: number, context: BenchContext): Promise<Measurement> {
  return measureBare(scene, context, async (durationMs) => ({
    written: await ownPieces(scene.players, scene.rate, maxBurstMs, durationMs, context.root),
    fed: await publishedPieces(scene.rate, durationMs, context.root),
  }));
}

async function measureBare(
  { players }: Scene,
  { root, programs }: BenchContext,
  workFor: (durationMs: number) => Promise<BareWork>,
): Promise<Measurement> {
  const [warmUp, run] = [await workFor(WARM_UP_MS), await workFor(SECONDS * 1000)];
  const stage = new Stage();
  try {
    const server = await stage.with(BareServer.start(root));
    const feed = await stage.with(StageFeed.start(root, server.intakePort));
    const crowd = await stage.with(StageCrowd.start(programs, { url: server.url, protocol: 'none' }));
    const act = async ({ written, fed }: BareWork): Promise<number> => {
      await Promise.all([server.write(written), fed.length > 0 && feed.send(fed)]);
      return written.reduce((sum, [, sizeBytes]) => sum + sizeBytes, 0);
    };
    await crowd.obey({ order: 'join', players });
    await act(warmUp);
    return await measured(server, crowd, () => act(run));
  } finally {
    await stage.clear();
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
