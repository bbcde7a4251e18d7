import { isDeepStrictEqual } from 'node:util';
import type { RecycledMemory } from '../../bytes/recycled-memory.js';
import { Completion } from '../../endpoint/completion.js';
import { UsageError } from '../../errors.js';
import type { CommandEvent, EndedEvent, RelayPlace, StatsEvent } from '../../events.js';
import type { Beat } from '../../flow/beat.js';
import { Broadcast } from '../../flow/broadcast.js';
import { systemClock } from '../../flow/clock.js';
import { DelayLine } from '../../flow/delay-line.js';
import { Meter } from '../../flow/meter.js';
import type { MediaTag } from '../../media/tag.js';
import type { Observe } from '../message-reports.js';
import { retryPolicy } from '../retry-policy.js';
import { toTenths } from '../stats-reports.js';
import type { RelayContext } from './context.js';
import type { RelayOutcome } from './outcome.js';
import { RelayInput } from './relay-input.js';
import { RelayOutput } from './relay-output.js';
import type { SettledRelayOptions } from './settled-relays.js';

/** Media that is held for targets that are behind. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;
/** When a stream has ended, its targets have so long to get the rest. */
const DRAIN_MS = 10_000;

/** What a relay needs of its command. */
export interface RelayHost {
  readonly report: (event: CommandEvent) => void;
  readonly observe: Observe | undefined;
  readonly onBug: (error: unknown) => void;
  readonly memory: RecycledMemory;
  readonly beat: Beat;
}

/** One relay at work: sources → switch → delay → broadcast → targets. */
export class RunningRelay {
  readonly name: string | undefined;
  /** Settles when it is over by itself. */
  readonly over: Promise<RelayOutcome>;
  #options: SettledRelayOptions;
  readonly #host: RelayHost;
  readonly #place: RelayPlace;
  readonly #meter = new Meter();
  readonly #startedMs = performance.now();
  readonly #broadcast: Broadcast;
  readonly #output: RelayOutput;
  #input: RelayInput | undefined;
  #delay: DelayLine | undefined;
  readonly #completion = new Completion<RelayOutcome>();

  private constructor(options: SettledRelayOptions, host: RelayHost) {
    this.name = options.name;
    this.#options = options;
    this.#host = host;
    this.#place = options.name === undefined ? {} : { relay: options.name };
    this.over = this.#completion.promise;
    const { maxQueueMs, overwrite } = options;
    this.#broadcast = new Broadcast({
      maxBytes: MAX_HELD_BYTES,
      maxDurationMs: maxQueueMs,
      memory: host.memory,
      gopCache: false, // whoever is behind keeps what it needs, and nobody else joins in the middle
      onSinkError: (error, sink) => {
        sink.cutOff?.();
        host.onBug(error);
      },
    });
    this.#output = new RelayOutput(
      {
        context: this.#context,
        broadcast: this.#broadcast,
        maxQueueMs,
        overwrite,
        onChange: () => this.#adaptToDemand(),
      },
      (outcome) => this.#completion.resolve(outcome),
    );
  }

  /** @throws {UsageError | MediaError | OutputError} when a file or a URL is no good; servers that are not there are tried again */
  static async start(options: SettledRelayOptions, host: RelayHost): Promise<RunningRelay> {
    const relay = new RunningRelay(options, host);
    const input = await RelayInput.open(options, relay.#context, {
      onTags: (tags) => relay.#pass(tags),
      onOver: (outcome) => relay.#inputOver(outcome),
    });
    await relay.#output.change(options.targets);
    relay.#delay = relay.#makeDelay();
    relay.#input = input;
    relay.#adaptToDemand();
    input.start();
    return relay;
  }

  /**
   * Becomes another by itself, if no more than its targets differ.
   *
   * @returns whether it did
   * @throws {UsageError | OutputError} when a new target cannot be opened; then nothing has changed
   */
  async become(options: SettledRelayOptions): Promise<boolean> {
    const { targets } = this.#options;
    if (!isDeepStrictEqual({ ...options, targets }, this.#options)) return false;
    await this.#output.change(options.targets);
    this.#options = options;
    return true;
  }

  get stats(): StatsEvent {
    const { positionMs, bytes, bitrateKbps, fps, skewMs } = this.#meter.read();
    const sources = this.#input?.stats ?? [];
    const targets = this.#output.stats;
    const running = targets.filter(({ state }) => state === 'running');
    return {
      event: 'stats',
      ...this.#place,
      role: 'relay',
      positionMs,
      durationMs: null,
      bytes,
      bitrateKbps: toTenths(bitrateKbps),
      fps: toTenths(fps),
      skewMs,
      queueMs: Math.max(0, ...running.map(({ queueMs }) => queueMs)),
      queueBytes: Math.max(0, ...running.map(({ queueBytes }) => queueBytes)),
      droppedFrames: sum(targets.map(({ droppedFrames }) => droppedFrames)),
      reconnects: sum([...sources, ...targets].map(({ reconnects }) => reconnects)),
      uptimeMs: Math.round(performance.now() - this.#startedMs),
      ...(this.#delay === undefined ? {} : { delayedBytes: this.#delay.heldBytes }),
      sources,
      targets,
    };
  }

  /** Stops pulling; what has come is sent when the stream has ended by itself, and dropped when it was stopped. */
  async close(how: 'ended' | 'stopped'): Promise<void> {
    await this.#input?.close();
    this.#delay?.stop();
    if (how === 'ended') {
      this.#broadcast.end();
      await this.#output.drained(DRAIN_MS);
    }
    await this.#output.leave();
    this.#broadcast.abandon();
  }

  /** What came of it. */
  summary(reason: string, isFinal: boolean): EndedEvent {
    const { bytes, positionMs, audioTags, videoTags, dataTags } = this.#meter.read();
    const { sources = [], targets = [], droppedFrames } = this.stats;
    return {
      event: 'ended',
      ...this.#place,
      role: 'relay',
      reason,
      bytes,
      durationMs: positionMs,
      audioTags,
      videoTags,
      dataTags,
      droppedFrames,
      sources,
      targets,
      final: isFinal,
    };
  }

  #pass(tags: readonly MediaTag[]): void {
    this.#meter.add(tags);
    if (this.#delay === undefined) {
      this.#broadcast.append(tags);
    } else {
      this.#delay.push(tags);
    }
  }

  #inputOver(outcome: RelayOutcome): void {
    if (this.#delay === undefined) {
      this.#completion.resolve(outcome);
    } else {
      this.#delay.onceEmpty(() => this.#completion.resolve(outcome));
    }
  }

  #adaptToDemand(): void {
    if (this.#input !== undefined && this.#options.onDemand) this.#input.isWanted = this.#output.isTaking;
  }

  #makeDelay(): DelayLine | undefined {
    const { delayMs, maxDelayBytes } = this.#options;
    if (delayMs === 0) return undefined;
    return new DelayLine({
      delayMs,
      maxBytes: maxDelayBytes,
      clock: systemClock,
      onTags: (tags) => this.#broadcast.append(tags),
      onOverflow: () =>
        this.#completion.resolve({ kind: 'failed', error: delayTooLong(this.#options, this.stats.bitrateKbps) }),
    });
  }

  get #context(): RelayContext {
    const { timeoutMs, stallTimeoutMs, tls, retry } = this.#options;
    const { report, observe, onBug, memory, beat } = this.#host;
    return {
      report,
      memory,
      beat,
      place: this.#place,
      timeoutMs,
      stallTimeoutMs,
      tls,
      retry: retryPolicy(retry, 'live'),
      observe: observe === undefined ? undefined : () => observe(),
      onBug,
    };
  }
}

function delayTooLong({ delayMs, maxDelayBytes }: SettledRelayOptions, bitrateKbps: number): UsageError {
  const [seconds, megabytes] = [delayMs / 1000, Math.round(maxDelayBytes / 1024 / 1024)];
  return new UsageError(
    'ERR_DELAY_MEMORY',
    `${seconds} s of this stream (${Math.round(bitrateKbps)} kbit/s) need more memory than the ${megabytes} MB that are allowed`,
    { stage: 'stream', advice: 'make --delay shorter, or --max-memory larger' },
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
