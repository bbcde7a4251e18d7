import { setTimeout as delay } from 'node:timers/promises';
import { Stage } from '../fanout/stage.js';
import { randomFrom } from '../random.js';
import type { BenchContext, BenchResult } from '../result.js';
import { DisturbedRelay } from './disturbed-relay.js';

const FAULTS = 2_000;
const FAULT_EVERY_MS = 50;
/** All that happens once has happened after so many of them. */
const WARM_UP_FAULTS = 500;
/**
 * Code that V8 compiles grows by hundreds of bytes with each fault, for many thousands of them, and nobody could see a leak
 * beside it. Without its compilers what grows is ours.
 */
const V8 = ['--jitless'];
/** Much less than anything takes that is kept for each connection. */
const MOST_OBJECT_BYTES = 50;
/** Blocks of memory that are used again are many, one more or less at a time: one that is lost each time is 64 KiB. */
const MOST_BUFFER_BYTES = 1_000;

/**
 * What a lost connection leaves behind for ever in a relay of two sources to two servers: too little to be seen in a soak that
 * disturbs it now and then, so here the ways to them are reset one after the other, as fast as it connects again. Files are
 * left out: the index of a recording grows by itself. Settings: `faults=2000`, `seed=1`.
 */
export default async function relayStorm(context: BenchContext): Promise<BenchResult[]> {
  const { settings } = context;
  const faults = Number(settings['faults'] ?? FAULTS);
  const random = randomFrom(Number(settings['seed'] ?? 1));
  const stage = new Stage();
  try {
    const relay = await DisturbedRelay.start(stage, context, {
      v8: V8,
      retryDelay: '20ms',
      retryMaxDelay: '100ms',
      files: [],
    });
    await storm(relay, WARM_UP_FAULTS, random);
    const [retriesBefore, before] = [relay.count('retrying'), await relay.observer.heldAtRest()];
    await storm(relay, faults, random);
    const [retries, after] = [relay.count('retrying') - retriesBefore, await relay.observer.heldAtRest()];
    return [
      left('objects', (after.objectBytes - before.objectBytes) / retries, MOST_OBJECT_BYTES, `${retries} retries`),
      left('buffers', (after.bufferBytes - before.bufferBytes) / retries, MOST_BUFFER_BYTES),
    ];
  } finally {
    await stage.clear();
  }
}

async function storm(relay: DisturbedRelay, faults: number, random: () => number): Promise<void> {
  for (let fault = 0; fault < faults; fault++) {
    relay.proxies[Math.floor(random() * relay.proxies.length)]?.reset();
    await delay(FAULT_EVERY_MS);
  }
  await relay.recovered();
}

function left(what: string, bytes: number, mostBytes: number, note?: string): BenchResult {
  return {
    name: `${what} left behind by a retry`,
    value: bytes,
    unit: 'bytes',
    target: `at most ${mostBytes}`,
    isMet: bytes <= mostBytes,
    ...(note === undefined ? {} : { note }),
  };
}
