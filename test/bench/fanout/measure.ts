import type { BenchContext } from '../result.js';
import { BareServer, ownPieces, type Piece, publishedPieces } from './bare-floor.js';
import type { LiveRate } from './live-media.js';
import type { CrowdServer, StartServer } from './servers.js';
import { cpuMsOf, rssBytesOf, Stage, StageCrowd, StageFeed, StagePublisher, writesOf } from './stage.js';

/** The engine compiles what runs often: as long as it does so, what is measured does not count. */
export const WARM_UP_MS = 20_000;

/** How large a crowd is, and what it gets. */
export interface Scene {
  readonly players: number;
  readonly rate: LiveRate;
}

/** What a server needed to serve a crowd. */
export interface Measurement {
  readonly cpuMs: number;
  readonly durationMs: number;
  readonly deliveredBytes: number;
  /** System calls `write` and `writev`; some servers use others. */
  readonly writes: number;
  /** What the least served player got of the stream. */
  readonly leastDelivered: number;
  /** From the publisher's write to a player's read, in order; none where it is not measured. */
  readonly agesMs: readonly number[];
  readonly rssBytes: number;
}

/** Several measurements as one. */
export function together(measurements: readonly Measurement[]): Measurement {
  const sum = (of: (one: Measurement) => number): number => measurements.reduce((total, one) => total + of(one), 0);
  return {
    cpuMs: sum(({ cpuMs }) => cpuMs),
    durationMs: sum(({ durationMs }) => durationMs),
    deliveredBytes: sum(({ deliveredBytes }) => deliveredBytes),
    writes: sum(({ writes }) => writes),
    leastDelivered: Math.min(...measurements.map(({ leastDelivered }) => leastDelivered)),
    agesMs: measurements.flatMap(({ agesMs }) => agesMs).sort((one, other) => one - other),
    rssBytes: Math.max(...measurements.map(({ rssBytes }) => rssBytes)),
  };
}

export function cpuMsPerMb({ cpuMs, deliveredBytes }: Measurement): number {
  return cpuMs / (deliveredBytes / 1e6);
}

/** NaN where no age is known. */
export function agePercentileMs({ agesMs }: Measurement, percent: number): number {
  return agesMs[Math.floor((agesMs.length * percent) / 100)] ?? Number.NaN;
}

/** A server that carries a crowd, and may rest in between. */
export abstract class Carrier {
  readonly #stage = new Stage();
  #server: Pick<CrowdServer, 'pid'> | undefined;
  #crowd: StageCrowd | undefined;

  /** With its crowd. */
  static async ready<Kind extends Carrier>(carrier: Kind, players: number): Promise<Kind> {
    try {
      const [server, crowd] = await carrier.open(carrier.#stage);
      carrier.#server = server;
      carrier.#crowd = crowd;
      await crowd.obey({ order: 'join', players });
      return carrier;
    } catch (error) {
      await carrier.stop();
      throw error;
    }
  }

  protected abstract open(stage: Stage): Promise<[Pick<CrowdServer, 'pid'>, StageCrowd]>;

  /** Sends the stream to each player, and tells how many bytes it has. */
  protected abstract act(durationMs: number): Promise<number>;

  /** So many of its players read nothing any more. */
  async stick(players: number): Promise<void> {
    await this.#crowd?.obey({ order: 'stick', players });
  }

  /** There is silence before and after, so that what was sent has also arrived. */
  async measure(durationMs: number): Promise<Measurement> {
    const [pid, crowd] = [this.#server?.pid, this.#crowd];
    if (pid === undefined || crowd === undefined) throw new Error('measured before it was ready');
    const before = { cpuMs: cpuMsOf(pid), writes: writesOf(pid) };
    const streamBytes = await this.act(durationMs);
    const { bytes, agesMs, lost } = await crowd.settled();
    if (lost > 0) throw new Error(`${lost} players were cut off`);
    return {
      cpuMs: cpuMsOf(pid) - before.cpuMs,
      durationMs,
      deliveredBytes: bytes.reduce((sum, one) => sum + one, 0),
      writes: writesOf(pid) - before.writes,
      leastDelivered: Math.min(...bytes) / streamBytes,
      agesMs: agesMs.toSorted((one, other) => one - other),
      rssBytes: rssBytesOf(pid),
    };
  }

  stop(): Promise<void> {
    return this.#stage.clear();
  }
}

/** A server that speaks RTMP. */
class ServerCarrier extends Carrier {
  readonly #start: StartServer;
  readonly #rate: LiveRate;
  readonly #context: BenchContext;
  #publisher: StagePublisher | undefined;

  constructor(start: StartServer, rate: LiveRate, context: BenchContext) {
    super();
    this.#start = start;
    this.#rate = rate;
    this.#context = context;
  }

  protected async open(stage: Stage): Promise<[CrowdServer, StageCrowd]> {
    const { programs, root } = this.#context;
    const server = await stage.with(this.#start(this.#context));
    const url = `${server.url}/crowd`;
    this.#publisher = await stage.with(StagePublisher.start(programs, { url, rate: this.#rate, root }));
    return [server, await stage.with(StageCrowd.start(programs, { url, protocol: 'rtmp' }))];
  }

  protected async act(durationMs: number): Promise<number> {
    return (await this.#publisher?.publish(durationMs))?.bytes ?? 0;
  }
}

export interface BareWork {
  readonly maxBurstMs: number;
  /** How long one of our writes takes at the moment, with all that belongs to it. */
  readonly writeMs: () => number;
  /** Whether it also reads what a publisher sends. */
  readonly isFed: boolean;
}

/** A bare program that writes what ours would write. */
class BareCarrier extends Carrier {
  readonly #scene: Scene;
  readonly #work: BareWork;
  readonly #context: BenchContext;
  #server: BareServer | undefined;
  #feed: StageFeed | undefined;

  constructor(scene: Scene, work: BareWork, context: BenchContext) {
    super();
    this.#scene = scene;
    this.#work = work;
    this.#context = context;
  }

  protected async open(stage: Stage): Promise<[BareServer, StageCrowd]> {
    const { programs, root } = this.#context;
    const server = await stage.with(BareServer.start(root));
    this.#server = server;
    this.#feed = await stage.with(StageFeed.start(root, server.intakePort));
    return [server, await stage.with(StageCrowd.start(programs, { url: server.url, protocol: 'none' }))];
  }

  protected async act(durationMs: number): Promise<number> {
    const { root } = this.#context;
    const { maxBurstMs, writeMs, isFed } = this.#work;
    const written = await ownPieces(this.#scene, { maxBurstMs, writeMs: writeMs() }, durationMs, root);
    const fed: Piece[] = isFed ? await publishedPieces(this.#scene.rate, durationMs, root) : [];
    await Promise.all([this.#server?.write(written), fed.length > 0 && this.#feed?.send(fed)]);
    return written.reduce((sum, [, sizeBytes]) => sum + sizeBytes, 0);
  }
}

export function serverCarrier(start: StartServer, { players, rate }: Scene, context: BenchContext): Promise<Carrier> {
  return Carrier.ready(new ServerCarrier(start, rate, context), players);
}

export function bareCarrier(scene: Scene, work: BareWork, context: BenchContext): Promise<Carrier> {
  return Carrier.ready(new BareCarrier(scene, work, context), scene.players);
}
