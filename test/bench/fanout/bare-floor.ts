import { join } from 'node:path';
import { Broadcast } from '../../../src/flow/broadcast.js';
import type { Clock } from '../../../src/flow/clock.js';
import { rtmpTagFormat } from '../../../src/rtmp/chunk/tag-format.js';
import { OUR_CHUNK_SIZE_BYTES } from '../../../src/rtmp/session/limits.js';
import { LiveMedia, type LiveRate } from './live-media.js';
import { BenchProgram, pinServer } from './stage.js';

interface BarePorts {
  readonly port: number;
  readonly intakePort: number;
}

/** When something is written, from the start on, and how much. */
export type Piece = readonly [afterMs: number, sizeBytes: number];

const FORMAT = rtmpTagFormat({ chunkSizeBytes: OUR_CHUNK_SIZE_BYTES, streamId: 1 });

/**
 * What our server writes to each of so many players: the broadcast itself says, with a clock that only jumps. While it writes to one, what
 * comes has to wait, and that shortens the next burst: so it has to know how long a write takes.
 */
export async function ownPieces(
  { players, rate }: { readonly players: number; readonly rate: LiveRate },
  { maxBurstMs, writeMs }: { readonly maxBurstMs: number; readonly writeMs: number },
  durationMs: number,
  root: string,
): Promise<Piece[]> {
  const media = await LiveMedia.at(rate, root);
  const clock = new JumpingClock();
  const broadcast = new Broadcast({ maxBytes: 64e6, maxDurationMs: 10_000, gopCache: true, maxBurstMs, clock });
  const pieces: Piece[] = [];
  for (let i = 0; i < players; i++) {
    const write = (bytes: Uint8Array): boolean => {
      if (i === 0) pieces.push([clock.nowMs(), bytes.length]);
      clock.pass(writeMs);
      return true;
    };
    const sink = { write: (burst: { encoded(format: typeof FORMAT): Uint8Array }) => write(burst.encoded(FORMAT)) };
    broadcast.subscribe({ ...sink, end: () => {} }, { mode: 'live', join: 'newest-keyframe' });
  }
  for (const tag of media.until(durationMs)) {
    clock.jumpTo(tag.timestampMs);
    broadcast.append([tag]);
    clock.endTurn();
  }
  clock.jumpTo(durationMs + maxBurstMs);
  return pieces;
}

/** What a publisher sends, a piece for each tag. */
export async function publishedPieces(rate: LiveRate, durationMs: number, root: string): Promise<Piece[]> {
  const media = await LiveMedia.at(rate, root);
  return [...media.until(durationMs)].map((tag) => [tag.timestampMs, FORMAT.encode([tag]).length]);
}

/** A bare program on Node that writes pieces to whoever connects. */
export class BareServer {
  readonly url: string;
  /** Where it reads what somebody sends. */
  readonly intakePort: number;
  readonly #program: BenchProgram;

  private constructor(program: BenchProgram, { port, intakePort }: BarePorts) {
    this.#program = program;
    this.url = `rtmp://127.0.0.1:${port}/none/none`;
    this.intakePort = intakePort;
  }

  static async start(root: string): Promise<BareServer> {
    const script = join(root, 'test', 'bench', 'bare', 'fan-out.js');
    const [program, ports] = await BenchProgram.start<BarePorts>(script);
    pinServer(program.pid);
    return new BareServer(program, ports);
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** Resolves when all are written. */
  write(pieces: readonly Piece[]): Promise<void> {
    return this.#program.tell(pieces);
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}

/** Time that stands still until it is told to jump; then what was due on the way runs. */
class JumpingClock implements Clock {
  #nowMs = 0;
  #turn: (() => void)[] = [];
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  atEndOfTurn(run: () => void): void {
    this.#turn.push(run);
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  endTurn(): void {
    for (let due = this.#turn.splice(0); due.length > 0; due = this.#turn.splice(0)) {
      for (const run of due) run();
    }
  }

  /** Somebody is busy. */
  pass(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  jumpTo(timeMs: number): void {
    for (;;) {
      const [next] = this.#timers.filter(({ atMs }) => atMs <= timeMs).sort((one, other) => one.atMs - other.atMs);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
      this.endTurn();
    }
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }
}
