import { setTimeout as delay } from 'node:timers/promises';
import type { RetryingEvent } from '../../../src/events.js';
import type { MediaTag } from '../../../src/media/tag.js';
import { ILLNESSES, newestGuest, type Patient } from '../../support/faults/patients.js';
import { Recovery } from '../../support/faults/recovery.js';
import { Peer } from '../../support/peer.js';
import { StreamServer } from '../../support/stream-server.js';
import { syntheticStream } from '../../support/streams.js';
import { Stage } from '../fanout/stage.js';
import type { BenchContext, BenchResult } from '../result.js';

const HEALTHY_TARGETS = 7;
const WELL_MS = 5_000;
const ILL_MS = 60_000;
/** The longest wait between two attempts, and what recovery may take besides. */
const RECOVERY_MS = 32_000;
const SENDS_EVERY_MS = 40;
/** What recovery may take besides the back-off. */
const MOST_MS = 2_000;

/**
 * A relay as it is built, with the patience that it has by itself, to ten targets of which three fail in their ways for a minute of real
 * time. The others have to get every tag, byte for byte.
 */
export default async function failingTargets({ program }: BenchContext): Promise<BenchResult[]> {
  const stage = new Stage();
  const server = async (): Promise<StreamServer> => {
    const one = await new StreamServer().listen();
    await stage.with(Promise.resolve({ stop: () => one.close() }));
    return one;
  };
  try {
    const from = await server();
    const well = await Promise.all(Array.from({ length: HEALTHY_TARGETS }, server));
    const patients = await Promise.all(Object.values(ILLNESSES).map(async (illness) => illness(await server())));
    const all = [...well, ...patients.map((patient) => patient.server)];
    const targets = all.flatMap(({ port }) => ['--to', urlOf(port)]);
    const relay = new Peer(process.execPath, [program, 'relay', '--json', urlOf(from.port), ...targets]);
    await stage.with(Promise.resolve(relay));
    await Promise.all([from, ...all].map((one) => one.guest(1)));

    const camera = new Camera(from);
    await delay(WELL_MS);
    for (const patient of patients) await patient.fail();
    await delay(ILL_MS);
    const recoveries = await Promise.all(patients.map((patient) => recovered(patient)));
    await delay(RECOVERY_MS);
    const sent = camera.stop();
    await delay(WELL_MS); // until the last of it has arrived
    const delays = patients.map((patient) => newestDelayMs(relay.output, urlOf(patient.server.port)));
    const tookMs = await Promise.all(recoveries.map((recovery) => recovery.tookMs()));
    return [
      everyByte(well, sent),
      ...Object.keys(ILLNESSES).map((illness, i) => recovery(illness, tookMs[i] ?? 0, delays[i] ?? 0)),
    ];
  } finally {
    await stage.clear();
  }
}

function urlOf(port: number): string {
  return `rtmp://127.0.0.1:${port}/app/live`;
}

/** Sends a stream in real time. */
class Camera {
  readonly #tags = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 110_000, frameBytes: 10_000 });
  readonly #timer: NodeJS.Timeout;
  #sent = 0;

  constructor(server: StreamServer) {
    const startedMs = performance.now();
    this.#timer = setInterval(() => {
      const nowMs = performance.now() - startedMs;
      const end = this.#tags.findIndex(({ timestampMs }, i) => i >= this.#sent && timestampMs > nowMs);
      const some = this.#tags.slice(this.#sent, end < 0 ? this.#tags.length : end);
      this.#sent += some.length;
      newestGuest(server).send(some);
    }, SENDS_EVERY_MS);
  }

  /** @returns all that it has sent */
  stop(): readonly MediaTag[] {
    clearInterval(this.#timer);
    return this.#tags.slice(0, this.#sent);
  }
}

async function recovered({ server, recover }: Patient): Promise<Recovery> {
  await recover();
  return new Recovery(() => server.guests.reduce((sum, { tags }) => sum + tags.length, 0));
}

/** The wait that was announced last. */
function newestDelayMs(output: string, url: string): number {
  const place = url.replace(/live$/, '****');
  const lines = output.split('\n').filter((line) => line.startsWith('{"event":"retrying"') && line.includes(place));
  const newest = lines.at(-1);
  return newest === undefined ? 0 : (JSON.parse(newest) as RetryingEvent).delayMs;
}

function everyByte(well: readonly StreamServer[], sent: readonly MediaTag[]): BenchResult {
  const whole = well.filter(({ guests }) => guests.length === 1 && isSame(guests[0]?.tags ?? [], sent));
  const [value, name] = [whole.length, `of ${well.length} targets have every byte while three fail for a minute`];
  return { name, value, unit: '', target: `${well.length}`, isMet: value === well.length, note: `${sent.length} tags` };
}

function isSame(some: readonly MediaTag[], others: readonly MediaTag[]): boolean {
  return some.length === others.length && some.every(({ body }, i) => Buffer.compare(body, others[i]!.body) === 0);
}

function recovery(illness: string, tookMs: number, backOffMs: number): BenchResult {
  return {
    name: `recovery: ${illness}`,
    value: tookMs,
    unit: 'ms',
    target: `at most the wait of ${backOffMs.toFixed(0)} ms and ${MOST_MS} ms`,
    isMet: tookMs <= backOffMs + MOST_MS,
  };
}
