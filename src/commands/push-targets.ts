import type { CommandEvent, EndedEvent } from '../events.js';
import { Broadcast, type SubscribeOptions } from '../flow/broadcast.js';
import { parseRtmpUrl } from '../rtmp/url.js';
import { distinct } from '../text/distinct.js';
import { type Loss, pushReason } from './push-end.js';
import type { PushSource } from './push-source.js';
import { PushTarget } from './push-target.js';
import { connectionContext } from './reconnection.js';
import { retryPolicy } from './retry-policy.js';
import { liveQueue, type NamedServer, type ServerTarget } from './server-target.js';
import type { SettledPushOptions } from './settled-options.js';

/**
 * Media that may wait for a slow server: of a live input before some is left out, of a file before the file has to wait, which
 * costs nothing.
 */
const MAX_WAITING_BYTES = { live: 32 * 1024 * 1024, lossless: 8 * 1024 * 1024 } as const;

/** So long a server that takes nothing may make the others wait, where the source waits for servers at all. */
const PATIENCE_MS = 5_000;

/** The servers of one push: each a subscriber by itself. Of several, one that fails is warned of, and the others go on. */
export class PushTargets {
  readonly broadcast: Broadcast;
  readonly #targets: readonly PushTarget[];
  readonly #place: SubscribeOptions;
  readonly #failures: unknown[] = [];
  readonly #signal: AbortSignal;
  readonly #over: Promise<unknown>;
  #isClosed = false;
  readonly #leave = (): void => {
    for (const { server } of this.#targets) server.leave(); // even when all that is left to do is to wait for a server
  };

  /** Begins to connect to all of them. @throws {UsageError} `ERR_URL` */
  constructor(
    options: SettledPushOptions,
    source: PushSource,
    report: (event: CommandEvent) => void,
    signal: AbortSignal,
  ) {
    const { servers, backup } = serversOf(options);
    const isOneOfSeveral = servers.length > 1 || backup !== undefined;
    this.#signal = signal;
    this.#place = placeOf(options.maxQueueMs, servers.length);
    this.broadcast = new Broadcast({ ...ringOf(this.#place, backup !== undefined), memory: source.memory });
    const context = connectionContext(options, source.clock === 'wall' ? 'live' : 'file', source.memory, report);
    // Who wants a backup wants the stream to go on.
    const standby = backup && { server: backup, retry: retryPolicy(options.retry, 'live') };
    this.#targets = servers.map(
      (server, i) =>
        new PushTarget({
          server,
          backup: i === 0 ? standby : undefined,
          context,
          place: isOneOfSeveral ? { target: server.name } : {},
          durationMs: source.durationMs,
          signal,
        }),
    );
    for (const { server } of this.#targets) server.attach(this.broadcast, this.#place);
    this.#over = Promise.all(this.#targets.map((target) => this.#follow(target, source, report)));
    signal.addEventListener('abort', this.#leave, { once: true });
  }

  /**
   * Resolves when the stream may begin: as soon as one server is connected; where nothing is to be lost, when all of them have been
   * tried once.
   *
   * @throws the failure of the first, when all have failed
   */
  async ready(): Promise<void> {
    const isLossless = this.#place.mode === 'lossless';
    const all = Promise.all(this.#targets.map(({ tried }) => tried));
    const one = Promise.race(this.#targets.map(({ connected }) => connected));
    await Promise.race([this.#over, isLossless ? all.then(() => one) : one]);
    this.#throwIfAllFailed();
    this.#signal.throwIfAborted();
    for (const target of this.#targets) target.reportStats();
  }

  /** Nobody is left who takes the stream. Never rejects. */
  get over(): Promise<unknown> {
    return this.#over;
  }

  /** Nothing more comes; resolves when every server has the rest. @throws the failure of the first that has failed */
  async finish(): Promise<void> {
    this.broadcast.end();
    const isLive = this.#place.mode === 'live';
    const patience = this.only ? undefined : setTimeout(() => this.#giveUpDead(), isLive ? 0 : PATIENCE_MS);
    await this.#over;
    clearTimeout(patience);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  close(): void {
    this.#isClosed = true;
    this.#signal.removeEventListener('abort', this.#leave);
    for (const target of this.#targets) target.close();
  }

  /** Of all of them together. */
  get loss(): Loss {
    const losses = this.#targets.map(({ server }) => server.loss);
    return {
      droppedFrames: losses.reduce((sum, { droppedFrames }) => sum + droppedFrames, 0),
      unconfirmedFrames: losses.reduce((sum, { unconfirmedFrames }) => sum + unconfirmedFrames, 0),
      reconnects: losses.reduce((sum, { reconnects }) => sum + reconnects, 0),
    };
  }

  /** The only one there is. */
  get only(): ServerTarget | undefined {
    const [target, another] = this.#targets;
    return another === undefined ? target?.server : undefined;
  }

  async #follow(target: PushTarget, source: PushSource, report: (event: EndedEvent) => void): Promise<void> {
    const { server } = target;
    await server.over;
    if (server.failure !== undefined) this.#failures.push(server.failure);
    if (this.only !== undefined || this.#isClosed) return; // its end is that of the push
    target.warnOfFailure();
    const reason =
      server.failure === undefined ? pushReason(server.loss, source.failedPlays(), this.#signal) : 'failed';
    report({ ...server.summary(reason), final: false });
  }

  /** The stream is over: whoever has no connection is not waited for any longer than it takes the others to get the rest. */
  #giveUpDead(): void {
    const servers = this.#targets.map(({ server }) => server);
    const reached = servers.filter(({ isConnected }) => isConnected);
    Promise.all(reached.map(({ over }) => over)).then(() => {
      for (const server of servers) server.giveUp();
    });
  }

  #throwIfAllFailed(): void {
    if (this.#failures.length === this.#targets.length) throw this.#failures[0];
  }
}

function serversOf(options: SettledPushOptions): { servers: readonly NamedServer[]; backup: NamedServer | undefined } {
  const { url, targets = [], backup } = options;
  const first = url === undefined ? [] : [parseRtmpUrl(url, options)];
  const urls = [...first, ...targets.map((target) => parseRtmpUrl(target.url, target))];
  const backupUrls = backup === undefined ? [] : [parseRtmpUrl(backup.url, backup)];
  const names = distinct([...urls, ...backupUrls].map(({ redacted }) => redacted));
  const named = [...urls, ...backupUrls].map((one, i) => ({ url: one, name: names[i] ?? one.redacted }));
  return { servers: named.slice(0, urls.length), backup: named[urls.length] };
}

function placeOf(maxQueueMs: number, serverCount: number): SubscribeOptions {
  if (Number.isFinite(maxQueueMs)) return { ...liveQueue(maxQueueMs), join: 'beginning' };
  const patience = serverCount > 1 ? { patienceMs: PATIENCE_MS } : {};
  return { mode: 'lossless', join: 'beginning', ...patience };
}

/** A backup begins with the newest keyframe, and does not wait for the next one. */
function ringOf({ mode, maxLagMs }: SubscribeOptions, hasBackup: boolean) {
  const maxBytes = MAX_WAITING_BYTES[mode];
  return mode === 'live' && hasBackup && maxLagMs !== undefined
    ? { maxBytes, gopCache: true, maxDurationMs: maxLagMs }
    : { maxBytes, gopCache: false };
}
