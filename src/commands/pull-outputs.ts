import { RtmpkitError } from '../errors.js';
import type { CommandEvent, EndedEvent } from '../events.js';
import type { Broadcast } from '../flow/broadcast.js';
import type { PullOutput, PullOutputEnd, PullTarget } from './pull-output.js';

type Report = (event: CommandEvent) => void;

/**
 * The outputs of one pull. Each ends or fails for itself: with several, one that fails is warned of and the others go on.
 *
 * Whoever is too slow makes the source wait, for all. But for a window beside a recording of a live stream: it misses something
 * instead, so that nobody loses a recording by pausing its picture.
 */
export class PullOutputs {
  readonly #outputs: PullOutput[] = [];
  readonly #ends: PullOutputEnd[] = [];
  readonly #failures: unknown[] = [];
  readonly #isOne: boolean;
  readonly #url: string | undefined;
  readonly #report: Report;
  #following: Promise<unknown> = Promise.resolve();

  private constructor(isOne: boolean, url: string | undefined, report: Report) {
    this.#isOne = isOne;
    this.#url = url;
    this.#report = report;
  }

  /**
   * Opens them all.
   *
   * @param url what is pulled, redacted
   * @throws what the only one throws, or the first when all fail
   */
  static async open(targets: readonly PullTarget[], url: string | undefined, report: Report): Promise<PullOutputs> {
    const outputs = new PullOutputs(targets.length === 1, url, report);
    for (const target of targets) await outputs.#open(target);
    if (outputs.#outputs.length === 0) throw outputs.failure;
    return outputs;
  }

  /** Gives them the stream. */
  attach(broadcast: Broadcast): void {
    const isRecorded = this.#outputs.some(({ medium }) => medium === undefined || medium === 'command');
    const isLive = this.#url !== undefined;
    for (const output of this.#outputs) {
      output.attach(broadcast, output.medium === 'window' && isRecorded && isLive ? 'live' : 'lossless');
    }
    this.#following = Promise.all(this.#outputs.map((output) => this.#follow(output)));
  }

  /** Resolves when none of them wants any more. */
  get finished(): Promise<unknown> {
    return this.#following;
  }

  /** The pull was interrupted: what would go on by itself for a while ends now. */
  stop(): void {
    for (const output of this.#outputs) output.stop();
  }

  /** The first that went wrong. */
  get failure(): unknown {
    return this.#failures[0];
  }

  /** By all that have ended. */
  get writtenBytes(): number {
    return this.#ends.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What waits for the slowest. */
  get queue(): { readonly queueMs: number; readonly queueBytes: number; readonly droppedFrames: number } {
    const subscriptions = this.#outputs.flatMap(({ subscription }) => subscription ?? []);
    return {
      queueMs: Math.max(0, ...subscriptions.map(({ queueMs }) => queueMs)),
      queueBytes: Math.max(0, ...subscriptions.map(({ queueBytes }) => queueBytes)),
      droppedFrames: subscriptions.reduce((sum, { droppedTags }) => sum + droppedTags, 0),
    };
  }

  /** What to tell at the end: of the only one everything; several have told for themselves. */
  get end(): Partial<PullOutputEnd & Pick<EndedEvent, 'medium'>> {
    const [end] = this.#ends;
    const [output] = this.#outputs;
    if (this.#isOne && end !== undefined && output !== undefined) {
      return { output: output.name, ...mediumOf(output), ...end };
    }
    const reason = this.#ends.findLast((one) => one.reason !== undefined)?.reason;
    return reason === undefined ? {} : { reason };
  }

  async #open(target: PullTarget): Promise<void> {
    try {
      const output = await target.open();
      this.#outputs.push(output);
      const url = this.#url === undefined ? {} : { url: this.#url };
      const role = this.#url === undefined ? 'file' : 'player';
      this.#report({ event: 'started', role, ...url, output: output.name, ...mediumOf(output) });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #follow(output: PullOutput): Promise<void> {
    try {
      const end = await output.finished;
      this.#ends.push(end);
      if (!this.#isOne) this.#report(this.#ended(output, end));
    } catch (error) {
      this.#fail(error);
    }
  }

  #ended(output: PullOutput, end: PullOutputEnd): EndedEvent {
    return {
      event: 'ended',
      role: 'recorder',
      output: output.name,
      ...mediumOf(output),
      durationMs: 0,
      ...end,
      reason: end.reason ?? 'end of stream',
      final: false,
    };
  }

  #fail(error: unknown): void {
    this.#failures.push(error);
    if (this.#isOne) return; // it is what the whole pull ends with
    if (!(error instanceof RtmpkitError)) throw error;
    const { message, peerWords } = error;
    const words = peerWords === undefined ? message : `${message} (${peerWords})`;
    this.#report({ event: 'warning', code: 'WARN_OUTPUT_FAILED', message: `an output failed: ${words}` });
  }
}

function mediumOf({ medium }: PullOutput): Pick<EndedEvent, 'medium'> {
  return medium === undefined ? {} : { medium };
}
