import type { PublisherBackup } from '../endpoint/publisher-supply.js';
import { ReconnectingPublisher } from '../endpoint/reconnecting-publisher.js';
import type { Retry } from '../endpoint/redial.js';
import { NetworkError, type RtmpkitError } from '../errors.js';
import type { EndedEvent, RelayPlace, TargetState, TargetStats } from '../events.js';
import type { Broadcast, SubscribeOptions } from '../flow/broadcast.js';
import type { Meter } from '../flow/meter.js';
import type { RetryPolicy } from '../flow/retry.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { type Loss, lostFrames } from './push-end.js';
import { type ConnectionContext, reconnecting, type StreamEnd } from './reconnection.js';
import { connectionStats, toTenths } from './stats-reports.js';

/** A server, and what events call it. */
export interface NamedServer {
  readonly url: RtmpUrl;
  readonly name: string;
}

/** A server that has the stream while the other one is out of reach. */
export interface BackupServer {
  readonly server: NamedServer;
  /** Of both, once one of them was lost. */
  readonly retry: RetryPolicy;
}

export interface ServerTargetOptions {
  readonly server: NamedServer;
  readonly backup?: BackupServer | undefined;
  readonly context: ConnectionContext;
  /** By what events tell it from others. */
  readonly place: RelayPlace;
  /** Of the stream, where that is known. */
  readonly durationMs: number | null;
  readonly signal: AbortSignal;
  /** `state` may have changed. */
  readonly onChange: () => void;
}

/**
 * How far a server may be behind a live stream: from half of it on it does not get the frames that no other is decoded from, from all
 * of it on it goes on at the newest keyframe.
 */
export function liveQueue(maxQueueMs: number): Pick<SubscribeOptions, 'mode' | 'maxLagMs' | 'thinFromMs'> {
  return { mode: 'live', maxLagMs: maxQueueMs, thinFromMs: maxQueueMs / 2 };
}

/**
 * A server that a stream is published to, over as many connections as it takes: a subscriber with its own queue, retries and
 * statistics, that knows of no other.
 */
export class ServerTarget {
  /** Settles when it is over. Never rejects. */
  readonly over: Promise<void>;
  readonly #options: ServerTargetOptions;
  readonly #publisher: ReconnectingPublisher;
  #state: TargetState = 'connecting';
  /** The server that has the stream, or had it last. */
  #present: NamedServer;
  #hasStarted = false;
  #retries = 0;
  #newestError: RtmpkitError | undefined;
  #isLeft = false;
  #isGivenUp = false;
  #failure: unknown;

  /** Begins to connect. */
  constructor(options: ServerTargetOptions) {
    const { server, backup, context } = options;
    this.#options = options;
    this.#present = server;
    this.#publisher = new ReconnectingPublisher({
      ...this.#linkTo(server, backup?.retry ?? context.retry),
      retry: context.retry,
      backup: backup && this.#backup(backup),
    });
    this.over = this.#publisher.finished.then(
      () => this.#end(this.#unreached()),
      (error: unknown) => this.#end(error),
    );
  }

  get name(): string {
    return this.#options.server.name;
  }

  get state(): TargetState {
    return this.#state;
  }

  /** Why it is over, unless all was delivered or it was to be left. */
  get failure(): unknown {
    return this.#failure;
  }

  get isConnected(): boolean {
    return this.#publisher.isConnected;
  }

  /** What was sent, on all connections. */
  get sent(): Meter {
    return this.#publisher.sent;
  }

  get loss(): Loss {
    const { droppedTags, unconfirmedTags, reconnects } = this.#publisher;
    return { droppedFrames: droppedTags, unconfirmedFrames: unconfirmedTags, reconnects };
  }

  get stats(): TargetStats {
    const publisher = this.#publisher;
    const { capacityKbps } = publisher;
    const { bytes, bitrateKbps, skewMs } = publisher.sent.read();
    return {
      target: this.name,
      state: this.#state,
      bytes,
      bitrateKbps: toTenths(bitrateKbps),
      ...bandwidth(bitrateKbps, capacityKbps),
      skewMs,
      queueMs: publisher.queueMs,
      queueBytes: publisher.queueBytes,
      droppedFrames: publisher.droppedTags,
      droppedAudio: publisher.dropped.audio,
      droppedVideo: publisher.dropped.video,
      unconfirmedFrames: publisher.unconfirmedTags,
      lossRate: publisher.lossRate,
      retries: this.#retries,
      ...connectionStats(publisher),
    };
  }

  /** Where events say that something happened. */
  get place(): RelayPlace & { readonly url: string } {
    return { ...this.#options.place, url: this.#present.name };
  }

  /** What it came to. */
  summary(reason: string): Omit<EndedEvent, 'final'> {
    const { positionMs, audioTags, videoTags, dataTags } = this.sent.read();
    const { bytes, lossRate, reconnects, retries, capacityKbps, rttMs } = this.stats;
    const tags = { audioTags, videoTags, dataTags, ...lostFrames(this.loss), lossRate };
    const connection = { reconnects, retries, capacityKbps, rttMs };
    const amount = { bytes, durationMs: positionMs, ...tags, ...connection };
    return { event: 'ended', role: 'publisher', reason, ...this.place, ...amount };
  }

  /** Publishes everything of this broadcast. */
  attach(broadcast: Broadcast, place: SubscribeOptions): void {
    this.#publisher.attach(broadcast, place);
  }

  /** The stream is over: without a connection it is not tried again, and has failed. */
  giveUp(): void {
    if (this.isConnected) return;
    this.#isGivenUp = true;
    this.#publisher.close();
  }

  /** Says goodbye behind what was sent. */
  leave(): void {
    this.#isLeft = true;
    this.#publisher.leave();
  }

  /** Does not wait for anything. */
  close(): void {
    this.#isLeft = true;
    this.#publisher.close();
  }

  #linkTo(server: NamedServer, retry: RetryPolicy) {
    const { context, place, signal } = this.#options;
    const end: StreamEnd = { ...place, role: 'publisher', url: server.name };
    return reconnecting(
      server.url,
      end,
      signal,
      { ...context, retry },
      {
        onConnected: () => this.#took(server),
        onRetry: (next) => this.#lost(server, next),
      },
    );
  }

  #backup({ server, retry }: BackupServer): PublisherBackup {
    const main = this.#options.server;
    return {
      server: this.#linkTo(server, retry),
      retry,
      onTakeOver: ({ message }) =>
        this.#warn('WARN_ON_BACKUP', `${main.name} has failed, the backup takes over: ${message}`),
      onFailed: ({ message }) => this.#warn('WARN_BACKUP_FAILED', `the backup ${server.name} has failed: ${message}`),
      onGivenUp: () => this.#warn('WARN_NO_WAY_BACK', `${main.name} is not tried again, the backup keeps the stream`),
    };
  }

  #warn(code: string, message: string): void {
    this.#options.context.report({ event: 'warning', code, message, ...this.place });
  }

  #took(server: NamedServer): void {
    const { context, durationMs, onChange } = this.#options;
    const isNew = !this.#hasStarted || server !== this.#present;
    this.#hasStarted = true;
    this.#present = server;
    this.#state = 'running';
    if (isNew) context.report({ event: 'started', role: 'publisher', ...this.place, durationMs });
    onChange();
  }

  /** The present one will be tried again; what is tried beside it changes nothing. */
  #lost(server: NamedServer, { error }: Retry): void {
    this.#retries++;
    this.#newestError = error;
    if (server === this.#present || !this.isConnected) this.#state = 'waiting';
    this.#options.onChange();
  }

  /** It has no connection, and the stream is over. */
  #unreached(): RtmpkitError | undefined {
    const isFine = this.#hasStarted && !this.#isGivenUp;
    if (isFine || this.#isLeft || this.#options.signal.aborted) return undefined;
    const message = `the stream was over before ${this.name} was connected`;
    return this.#newestError ?? new NetworkError('ERR_TIMEOUT', message, { stage: 'connect' });
  }

  #end(error: unknown): void {
    if (error === undefined) return;
    this.#failure = error;
    this.#state = 'failed';
    this.#options.onChange();
  }
}

/** What is sent may be more than that: for a while kernels hold it. */
function bandwidth(
  bitrateKbps: number,
  capacityKbps: number | null,
): Pick<TargetStats, 'capacityKbps' | 'bandwidthUse'> {
  if (capacityKbps === null) return { capacityKbps, bandwidthUse: null };
  const use = bitrateKbps < capacityKbps ? bitrateKbps / capacityKbps : 1;
  return { capacityKbps: toTenths(capacityKbps), bandwidthUse: Math.round(use * 1_000) / 1_000 };
}
