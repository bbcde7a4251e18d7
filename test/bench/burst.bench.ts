import { Broadcast } from '../../src/flow/broadcast.js';
import type { Burst } from '../../src/flow/burst.js';
import type { Clock } from '../../src/flow/clock.js';
import type { Sink } from '../../src/flow/sink.js';
import type { MediaTag } from '../../src/media/tag.js';
import type { TagFormat } from '../../src/media/tag-format.js';
import { rtmpTagFormat } from '../../src/rtmp/chunk/tag-format.js';
import type { BenchResult } from './result.js';

const SUBSCRIBERS = [1, 100, 1000];
const SLOW_SUBSCRIBERS = [1000, 4000];
const BURSTS = 500;
const BURST_MS = 40;
const GOP_BURSTS = 50;
const ROUNDS = 15;

const FORMAT = rtmpTagFormat({ chunkSizeBytes: 65536, streamId: 1 });

/** What keeps the engine from taking the work away: it is looked at. */
let sum = 0;

/**
 * The way of a burst from `append` to its subscribers, without any I/O: gathering, encoding once, handing to each. Beside it
 * what no server can do without: to copy the bodies once into one buffer, and to call each subscriber with it.
 */
export default async function burstBench(): Promise<BenchResult[]> {
  const bursts = mediaBursts();
  const results = [
    ...SUBSCRIBERS.map((count) => fanOut(bursts, count)),
    ...SLOW_SUBSCRIBERS.map((count) => skipping(bursts, count)),
  ];
  if (sum === 0) {
    throw new Error('nothing was done');
  }
  return results;
}

/** 2.5 Mb/s: 12.5 KB in 40 ms, as one video frame and two audio frames; a keyframe every 2 s. */
function mediaBursts(): MediaTag[][] {
  return Array.from({ length: BURSTS }, (_, i) => {
    const timestampMs = i * BURST_MS;
    const video = new Uint8Array(11_700).fill(i);
    video.set([i % GOP_BURSTS === 0 ? 0x17 : 0x27, 1, 0, 0, 0]);
    const audio = (offsetMs: number): MediaTag => ({
      kind: 'audio',
      timestampMs: timestampMs + offsetMs,
      body: Uint8Array.of(0xaf, 1, ...new Uint8Array(400)),
    });
    return [{ kind: 'video', timestampMs, body: video }, audio(0), audio(21)];
  });
}

/** Turns end when the bench says so. */
class BenchClock implements Clock {
  ms = 0;
  #turn: (() => void)[] = [];

  nowMs(): number {
    return this.ms;
  }

  atEndOfTurn(run: () => void): void {
    this.#turn.push(run);
  }

  after(_delayMs: number, run: () => void): () => void {
    this.#turn.push(run);
    return () => {};
  }

  endTurn(): void {
    const turn = this.#turn;
    this.#turn = [];
    for (const run of turn) {
      run();
    }
  }
}

class CountingSink implements Sink {
  readonly #format: TagFormat;
  readonly #isAlwaysFull: boolean;

  constructor(format: TagFormat, isAlwaysFull: boolean) {
    this.#format = format;
    this.#isAlwaysFull = isAlwaysFull;
  }

  write(burst: Burst): boolean {
    sum += burst.encoded(this.#format).length;
    return !this.#isAlwaysFull;
  }

  end(): void {}

  skipped(): void {
    sum++;
  }
}

function sendThrough(bursts: readonly MediaTag[][], subscribers: number, isAlwaysFull: boolean): () => void {
  const clock = new BenchClock();
  const broadcast = new Broadcast({ maxBytes: 32e6, maxDurationMs: 10_000, gopCache: true, clock });
  for (let i = 0; i < subscribers; i++) {
    const sink = new CountingSink(FORMAT, isAlwaysFull);
    broadcast.subscribe(sink, { mode: 'live', join: 'newest-keyframe', maxLagMs: 1000 });
  }
  clock.endTurn();
  return () => {
    for (const tags of bursts) {
      clock.ms += BURST_MS;
      broadcast.append(tags);
      clock.endTurn();
    }
  };
}

function fanOut(bursts: readonly MediaTag[][], subscribers: number): BenchResult {
  const floorNs = bestNs(copyAndCall(bursts, subscribers));
  const workNs = bestNs(sendThrough(bursts, subscribers, false));
  const deliveries = BURSTS * subscribers;
  return {
    name: `burst from append to ${subscribers} subscribers`,
    value: (deliveries / workNs) * 1000,
    unit: 'million deliveries/s',
    floor: {
      name: 'memcpy of the bodies into a fresh buffer, then one call per subscriber',
      value: (deliveries / floorNs) * 1000,
    },
    ratio: floorNs / workNs,
    target: '2 million/s with 1000 subscribers: a twentieth of what their socket writes cost',
  };
}

function copyAndCall(bursts: readonly MediaTag[][], subscribers: number): () => void {
  const sinks = Array.from({ length: subscribers }, () => ({
    write: (bytes: Uint8Array) => {
      sum += bytes.length;
    },
  }));
  return () => {
    for (const tags of bursts) {
      const bytes = Buffer.concat(tags.map(({ body }) => body));
      for (const sink of sinks) {
        sink.write(bytes);
      }
    }
  };
}

/** Subscribers that take nothing: what they cost per burst, jumps to the newest keyframe included. */
function skipping(bursts: readonly MediaTag[][], subscribers: number): BenchResult {
  const workNs = bestNs(sendThrough(bursts, subscribers, true));
  return {
    name: `burst past ${subscribers} stuck subscribers`,
    value: (BURSTS * subscribers * 1000) / workNs,
    unit: 'million subscribers/s',
    target: 'the same whatever their number',
  };
}

/** Best of many rounds: what disturbs a round only makes it longer. */
function bestNs(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    work();
    best = Math.min(best, Number(process.hrtime.bigint() - start));
  }
  return best;
}
