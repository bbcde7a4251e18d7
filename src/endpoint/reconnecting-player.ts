import type { RecycledMemory } from '../bytes/recycled-memory.js';
import { RejectedError, RtmpkitError } from '../errors.js';
import { type Clock, systemClock } from '../flow/clock.js';
import { Splicer } from '../flow/splicer.js';
import type { MediaTag } from '../media/tag.js';
import { movedUrl } from '../rtmp/moved-url.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { RecordedPlace } from './recorded-place.js';
import { Redial, type RedialOptions } from './redial.js';
import { connectionEnded } from './rtmp-failure.js';
import type { RtmpPeer } from './rtmp-opening.js';
import { type PlayEnd, RtmpPlayer, type RtmpPlayerOptions } from './rtmp-player.js';
import { Successor } from './successor.js';
import type { TagSource } from './tag-source.js';

export interface ReconnectingPlayerOptions extends RtmpPlayerOptions, RedialOptions {
  /** A connection is open. */
  readonly onConnected?: (peer: RtmpPeer) => void;
  /**
   * Whether to connect again after an end that was no failure. Default: after a server has closed the connection without a
   * word, not after it has said that the stream is over.
   */
  readonly goesOnAfter?: (end: PlayEnd) => boolean;
}

/**
 * A source that plays a stream from an RTMP server, and goes on over lost connections: on one continuous timeline, after each
 * with headers and a keyframe; what is recorded goes on where it broke off. Reading slowly makes the server wait.
 */
export class ReconnectingPlayer implements TagSource {
  readonly #options: ReconnectingPlayerOptions;
  readonly #clock: Clock;
  readonly #redial: Redial<RtmpPlayer>;
  readonly #successor: Successor<RtmpPlayer>;
  readonly #splicer = new Splicer();
  /** Of a stream that is to be played from a place of its recording, or whose server says that it has one. */
  #recorded: RecordedPlace | undefined;
  #url: RtmpUrl;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #player: RtmpPlayer | undefined;
  /** Of the newest connection. */
  #failure: unknown;
  #opening: Promise<RtmpPlayer> | undefined;
  #end: PlayEnd | undefined;
  #connections = 0;
  #bytesBefore = 0;
  #connectedMs: number | undefined;

  /** Connects when it is read, or by `connected`. */
  constructor(options: ReconnectingPlayerOptions) {
    const signal = AbortSignal.any([options.signal, this.#stop.signal]);
    this.#signal = signal;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#url = options.url;
    this.#recorded = this.#wantedPlace();
    this.#redial = new Redial(() => this.#open(signal), { ...options, signal });
    this.#successor = new Successor({
      ...options,
      signal,
      open: (attempt) => this.#open(attempt),
      close: (unwanted) => unwanted.stop(),
    });
  }

  /** @throws {RtmpkitError} see `openRtmpLink`: of the last attempt */
  static async open(options: ReconnectingPlayerOptions): Promise<ReconnectingPlayer> {
    const player = new ReconnectingPlayer(options);
    await player.connected();
    return player;
  }

  /** Resolves when the first connection is open. @throws {RtmpkitError} of the last attempt */
  async connected(): Promise<void> {
    this.#opening ??= this.#redial.open().then((player) => this.#opened(player));
    await this.#opening;
  }

  /** Where the bodies of its tags are: who is done with one releases it. `undefined`: they may be kept. */
  get memory(): RecycledMemory | undefined {
    return this.#options.memory;
  }

  /** How the last connection ended. Known when the iteration has ended without an error. */
  get end(): PlayEnd | undefined {
    return this.#end;
  }

  /** Of all connections. */
  get bytesReceived(): number {
    return this.#bytesBefore + (this.#player?.bytesReceived ?? 0);
  }

  /** How many connections there were after the first one. */
  get reconnects(): number {
    return Math.max(this.#connections - 1, 0);
  }

  /** Of the present connection; `null` when it is not known. */
  get rttMs(): number | null {
    return this.#player?.rttMs ?? null;
  }

  /** How long the present connection has been open; `null` without one. */
  get uptimeMs(): number | null {
    return this.#connectedMs === undefined ? null : this.#clock.nowMs() - this.#connectedMs;
  }

  /** Ends the iteration after what has already come, and the connection, or the attempts to have one. */
  stop(): void {
    this.#end ??= { kind: 'stopped' };
    this.#player?.stop();
    this.#successor.cancel();
    this.#stop.abort();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly MediaTag[], void, undefined> {
    try {
      await this.connected();
      while (this.#player !== undefined) {
        yield* this.#piece(this.#player);
        this.#player = await this.#next(this.#player);
      }
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    } finally {
      this.stop();
    }
  }

  /** What comes on one connection. */
  async *#piece(player: RtmpPlayer): AsyncGenerator<readonly MediaTag[], void, undefined> {
    this.#failure = undefined;
    try {
      for await (const tags of player) {
        if (player.isRecorded && this.#takesEither) this.#recorded ??= new RecordedPlace(0);
        const placed = this.#splicer.splice(this.#recorded?.pass(tags) ?? tags);
        if (placed.length > 0) yield placed;
        if (this.#successor.ready?.canBegin === true) break;
      }
    } catch (error) {
      this.#failure = error;
    }
    if (this.#recorded !== undefined && !this.#hasMore(player, this.#recorded)) this.#recorded = this.#wantedPlace();
    const rest = this.#recorded?.hasOwnTime === true ? this.#splicer.end() : this.#splicer.beginPiece();
    this.#recorded?.beginAgain();
    if (rest.length > 0) yield rest;
  }

  /** Where the user wants a recording to begin. */
  #wantedPlace(): RecordedPlace | undefined {
    const start = this.#options.play?.start;
    return start?.from === 'recorded' ? new RecordedPlace(start.positionMs) : undefined;
  }

  /** Whether it is left to the server what it plays. */
  get #takesEither(): boolean {
    return (this.#options.play?.start.from ?? 'live-or-recorded') === 'live-or-recorded';
  }

  /** Whether a connection after this one is to have the rest of a recording; after its end that would be the beginning. */
  #hasMore(player: RtmpPlayer, recorded: RecordedPlace): boolean {
    const isOver = player.end?.kind === 'told' && !this.#successor.isWanted;
    // Some say of anything that it is recorded.
    const isRecording = !this.#takesEither || (player.isRecorded && recorded.beganAtZero);
    return isRecording && !isOver;
  }

  /** The connection after one that has ended; `undefined` when that was the end of the stream. */
  async #next(player: RtmpPlayer): Promise<RtmpPlayer | undefined> {
    this.#bytesBefore += player.bytesReceived;
    this.#connectedMs = undefined;
    const { end } = player;
    const hadToMove = this.#successor.isWanted;
    const successor = await this.#successor.take();
    if (successor !== undefined) return this.#opened(successor);
    if (this.#failure !== undefined || end === undefined) {
      return this.#opened(await this.#redial.reopen(this.#failure));
    }
    const { goesOnAfter = isWordless } = this.#options;
    if (this.#signal.aborted || end.kind === 'stopped' || !(hadToMove || goesOnAfter(end))) {
      this.#end ??= end;
      return undefined;
    }
    const reason = failureOf(end);
    try {
      return this.#opened(await this.#redial.reopen(reason));
    } catch (error) {
      if (error !== reason) throw error;
      this.#end ??= end; // as it would have been without any attempt
      return undefined;
    }
  }

  async #open(signal: AbortSignal): Promise<RtmpPlayer> {
    try {
      return await RtmpPlayer.open({
        ...this.#options,
        ...this.#play,
        url: this.#url,
        signal,
        onReconnectRequest: (tcUrl) => {
          this.#url = movedUrl(this.#url, tcUrl) ?? this.#url;
          this.#successor.begin();
        },
      });
    } catch (error) {
      if (this.#takesEither && isNotFound(error)) this.#recorded = undefined; // it may be live after all
      throw error;
    }
  }

  /** Where the next connection is to begin. */
  get #play(): Partial<Pick<RtmpPlayerOptions, 'play'>> {
    const { play } = this.#options;
    if (this.#recorded === undefined) return {};
    return { play: { ...play, start: { from: 'recorded', positionMs: this.#recorded.positionMs } } };
  }

  #opened(player: RtmpPlayer): RtmpPlayer {
    this.#player = player;
    this.#connections++;
    this.#connectedMs = this.#clock.nowMs();
    this.#options.onConnected?.(player.peer);
    return player;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof RtmpkitError && error.code === 'ERR_STREAM_NOT_FOUND';
}

function isWordless({ kind }: PlayEnd): boolean {
  return kind === 'closed';
}

/** An end as the reason to connect again. */
function failureOf(end: PlayEnd): RtmpkitError {
  return end.kind === 'told'
    ? new RejectedError('ERR_STREAM_NOT_FOUND', `the server ended the stream (${end.reason})`, { stage: 'stream' })
    : connectionEnded('without a word');
}
