import type { BenchContext, BenchResult } from '../result.js';
import type { LiveRate } from './live-media.js';
import {
  agePercentileMs,
  bareCarrier,
  type Carrier,
  cpuMsPerMb,
  type Measurement,
  type Scene,
  serverCarrier,
  together,
  WARM_UP_MS,
} from './measure.js';
import { nginxRtmp, nodeMediaServer, rtmpkit, type StartServer } from './servers.js';

const PLAYERS = [10, 50, 100, 400, 1000];
const RATES: readonly LiveRate[] = [
  { kbps: 500, audioKbps: 64 },
  { kbps: 2500, audioKbps: 128 },
];
const MAX_LATENCY_MS = 40;
const PATIENT_LATENCY_MS = 350;

const LEAST_DELIVERED = 0.98;

const OURS = 'rtmpkit';
const OTHER = 'rtmpkit-other';
const PATIENT = `rtmpkit-${PATIENT_LATENCY_MS}ms`;
const FLOOR = 'bare-node';
const PATIENT_FLOOR = `bare-node-${PATIENT_LATENCY_MS}ms`;
const FED_FLOOR = 'fed-node';
const PATIENT_FED_FLOOR = `fed-node-${PATIENT_LATENCY_MS}ms`;
const NGINX = 'nginx-rtmp';
const NODE_MEDIA_SERVER = 'node-media-server';

const SERVERS: readonly (readonly [name: string, start: StartServer])[] = [
  [OURS, rtmpkit()],
  [PATIENT, rtmpkit('--max-latency', `${PATIENT_LATENCY_MS}ms`)],
  [NGINX, nginxRtmp],
  [NODE_MEDIA_SERVER, nodeMediaServer],
];
const FLOORS = [
  [FLOOR, { twin: OURS, maxBurstMs: MAX_LATENCY_MS, isFed: false }],
  [PATIENT_FLOOR, { twin: PATIENT, maxBurstMs: PATIENT_LATENCY_MS, isFed: false }],
  [FED_FLOOR, { twin: OURS, maxBurstMs: MAX_LATENCY_MS, isFed: true }],
  [PATIENT_FED_FLOOR, { twin: PATIENT, maxBurstMs: PATIENT_LATENCY_MS, isFed: true }],
] as const;

/** Two GOPs. Nobody waits so long for its turn that it is taken for gone. */
const TURN_MS = 4_000;
const ROUNDS = 4;
/** How long a write of ours takes, where ours is not measured. */
const TYPICAL_WRITE_MS = 0.01;

type Row = ReadonlyMap<string, Measurement>;

/**
 * CPU of a server per MB that it delivers, and how late it delivers, for crowds of several sizes, beside other servers and
 * beside a bare program on Node that writes the same bytes in the same pieces; a fed one reads a publisher, too.
 *
 * All are there at the same time and take turns of a few seconds, so that whatever the machine does meanwhile, it does to all.
 * Settings: `players=400,1000`, `kbps=2500`, `servers=rtmpkit,bare-node`, `rounds=8`, `profile=DIR`, and `other=PROGRAM` for another build
 * of rtmpkit beside this one.
 */
export default async function crowdBench(context: BenchContext): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const rate of RATES.filter(({ kbps }) => isWanted(context, 'kbps', kbps))) {
    for (const players of PLAYERS.filter((count) => isWanted(context, 'players', count))) {
      const scene = { players, rate };
      results.push(...judged(scene, await measureAll(scene, context)));
    }
  }
  return results;
}

function isWanted({ settings }: BenchContext, name: string, value: string | number): boolean {
  return settings[name]?.split(',').includes(`${value}`) ?? true;
}

async function measureAll(scene: Scene, context: BenchContext): Promise<Row> {
  const carriers = new Map<string, Carrier>();
  const turns = new Map<string, Measurement[]>();
  const rounds = WARM_UP_MS / TURN_MS + Number(context.settings['rounds'] ?? ROUNDS);
  try {
    await openAll(carriers, scene, context, (name) => writeMs(turns.get(name)?.at(-1)));
    for (let round = 0; round < rounds; round++) {
      for (const [name, carrier] of carriers) {
        turns.set(name, [...(turns.get(name) ?? []), await carrier.measure(TURN_MS)]);
      }
    }
  } finally {
    for (const carrier of carriers.values()) await carrier.stop();
  }
  const row = new Map([...turns].map(([name, measured]) => [name, together(measured.slice(WARM_UP_MS / TURN_MS))]));
  printRow(scene, row);
  return row;
}

/** @param writeMsOf how long a write of this one takes, so that bare programs write pieces of the same sizes */
async function openAll(
  carriers: Map<string, Carrier>,
  scene: Scene,
  context: BenchContext,
  writeMsOf: (name: string) => number,
): Promise<void> {
  const isAsked = ([name]: readonly [string, ...unknown[]]): boolean => isWanted(context, 'servers', name);
  const { other } = context.settings;
  for (const [name, start] of SERVERS.filter(isAsked)) {
    carriers.set(name, await serverCarrier(start, scene, context));
  }
  if (other !== undefined) carriers.set(OTHER, await serverCarrier(rtmpkit(), scene, { ...context, program: other }));
  for (const [name, { twin, ...work }] of FLOORS.filter(isAsked)) {
    carriers.set(name, await bareCarrier(scene, { ...work, writeMs: () => writeMsOf(twin) }, context));
  }
}

function writeMs(own: Measurement | undefined): number {
  return own === undefined ? TYPICAL_WRITE_MS : own.cpuMs / own.writes;
}

function printRow({ players, rate }: Scene, row: Row): void {
  const title = `${players} players, ${rate.kbps} kb/s`;
  console.error(`\n${title.padEnd(32)}CPU ms/MB  CPU %  KB/write  least delivered  p50 ms  p99 ms  RSS MB`);
  for (const [name, measured] of row) console.error(line(name, measured));
}

function line(name: string, measured: Measurement): string {
  const { cpuMs, durationMs, deliveredBytes, writes, leastDelivered, rssBytes } = measured;
  const cells: [number, number, number][] = [
    [cpuMsPerMb(measured), 9, 2],
    [(cpuMs / durationMs) * 100, 7, 1],
    [deliveredBytes / writes / 1e3, 10, 2],
    [leastDelivered, 17, 3],
    [agePercentileMs(measured, 50), 8, 1],
    [agePercentileMs(measured, 99), 8, 1],
    [rssBytes / 1e6, 8, 0],
  ];
  const figures = cells.map(([value, width, digits]) =>
    (Number.isFinite(value) ? value.toFixed(digits) : '').padStart(width),
  );
  return `  ${name.padEnd(30)}${figures.join('')}`;
}

/** What was promised of crowds of this size. */
function judged(scene: Scene, row: Row): BenchResult[] {
  const { players, rate } = scene;
  const title = `${players} x ${rate.kbps} kb/s`;
  const cost = (name: string): number => {
    const measured = row.get(name);
    return measured === undefined ? Number.NaN : cpuMsPerMb(measured);
  };
  const beside = (name: string, other: string, most?: number): BenchResult[] => {
    const ratio = cost(name) / cost(other);
    if (Number.isNaN(ratio)) return [];
    const result = {
      name: `${title}: ${name === OURS ? '' : 'patient, '}beside ${other}`,
      value: cost(name),
      unit: 'CPU ms/MB',
      floor: { name: other, value: cost(other) },
      ratio,
      ...(most === undefined ? {} : { target: `at most ${most}`, isMet: ratio <= most }),
    };
    return [result];
  };
  const isLarge = (players === 400 && rate.kbps === 2500) || (players === 1000 && rate.kbps === 500);
  const results = [
    ...beside(OURS, NGINX, isLarge ? (players === 400 ? 0.55 : 0.5) : undefined),
    ...beside(OURS, NODE_MEDIA_SERVER, isLarge ? 0.45 : undefined),
    ...beside(OURS, FLOOR, players >= 100 ? 1.25 : undefined),
    ...beside(PATIENT, PATIENT_FLOOR, players >= 100 ? 1.25 : undefined),
    ...beside(OURS, FED_FLOOR),
    ...beside(OURS, OTHER),
    ...beside(PATIENT, PATIENT_FED_FLOOR),
  ];
  const own = row.get(OURS);
  if (own === undefined) return results;
  const { leastDelivered, rssBytes } = own;
  const p99Ms = agePercentileMs(own, 99);
  const atMost = (name: string, value: number, unit: string, limit: number): BenchResult => {
    return { name: `${title}: ${name}`, value, unit, target: `at most ${limit}`, isMet: value <= limit };
  };
  results.push({
    name: `${title}: least delivered`,
    value: leastDelivered,
    unit: '',
    target: `at least ${LEAST_DELIVERED}`,
    isMet: leastDelivered >= LEAST_DELIVERED,
  });
  if (players === 50) results.push(atMost('latency, p99', p99Ms, 'ms', 5));
  if (players === 1000) results.push(atMost('latency, p99', p99Ms, 'ms', 60));
  if (players === 1000 && rate.kbps === 500) results.push(atMost('memory', rssBytes / 1e6, 'MB', 130));
  return results;
}
