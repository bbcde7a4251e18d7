import { ReconnectingPlayer } from '../../endpoint/reconnecting-player.js';
import { RtmpkitError } from '../../errors.js';
import type { SourceState, SourceStats } from '../../events.js';
import { Meter } from '../../flow/meter.js';
import type { MediaTag } from '../../media/tag.js';
import { parseRtmpUrl, type RtmpUrl } from '../../rtmp/url.js';
import { reconnecting, type StreamEnd } from '../reconnection.js';
import { connectionStats, toTenths } from '../stats-reports.js';
import type { RelayContext } from './context.js';
import type { RelayPeer } from './options.js';

const NOT_CONNECTED = { reconnects: 0, rttMs: null, uptimeMs: null };

/** What becomes of a source. */
export interface RelaySourceListener {
  onTags(tags: readonly MediaTag[]): void;
  /** The connection is over, or could not be made. It will be tried again. */
  onLost(): void;
  /** It will not be tried again. `undefined`: the stream has ended in an orderly way. */
  onGone(error: RtmpkitError | undefined): void;
}

/** One source of a relay, which is connected while it is wanted, again and again. */
export class RelaySource {
  readonly name: string;
  readonly #url: RtmpUrl;
  readonly #context: RelayContext;
  readonly #listener: RelaySourceListener;
  readonly #meter = new Meter();
  #state: SourceState = 'idle';
  #reconnects = 0;
  #retries = 0;
  #player: ReconnectingPlayer | undefined;
  /** Players that are wanted, or still closing. */
  readonly #runs = new Set<Promise<void>>();

  /** @throws {UsageError} `ERR_URL` */
  constructor(peer: RelayPeer, context: RelayContext, listener: RelaySourceListener) {
    this.#url = parseRtmpUrl(peer.url, peer);
    this.name = peer.name ?? this.#url.redacted;
    this.#context = context;
    this.#listener = listener;
  }

  /** Connects, unless it does so already or has failed for good. */
  want(): void {
    if (this.#player !== undefined || this.#state === 'failed') return;
    const stop = new AbortController();
    const player = this.#makePlayer(stop.signal);
    this.#player = player;
    this.#state = 'connecting';
    const run = this.#run(player, stop).catch((error: unknown) => this.#context.onBug(error));
    this.#runs.add(run);
    run.then(() => this.#runs.delete(run));
  }

  /** Lets go of the connection. */
  release(): void {
    this.#reconnects += this.#player?.reconnects ?? 0;
    this.#player?.stop();
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
    const connection = connectionStats(this.#player ?? NOT_CONNECTED);
    return {
      source: this.name,
      state: this.#state,
      bytes,
      bitrateKbps: toTenths(bitrateKbps),
      fps: toTenths(fps),
      skewMs,
      ...connection,
      reconnects: this.#reconnects + connection.reconnects,
      retries: this.#retries,
    };
  }

  #makePlayer(signal: AbortSignal): ReconnectingPlayer {
    const connection = reconnecting(this.#url, this.#end, signal, this.#context, {
      onConnected: () => {
        if (player === this.#player) this.#state = 'connected';
      },
      onRetry: () => {
        this.#retries++;
        if (player !== this.#player) return;
        this.#state = 'waiting';
        this.#listener.onLost();
      },
    });
    // A stream that ended may begin again.
    const player: ReconnectingPlayer = new ReconnectingPlayer({
      ...connection,
      beat: this.#context.beat,
      goesOnAfter: () => true,
    });
    return player;
  }

  async #run(player: ReconnectingPlayer, stop: AbortController): Promise<void> {
    const isCurrent = (): boolean => player === this.#player;
    try {
      for await (const tags of player) {
        if (!isCurrent()) return;
        this.#state = 'running';
        this.#meter.add(tags);
        this.#listener.onTags(tags);
      }
      if (isCurrent()) this.#fail(undefined);
    } catch (error) {
      if (!(error instanceof RtmpkitError)) throw error;
      if (isCurrent()) this.#fail(error);
    } finally {
      stop.abort();
    }
  }

  #fail(error: RtmpkitError | undefined): void {
    this.release();
    this.#state = 'failed';
    this.#listener.onGone(error);
  }

  get #end(): StreamEnd {
    return { ...this.#context.place, source: this.name, role: 'player', url: this.name };
  }
}
