import { type PlayEnd, RtmpPlayer } from '../../endpoint/rtmp-player.js';
import { type ErrorCode, RtmpkitError } from '../../errors.js';
import type { SourceState, SourceStats } from '../../events.js';
import { type Clock, systemClock } from '../../flow/clock.js';
import { Interruption } from '../../flow/interruption.js';
import { Meter } from '../../flow/meter.js';
import { Backoff, type RetryWait } from '../../flow/retry.js';
import type { MediaTag } from '../../media/tag.js';
import { parseRtmpUrl, type RtmpUrl } from '../../rtmp/url.js';
import { toTenths } from '../stats-reports.js';
import type { ConnectionContext } from './context.js';
import type { RelayPeer } from './options.js';

/** What becomes of a source. */
export interface RelaySourceListener {
  onTags(tags: readonly MediaTag[]): void;
  /** The connection is over, or could not be made. It will be tried again. */
  onLost(): void;
  /** It will not be tried again. `undefined`: the stream has ended in an orderly way. */
  onGone(error: RtmpkitError | undefined): void;
}

/** How a connection came to its end. */
interface Ending {
  /** What decides whether to try again. */
  readonly code: ErrorCode;
  readonly error: RtmpkitError | undefined;
  readonly reason: string;
}

/** One source of a relay, which is connected while it is wanted, again and again. */
export class RelaySource {
  readonly name: string;
  readonly #url: RtmpUrl;
  readonly #context: ConnectionContext;
  readonly #listener: RelaySourceListener;
  readonly #clock: Clock = systemClock;
  readonly #meter = new Meter();
  readonly #backoff: Backoff;
  #state: SourceState = 'idle';
  #player: RtmpPlayer | undefined;
  #connections = 0;
  #connectedSinceMs = 0;
  /** Of the present run; earlier ones may still be closing. */
  #stop: AbortController | undefined;
  readonly #runs = new Set<Promise<void>>();

  /** @throws {UsageError} `ERR_URL` */
  constructor(peer: RelayPeer, context: ConnectionContext, listener: RelaySourceListener) {
    this.#url = parseRtmpUrl(peer.url, peer);
    this.name = peer.name ?? this.#url.redacted;
    this.#context = context;
    this.#listener = listener;
    this.#backoff = new Backoff(context.retry);
  }

  /** Connects, unless it does so already or has failed for good. */
  want(): void {
    if (this.#stop !== undefined || this.#state === 'failed') return;
    const stop = new AbortController();
    this.#stop = stop;
    const run = this.#run(stop.signal).catch((error: unknown) => this.#context.onBug(error));
    this.#runs.add(run);
    run.then(() => this.#runs.delete(run));
  }

  /** Lets go of the connection. */
  release(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#player = undefined;
    if (this.#state !== 'failed') this.#state = 'idle';
  }

  /** The same; resolves when nothing is open any more. */
  async close(): Promise<void> {
    this.release();
    await Promise.all(this.#runs);
  }

  get stats(): SourceStats {
    const { bytes, bitrateKbps, fps, skewMs } = this.#meter.read();
    return {
      source: this.name,
      state: this.#state,
      bytes,
      bitrateKbps: toTenths(bitrateKbps),
      fps: toTenths(fps),
      skewMs,
      reconnects: Math.max(this.#connections - 1, 0),
      rttMs: this.#player?.rttMs ?? null,
      uptimeMs: this.#player === undefined ? 0 : Math.round(this.#clock.nowMs() - this.#connectedSinceMs),
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    const interruption = new Interruption(signal);
    try {
      while (!signal.aborted) {
        const ending = await this.#connection(signal, interruption);
        if (signal.aborted) return;
        const wait = this.#backoff.failed(ending.code, this.#clock.nowMs());
        if (wait === undefined) {
          this.#state = 'failed';
          this.#listener.onGone(ending.error);
          return;
        }
        this.#state = 'waiting';
        this.#reportWait(ending, wait);
        this.#listener.onLost();
        await sleep(wait.delayMs, this.#clock, interruption);
      }
    } finally {
      interruption.dispose();
    }
  }

  /** One connection, from the look-up to its end. */
  async #connection(signal: AbortSignal, interruption: Interruption): Promise<Ending> {
    let player: RtmpPlayer | undefined;
    try {
      this.#state = 'connecting';
      player = await this.#open(signal);
      if (!signal.aborted) this.#connected(player);
      await this.#receive(player, interruption);
      return endingOf(player.end);
    } catch (error) {
      if (error instanceof RtmpkitError) return { code: error.code, error, reason: error.message };
      if (signal.aborted) return endingOf(undefined);
      throw error;
    } finally {
      player?.stop();
      if (this.#player === player) this.#player = undefined;
    }
  }

  #open(signal: AbortSignal): Promise<RtmpPlayer> {
    const { report, timeoutMs, stallTimeoutMs, tls, observe } = this.#context;
    return RtmpPlayer.open({
      url: this.#url,
      timeoutMs,
      stallTimeoutMs,
      tls,
      signal,
      onStage: (stage) => report({ event: 'connecting', stage, ...this.#about }),
      observe,
    });
  }

  #connected(player: RtmpPlayer): void {
    this.#player = player;
    this.#state = 'connected';
    this.#connections++;
    this.#connectedSinceMs = this.#clock.nowMs();
    const { software, ...peer } = player.peer;
    this.#context.report({ event: 'connected', ...this.#about, ...peer, ...(software ? { software } : {}) });
  }

  async #receive(player: RtmpPlayer, interruption: Interruption): Promise<void> {
    const tags = player[Symbol.asyncIterator]();
    for (;;) {
      const next = await interruption.wait(tags.next());
      if (next === undefined || next.done === true) return;
      if (this.#state === 'connected') {
        this.#state = 'running';
        this.#backoff.succeeded(this.#clock.nowMs());
      }
      this.#meter.add(next.value);
      this.#listener.onTags(next.value);
    }
  }

  #reportWait({ reason, code }: Ending, { attempt, delayMs }: RetryWait): void {
    this.#context.report({ event: 'retrying', ...this.#about, code, reason, attempt, delayMs });
  }

  get #about() {
    return { ...this.#context.place, source: this.name, role: 'player', url: this.name } as const;
  }
}

/** A stream that ended may begin again, like one that has not begun yet. */
function endingOf(end: PlayEnd | undefined): Ending {
  const reason = end?.kind === 'closed' ? 'the server closed the connection' : 'the stream has ended';
  return { code: end?.kind === 'closed' ? 'ERR_CONNECTION_LOST' : 'ERR_STREAM_NOT_FOUND', error: undefined, reason };
}

async function sleep(delayMs: number, clock: Clock, interruption: Interruption): Promise<void> {
  let cancel = () => {};
  await interruption.wait(
    new Promise<void>((resolve) => {
      cancel = clock.after(delayMs, resolve);
    }),
  );
  cancel();
}
