import { RtmpkitError, UsageError } from '../../errors.js';
import type { RelayChange, RelayOptions } from './options.js';
import type { RelayOutcome } from './outcome.js';
import { type RelayHost, RunningRelay } from './running-relay.js';
import { type SettledRelayOptions, settledRelays } from './settled-relays.js';
import { sharedFile } from './shared-file.js';

/** All relays of a process, each by itself. */
export class RelayFleet {
  readonly #host: RelayHost;
  readonly #relays: RunningRelay[] = [];
  /** Of those that were over by themselves. */
  #firstFailure: RtmpkitError | undefined;
  #hasOneEndedWell = false;
  readonly #over = new AbortController();
  readonly #startedMs = performance.now();
  /** Of all that have ended. */
  #bytes = 0;
  #isSingle = true;
  /** Changes happen one after the other. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(host: RelayHost) {
    this.#host = host;
  }

  /** Aborts when every relay is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * @param isAlone whether there is one, and will be no other
   * @throws {UsageError | MediaError | OutputError} when one of them cannot begin
   */
  async start(relays: readonly RelayOptions[], isAlone: boolean): Promise<void> {
    this.#isSingle = relays.length === 1;
    for (const options of await checked(relays, isAlone)) {
      await this.#begin(options);
    }
    if (!this.#isSingle) this.#reportCount();
  }

  /** Touches what is different from before, and nothing else. What cannot be done is told. */
  change(change: RelayChange): Promise<void> {
    return this.#inTurn(async () => {
      if ('error' in change) return this.#stayAsItIs(change.error);
      const relays = await checked(change.relays, false).catch(usageError);
      if (relays instanceof UsageError) return this.#stayAsItIs(relays);
      this.#isSingle &&= relays.length === 1;
      const gone = this.#relays.filter(({ name }) => !relays.some((options) => options.name === name));
      for (const relay of gone) await this.#finish(relay, { kind: 'ended', reason: 'no longer wanted' }, 'stopped');
      for (const options of relays) await this.#tryChange(options);
      this.#reportCount();
    });
  }

  reportStats(): void {
    for (const relay of this.#relays) this.#host.report(relay.stats);
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      const relays = [...this.#relays];
      await Promise.all(relays.map((relay) => this.#finish(relay, { kind: 'ended', reason: 'stopped' }, 'stopped')));
    });
    if (this.#isSingle) return;
    this.#host.report({
      event: 'ended',
      role: 'relay',
      reason: 'stopped',
      bytes: this.#bytes,
      durationMs: Math.round(performance.now() - this.#startedMs),
      final: true,
    });
  }

  /** @throws the error of the first relay that failed, when none has ended well */
  throwIfFailed(): void {
    if (this.#firstFailure !== undefined && !this.#hasOneEndedWell) throw this.#firstFailure;
  }

  async #begin(options: SettledRelayOptions): Promise<void> {
    const relay = await RunningRelay.start(options, this.#host);
    this.#relays.push(relay);
    relay.over.then((outcome) => this.#inTurn(() => this.#ended(relay, outcome))).catch(this.#host.onBug);
  }

  async #ended(relay: RunningRelay, outcome: RelayOutcome): Promise<void> {
    if (!this.#relays.includes(relay)) return;
    if (outcome.kind === 'failed' && !this.#isSingle) {
      this.#warn('WARN_RELAY_FAILED', `${relay.name}: ${outcome.error.message}`, relay.name);
    }
    await this.#finish(relay, outcome, 'ended');
    if (this.#relays.length === 0) this.#over.abort();
  }

  async #finish(relay: RunningRelay, outcome: RelayOutcome, how: 'ended' | 'stopped'): Promise<void> {
    this.#relays.splice(this.#relays.indexOf(relay), 1);
    await relay.close(how);
    const reason = outcome.kind === 'failed' ? outcome.error.message : outcome.reason;
    const summary = relay.summary(reason, this.#isSingle);
    this.#bytes += summary.bytes;
    if (how === 'ended') this.#note(outcome);
    if (outcome.kind === 'ended' || !this.#isSingle) this.#host.report(summary);
  }

  #note(outcome: RelayOutcome): void {
    if (outcome.kind === 'failed') this.#firstFailure ??= outcome.error;
    else this.#hasOneEndedWell = true;
  }

  async #tryChange(options: SettledRelayOptions): Promise<void> {
    const present = this.#relays.find(({ name }) => name === options.name);
    try {
      if (await present?.become(options)) return;
      if (present !== undefined) {
        await this.#finish(present, { kind: 'ended', reason: 'its settings have changed' }, 'stopped');
      }
      await this.#begin(options);
    } catch (error) {
      if (!(error instanceof RtmpkitError)) throw error;
      this.#warn('WARN_RELAY_FAILED', `${options.name}: ${error.message}`, options.name);
    }
  }

  #stayAsItIs({ message }: Error): void {
    this.#warn('WARN_RELOAD_FAILED', `nothing has changed: ${message}`);
  }

  #reportCount(): void {
    this.#host.report({ event: 'started', role: 'relay', relays: this.#relays.length });
  }

  #warn(code: string, message: string, relay?: string): void {
    this.#host.report({ event: 'warning', code, message, ...(relay === undefined ? {} : { relay }) });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }
}

/** @throws {UsageError} see `settledRelays` and `sharedFile` */
async function checked(relays: readonly RelayOptions[], isAlone: boolean): Promise<SettledRelayOptions[]> {
  const settled = settledRelays(relays, isAlone);
  const shared = await sharedFile(settled);
  if (shared !== undefined) throw shared;
  return settled;
}

function usageError(error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  throw error;
}
