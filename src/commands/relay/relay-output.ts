import { isDeepStrictEqual } from 'node:util';
import type { RtmpkitError } from '../../errors.js';
import type { TargetStats } from '../../events.js';
import { checkOutput } from '../existing-output.js';
import { targetFailed } from '../target-failure.js';
import { openTarget } from './open-target.js';
import type { RelayTarget } from './options.js';
import type { RelayOutcome } from './outcome.js';
import type { RunningTarget, TargetOptions } from './running-target.js';

interface Entry {
  readonly wanted: RelayTarget;
  readonly target: RunningTarget;
}

/** All targets of a relay. Each is a subscriber by itself: none knows of the others. */
export class RelayOutput {
  readonly #options: TargetOptions;
  readonly #onOver: (outcome: RelayOutcome) => void;
  #entries: readonly Entry[] = [];
  /** How those came to their end that have. Weak: with each change of the configuration some are gone for ever. */
  readonly #overs = new WeakMap<RunningTarget, RtmpkitError | undefined>();
  #isLeaving = false;

  /** @param onOver every target is over */
  constructor(options: TargetOptions, onOver: (outcome: RelayOutcome) => void) {
    this.#options = options;
    this.#onOver = onOver;
  }

  /** Whether any target takes the stream at the moment. */
  get isTaking(): boolean {
    return this.#entries.some(({ target }) => target.isTaking);
  }

  get stats(): TargetStats[] {
    return this.#entries.map(({ target }) => target.stats);
  }

  /**
   * Sends to these targets from now on. Those that were there before, of the same value, are left as they are.
   *
   * @throws {UsageError | OutputError} when a new one cannot be opened; then nothing has changed
   */
  async change(wanted: readonly RelayTarget[]): Promise<void> {
    const kept = this.#entries.filter((entry) => wanted.some((target) => isSame(target, entry.wanted)));
    const missing = wanted.filter((target) => !kept.some((entry) => isSame(target, entry.wanted)));
    for (const target of missing) {
      if (target.kind === 'file') await checkOutput(target.path, this.#options); // before another file is begun for nothing
    }
    const added: Entry[] = [];
    try {
      for (const target of missing) {
        added.push({ wanted: target, target: await openTarget(target, this.#options) });
      }
    } catch (error) {
      await Promise.all(added.map(({ target }) => target.leave()));
      throw error;
    }
    const removed = this.#entries.filter((entry) => !kept.includes(entry));
    this.#entries = [...kept, ...added];
    for (const { target } of added) this.#watch(target);
    await Promise.all(removed.map(({ target }) => leave(target)));
    this.#options.onChange();
  }

  /** The broadcast has ended: every target that keeps up has the rest and its end soon. */
  async drained(patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    this.#isLeaving = true;
    await Promise.race([late, Promise.all(this.#entries.map(({ target }) => target.over))]);
    clearTimeout(timer);
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    await Promise.all(this.#entries.map(({ target }) => leave(target)));
  }

  #watch(target: RunningTarget): void {
    target.over.then((error) => {
      this.#overs.set(target, error);
      const isOurs = this.#entries.some((entry) => entry.target === target);
      if (this.#isLeaving || !isOurs) return;
      this.#tell(target, error);
      if (this.#entries.every((entry) => this.#overs.has(entry.target))) this.#onOver(this.#outcome);
    });
  }

  #tell(target: RunningTarget, error: RtmpkitError | undefined): void {
    if (error === undefined) return;
    const { report, place } = this.#options.context;
    report({ ...targetFailed(target.name, error), ...place, target: target.name });
  }

  /** The error of the first target that has one. */
  get #outcome(): RelayOutcome {
    const error = this.#entries.map(({ target }) => this.#overs.get(target)).find((one) => one !== undefined);
    const reason = 'nobody takes the stream any more';
    return error === undefined ? { kind: 'ended', reason } : { kind: 'failed', error };
  }
}

async function leave(target: RunningTarget): Promise<void> {
  await target.leave();
  target.reportEnd();
}

function isSame(one: RelayTarget, other: RelayTarget): boolean {
  return one.kind === 'stream' && other.kind === 'stream' ? one.output === other.output : isDeepStrictEqual(one, other);
}
