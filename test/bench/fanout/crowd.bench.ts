import type { BenchContext, BenchResult } from '../result.js';
import type { LiveRate } from './live-media.js';
import { type Measurement, measureFedFloor, measureFloor, measureServer, type Scene } from './measure.js';
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
  [FLOOR, measureFloor, MAX_LATENCY_MS],
  [PATIENT_FLOOR, measureFloor, PATIENT_LATENCY_MS],
  [FED_FLOOR, measureFedFloor, MAX_LATENCY_MS],
  [PATIENT_FED_FLOOR, measureFedFloor, PATIENT_LATENCY_MS],
] as const;

type Row = ReadonlyMap<string, Measurement>;

/**
 * CPU of a server per MB that it delivers, and how late it delivers, for crowds of several sizes, beside other servers and
 * beside a bare program on Node that writes the same bytes in the same pieces; a fed one reads a publisher, too.
 * Settings: `players=400,1000`, `kbps=2500`, `servers=rtmpkit,bare-node`, `profile=DIR`, and `rounds=3`, of which the cheapest
 * counts: what disturbs a round only makes it dearer.
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
  const row = new Map<string, Measurement>();
  const title = `${scene.players} players, ${scene.rate.kbps} kb/s`;
  console.error(`\n${title.padEnd(32)}CPU ms/MB  CPU %  least delivered  p50 ms  p99 ms  RSS MB`);
  const works = [
    ...SERVERS.map(([name, start]) => [name, () => measureServer(start, scene, context)] as const),
    ...FLOORS.map(([name, measure, maxBurstMs]) => [name, () => measure(scene, maxBurstMs, context)] as const),
  ];
  for (let round = 0; round < Number(context.settings['rounds'] ?? 1); round++) {
    for (const [name, work] of works.filter(([name]) => isWanted(context, 'servers', name))) {
      const measured = await work();
      console.error(line(name, measured));
      const former = row.get(name);
      if (former === undefined || measured.cpuMsPerMb < former.cpuMsPerMb) row.set(name, measured);
    }
  }
  return row;
}

function line(name: string, measured: Measurement): string {
  const { cpuMsPerMb, cpuPercent, leastDelivered, p50Ms, p99Ms, rssMb } = measured;
  const cells: [number, number, number][] = [
    [cpuMsPerMb, 9, 2],
    [cpuPercent, 7, 1],
    [leastDelivered, 17, 3],
    [p50Ms, 8, 1],
    [p99Ms, 8, 1],
    [rssMb, 8, 0],
  ];
  const figures = cells.map(([value, width, digits]) =>
    (Number.isNaN(value) ? '' : value.toFixed(digits)).padStart(width),
  );
  return `  ${name.padEnd(30)}${figures.join('')}`;
}

/** What was promised of crowds of this size. */
function judged(scene: Scene, row: Row): BenchResult[] {
  const { players, rate } = scene;
  const title = `${players} x ${rate.kbps} kb/s`;
  const cost = (name: string): number => row.get(name)?.cpuMsPerMb ?? Number.NaN;
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
    ...beside(PATIENT, PATIENT_FED_FLOOR),
  ];
  const own = row.get(OURS);
  if (own === undefined) return results;
  const { leastDelivered, p99Ms, rssMb } = own;
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
  if (players === 1000 && rate.kbps === 500) results.push(atMost('memory', rssMb, 'MB', 130));
  return results;
}
