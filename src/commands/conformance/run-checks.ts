import { NetworkError, RejectedError, RtmpkitError } from '../../errors.js';
import { Deadline } from '../../net/deadline.js';
import type { ConformanceCheckReport, ConformanceReport } from '../../report.js';
import { ALL_CHECKS } from './all-checks.js';
import { type Check, type Finding, fails, skipped } from './check.js';
import { ALIVE_CHECK } from './checks/alive.js';
import { CheckDesk, type ServerAddress, type ServerNotes, type ServerWatch } from './desk.js';

const CHECK_MS = 10_000;
const TOTAL_MS = 60_000;
/** Checks under way at a time, of those that have connections of their own. */
const AT_A_TIME = 4;

export interface CheckRunOptions {
  readonly address: ServerAddress;
  readonly signal: AbortSignal;
  /** Looks at the first connection. */
  readonly watch: ServerWatch;
}

/** Tries out everything: first what goes on one connection, then the rest a few at a time, at last whether it still lives. */
export class CheckRun {
  readonly #options: CheckRunOptions;
  readonly #notes: ServerNotes = { connections: 0, publishRefusal: undefined, wantsLogin: false };
  readonly #found = new Map<Check, Pick<ConformanceCheckReport, 'outcome' | 'seen' | 'ms'>>();
  readonly #endMs = performance.now() + TOTAL_MS;

  constructor(options: CheckRunOptions) {
    this.#options = options;
  }

  /**
   * @throws {RtmpkitError} when not even the first connection comes about
   * @throws the signal's reason when aborted
   */
  async run(): Promise<ConformanceReport> {
    const all = ALL_CHECKS.flatMap(({ checks }) => checks);
    await this.#onSession(all.filter(({ usesSession }) => usesSession === true));
    const others = all.filter((check) => check.usesSession !== true && check !== ALIVE_CHECK);
    await this.#apart(others.filter(({ isRisky }) => isRisky !== true));
    for (const check of [...others.filter(({ isRisky }) => isRisky === true), ALIVE_CHECK]) await this.#alone(check);
    return this.#report();
  }

  async #onSession(checks: readonly Check[]): Promise<void> {
    const { address, signal, watch } = this.#options;
    const desk = new CheckDesk(address, this.#notes, signal, watch);
    try {
      await desk.session().catch((error: unknown) => {
        throw withAdvice(error);
      });
      for (const check of checks) {
        const { outcome } = await this.#do(check, desk, signal);
        if (outcome === 'fails') desk.endSession(); // nobody knows what state it is in
      }
    } finally {
      desk.close();
    }
  }

  async #apart(checks: readonly Check[]): Promise<void> {
    const waiting = [...checks];
    const worker = async (): Promise<void> => {
      for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) await this.#alone(check);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  }

  async #alone(check: Check): Promise<void> {
    const { address, signal } = this.#options;
    const deadline = new Deadline(CHECK_MS, signal, () => new NetworkError('ERR_TIMEOUT', TOO_LONG));
    const desk = new CheckDesk(address, this.#notes, deadline.signal);
    try {
      await this.#do(check, desk, signal);
    } finally {
      deadline.clear();
      desk.close();
    }
  }

  async #do(check: Check, desk: CheckDesk, signal: AbortSignal): Promise<Finding> {
    const startMs = performance.now();
    const finding = this.#isOver ? skipped(NO_TIME) : await this.#findingOf(check, desk, signal);
    this.#found.set(check, { ...finding, ms: Math.round(performance.now() - startMs) });
    return finding;
  }

  /** What goes wrong is what was seen. */
  async #findingOf(check: Check, desk: CheckDesk, signal: AbortSignal): Promise<Finding> {
    try {
      return await check.run(desk);
    } catch (error) {
      if (signal.aborted) return skipped(NO_TIME);
      if (!(error instanceof RtmpkitError) || error.code === 'ERR_INTERNAL') throw error;
      if (error.code === 'ERR_REFUSED' && check !== ALIVE_CHECK) return skipped(this.#whyGone);
      const isRefusal = error instanceof RejectedError && this.#notes.publishRefusal !== undefined;
      const words = error.peerWords === undefined ? '' : ` (${error.peerWords})`;
      return isRefusal ? skipped(`publishing is refused: ${this.#notes.publishRefusal}`) : fails(error.message + words);
    }
  }

  get #isOver(): boolean {
    return this.#options.signal.aborted || performance.now() > this.#endMs;
  }

  get #whyGone(): string {
    return this.#notes.connections <= 1 ? 'the server takes one connection only' : 'the server is gone';
  }

  #report(): ConformanceReport {
    const checks = ALL_CHECKS.flatMap((group) =>
      group.checks.map((check): ConformanceCheckReport => {
        const { id, section, title } = check;
        const found = this.#found.get(check) ?? { ...skipped('it was not reached'), ms: 0 };
        return { id, group: group.name, section, title, ...found };
      }),
    );
    const count = (outcome: ConformanceCheckReport['outcome']): number =>
      checks.filter((check) => check.outcome === outcome).length;
    return {
      pass: count('pass'),
      deviates: count('deviates'),
      fails: count('fails'),
      skipped: count('skipped'),
      checks,
    };
  }
}

/** Without a first connection there is nothing to try out. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof NetworkError) || error.advice !== undefined) return error;
  const advice = 'rtmpkit probe URL tells at which stage it goes wrong';
  return new NetworkError(error.code, error.message, { stage: error.stage ?? 'connect', advice, cause: error });
}

const NO_TIME = 'no time was left for it';
const TOO_LONG = `no result in ${CHECK_MS / 1000} s`;
