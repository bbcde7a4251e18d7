import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CrowdOrder, CrowdReport, CrowdSetup, Published, PublisherSetup } from './roles.js';

/** The server has the first core for itself; all that loads it shares the second. */
const SERVER_CORE = '0';
const LOAD_CORE = '1';

const PAGE_BYTES = 4096;
/** When nothing has arrived for so long, everything has. */
const SETTLED_AFTER_MS = 400;
const SETTLE_TIMEOUT_MS = 10_000;

/** A program of the bench that is told what to do and answers, one message each. */
export class BenchProgram {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when it has said its first word, which is the second element. */
  static async start<Word>(script: string, setup?: unknown): Promise<[BenchProgram, Word]> {
    const args = setup === undefined ? [script] : [script, JSON.stringify(setup)];
    const program = new BenchProgram(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
    return [program, await program.#answer<Word>()];
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async tell<Answer>(order: unknown): Promise<Answer> {
    const answer = this.#answer<Answer>();
    this.#child.send(order as object);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }

  #answer<Answer>(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onMessage = (answer: unknown): void => {
        this.#child.off('exit', onExit);
        resolve(answer as Answer);
      };
      const onExit = (code: number | null): void => {
        this.#child.off('message', onMessage);
        reject(new Error(`a program of the bench ended with ${code}`));
      };
      this.#child.once('message', onMessage);
      this.#child.once('exit', onExit);
    });
  }
}

/** Something that was started for a bench. */
interface Stoppable {
  stop(): Promise<unknown>;
}

/** All that has been started for a bench: if something of it cannot start, the rest is stopped all the same. */
export class Stage {
  readonly #started: Stoppable[] = [];

  async with<One extends Stoppable>(starting: Promise<One>): Promise<One> {
    const one = await starting;
    this.#started.push(one);
    return one;
  }

  /** Stops everything; what was started last goes first. */
  async clear(): Promise<void> {
    for (const one of this.#started.splice(0).reverse()) {
      await one.stop();
    }
  }
}

/** The publisher of a bench: sends a live stream in real time, for as long as it is told. */
export class StagePublisher {
  readonly #program: BenchProgram;

  private constructor(program: BenchProgram) {
    this.#program = program;
  }

  static async start(programs: string, setup: PublisherSetup): Promise<StagePublisher> {
    const [program] = await BenchProgram.start(`${programs}/publisher.program.mjs`, setup);
    pin(program.pid, LOAD_CORE);
    return new StagePublisher(program);
  }

  publish(durationMs: number): Promise<Published> {
    return this.#program.tell(durationMs);
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}

/** A publisher without any protocol. */
export class StageFeed {
  readonly #program: BenchProgram;

  private constructor(program: BenchProgram) {
    this.#program = program;
  }

  static async start(root: string, port: number): Promise<StageFeed> {
    const [program] = await BenchProgram.start(join(root, 'test', 'bench', 'bare', 'feed.js'), port);
    pin(program.pid, LOAD_CORE);
    return new StageFeed(program);
  }

  /** Resolves when all pieces, each `[afterMs, sizeBytes]`, are sent. */
  send(pieces: readonly (readonly [number, number])[]): Promise<void> {
    return this.#program.tell(pieces);
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}

/** The crowd of a bench: players that count what they get. */
export class StageCrowd {
  readonly #program: BenchProgram;

  private constructor(program: BenchProgram) {
    this.#program = program;
  }

  static async start(programs: string, setup: CrowdSetup): Promise<StageCrowd> {
    const [program] = await BenchProgram.start(`${programs}/crowd.program.mjs`, setup);
    pin(program.pid, LOAD_CORE);
    return new StageCrowd(program);
  }

  obey(order: CrowdOrder): Promise<CrowdReport> {
    return this.#program.tell(order);
  }

  /** Waits until nothing is on its way any more; gives what has come since the last report. */
  async settled(): Promise<CrowdReport> {
    const deadlineMs = performance.now() + SETTLE_TIMEOUT_MS;
    let sum = await this.obey({ order: 'count' });
    for (;;) {
      await delay(SETTLED_AFTER_MS);
      const more = await this.obey({ order: 'count' });
      sum = added(sum, more);
      if (more.bytes.every((bytes) => bytes === 0) || performance.now() > deadlineMs) return sum;
    }
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}

/** Puts a server where nobody disturbs it. */
export function pinServer(pid: number): void {
  pin(pid, SERVER_CORE);
}

/** CPU time that a process has taken so far, user and system, all threads, to the nanosecond (`/proc/PID/task/TID/schedstat`). */
export function cpuMsOf(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const takenNs = tasks.map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]),
  );
  return takenNs.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** System calls so far with which a process has written (proc(5)). */
export function writesOf(pid: number): number {
  const io = readFileSync(`/proc/${pid}/io`, 'latin1');
  return Number(/^syscw: (\d+)$/m.exec(io)?.[1]);
}

/** Memory of a process that is really there. */
export function rssBytesOf(pid: number): number {
  return Number(statFields(pid)[21]) * PAGE_BYTES;
}

/** What stands behind the name of the program in `/proc/PID/stat` (proc(5)): the state is the first. */
function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function pin(pid: number, core: string): void {
  execFileSync('taskset', ['-acp', core, `${pid}`], { stdio: 'ignore' });
}

function added(sum: CrowdReport, more: CrowdReport): CrowdReport {
  return {
    bytes: more.bytes.map((bytes, i) => bytes + (sum.bytes[i] ?? 0)),
    agesMs: [...sum.agesMs, ...more.agesMs],
    lost: more.lost,
  };
}
