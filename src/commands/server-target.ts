import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { PublisherBackup } from '../endpoint/publisher-supply.js';
import { ReconnectingPublisher } from '../endpoint/reconnecting-publisher.js';
import type { Retry } from '../endpoint/redial.js';
import type { RtmpPeer } from '../endpoint/rtmp-opening.js';
import { NetworkError, RtmpkitError } from '../errors.js';
import type { CommandEvent, EndedEvent, TargetState } from '../events.js';
import type { Broadcast, SubscribeOptions } from '../flow/broadcast.js';
import type { Meter } from '../flow/meter.js';
import type { RtmpUrl } from '../rtmp/url.js';
import type { ConnectionOptions } from './options.js';
import { type Loss, lostFrames } from './push-end.js';
import { reconnecting } from './reconnection.js';
import { type ConnectionUse, retryPolicy } from './retry-policy.js';
import { connectionStats, type Progress, reportStats } from './stats-reports.js';

/** A server, and what events call it. */
export interface NamedServer {
  readonly url: RtmpUrl;
  readonly name: string;
}

export interface PublishingTargetOptions {
  readonly server: NamedServer;
  readonly backup: NamedServer | undefined;
  /** Whether events have to tell it from others. */
  readonly isOneOfSeveral: boolean;
  readonly use: ConnectionUse;
  readonly connection: ConnectionOptions;
  readonly memory: RecycledMemory;
  readonly durationMs: number | null;
  readonly report: (event: CommandEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * A server that the stream of a command is published to, over as many connections as it takes: a subscriber with its own queue,
 * retries and statistics, that knows of no other.
 */
export class PublishingTarget {
  /** Settles when it is known whether the first attempt to connect has succeeded. Never rejects. */
  readonly tried: Promise<void>;
  /** Settles when there is a connection; never, if there is none. */
  readonly connected: Promise<void>;
  /** Settles when it is over. Never rejects. */
  readonly over: Promise<void>;
  /** Why it is over, unless all was delivered or was to be left. */
  failure: unknown;
  readonly #options: PublishingTargetOptions;
  readonly #publisher: ReconnectingPublisher;
  #state: TargetState = 'connecting';
  /** The server that has the stream, or had it last. */
  #present: NamedServer;
  #hasStarted = false;
  #newestError: RtmpkitError | undefined;
  #wasTried: () => void = () => {};
  #isConnected: () => void = () => {};
  #stopStats: () => void = () => {};
  #isClosed = false;
  #isGivenUp = false;

  /** Begins to connect. */
  constructor(options: PublishingTargetOptions) {
    this.#options = options;
    this.#present = options.server;
    this.tried = new Promise((resolve) => {
      this.#wasTried = resolve;
    });
    this.connected = new Promise((resolve) => {
      this.#isConnected = resolve;
    });
    this.#publisher = new ReconnectingPublisher({
      ...this.#linkTo(options.server),
      retry: retryPolicy(options.connection.retry, options.use),
      backup: this.#backup(),
    });
    this.over = this.#publisher.finished.then(
      () => this.#end(this.#unreached()),
      (error: unknown) => this.#end(error),
    );
  }

  get name(): string {
    return this.#options.server.name;
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

  /** Publishes everything of this broadcast, and reports how that goes. */
  attach(broadcast: Broadcast, place: SubscribeOptions): void {
    this.#publisher.attach(broadcast, place);
  }

  /** Reports once a second how it does, until it is over. */
  reportStats(): void {
    if (this.#state === 'failed') return;
    this.#stopStats = reportStats('publisher', this.sent, () => this.#progress, this.#options.report);
  }

  /** The stream is over: without a connection it is not tried again, and has failed. */
  giveUp(): void {
    if (this.isConnected) return;
    this.#isGivenUp = true;
    this.#publisher.close();
  }

  /** Says goodbye behind what was sent. */
  leave(): void {
    this.#publisher.leave();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopStats();
    this.#publisher.close();
  }

  /** What it came to. */
  summary(reason: string): Omit<EndedEvent, 'final'> {
    const { positionMs, bytes, audioTags, videoTags, dataTags } = this.sent.read();
    const amount = { bytes, durationMs: positionMs, audioTags, videoTags, dataTags, ...lostFrames(this.loss) };
    return { event: 'ended', role: 'publisher', reason, ...this.#about, ...amount };
  }

  /** Warns that it will not get any more. */
  warnOfFailure(): void {
    const { failure } = this;
    if (!(failure instanceof RtmpkitError)) return;
    const said = failure.peerWords === undefined ? failure.message : `${failure.message} ("${failure.peerWords}")`;
    this.#warn('WARN_TARGET_FAILED', `${this.name} has failed for good: ${said}`, failure.advice);
  }

  #warn(code: string, message: string, advice?: string): void {
    const about = advice === undefined ? this.#about : { ...this.#about, advice };
    this.#options.report({ event: 'warning', code, message, ...about });
  }

  get #progress(): Progress {
    const publisher = this.#publisher;
    return {
      ...this.#about,
      ...(this.#options.isOneOfSeveral ? { state: this.#state } : {}),
      durationMs: this.#options.durationMs,
      queueMs: publisher.queueMs,
      queueBytes: publisher.queueBytes,
      droppedFrames: publisher.droppedTags,
      ...connectionStats(publisher),
      droppedAudio: publisher.dropped.audio,
      droppedVideo: publisher.dropped.video,
      lossRate: publisher.lossRate,
      unconfirmedFrames: publisher.unconfirmedTags,
    };
  }

  get #about(): { readonly url: string; readonly target?: string } {
    return this.#placeOf(this.#present);
  }

  #placeOf({ name }: NamedServer): { readonly url: string; readonly target?: string } {
    return this.#options.isOneOfSeveral ? { url: name, target: this.name } : { url: name };
  }

  #linkTo(server: NamedServer) {
    const { connection, backup, memory, signal, report } = this.#options;
    const use = backup === undefined ? this.#options.use : 'live'; // who wants a backup wants the stream to go on
    const place = this.#placeOf(server);
    const link = reconnecting({ role: 'publisher', url: server.url, place, use, memory, signal, report }, connection);
    return {
      ...link,
      onConnected: (peer: RtmpPeer) => {
        link.onConnected(peer);
        this.#took(server);
      },
      onRetry: (retry: Retry) => {
        link.onRetry(retry);
        this.#newestError = retry.error;
        this.#lost(server);
      },
    };
  }

  #backup(): PublisherBackup | undefined {
    const { server, backup } = this.#options;
    if (backup === undefined) return undefined;
    const link = this.#linkTo(backup);
    return {
      server: link,
      retry: link.retry,
      onTakeOver: ({ message }) =>
        this.#warn('WARN_ON_BACKUP', `${server.name} has failed, the backup takes over: ${message}`),
      onFailed: ({ message }) => this.#warn('WARN_BACKUP_FAILED', `the backup ${backup.name} has failed: ${message}`),
      onGivenUp: () => this.#warn('WARN_NO_WAY_BACK', `${server.name} is not tried again, the backup keeps the stream`),
    };
  }

  #took(server: NamedServer): void {
    const isNew = !this.#hasStarted || server !== this.#present;
    this.#hasStarted = true;
    this.#present = server;
    this.#state = 'running';
    if (isNew) {
      const { report, durationMs } = this.#options;
      report({ event: 'started', role: 'publisher', ...this.#about, durationMs });
    }
    this.#wasTried();
    this.#isConnected();
  }

  /** The present one will be tried again; what is tried beside it changes nothing. */
  #lost(server: NamedServer): void {
    if (server === this.#present || !this.isConnected) this.#state = 'waiting';
    this.#wasTried();
  }

  /** It has no connection, and the stream is over. */
  #unreached(): RtmpkitError | undefined {
    const isFine = this.#hasStarted && !this.#isGivenUp;
    if (isFine || this.#options.signal.aborted || this.#isClosed) return undefined;
    const message = `the stream was over before ${this.name} was connected`;
    return this.#newestError ?? new NetworkError('ERR_TIMEOUT', message, { stage: 'connect' });
  }

  #end(error: unknown): void {
    this.#stopStats();
    this.#wasTried();
    if (error === undefined) return;
    this.failure = error;
    this.#state = 'failed';
  }
}
