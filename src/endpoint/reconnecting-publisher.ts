import type { Broadcast } from '../flow/broadcast.js';
import type { Burst } from '../flow/burst.js';
import { type Clock, systemClock } from '../flow/clock.js';
import { Meter } from '../flow/meter.js';
import type { Sink, SubscribeOptions, Subscription } from '../flow/sink.js';
import { NO_TAGS, type TagCounts } from '../flow/tag-counts.js';
import { Redial, type RedialOptions } from './redial.js';
import type { RtmpLinkOptions } from './rtmp-link.js';
import type { RtmpPeer } from './rtmp-opening.js';
import { RtmpPublisher } from './rtmp-publisher.js';

export interface ReconnectingPublisherOptions extends RtmpLinkOptions, RedialOptions {
  /** A connection is open. */
  readonly onConnected?: (peer: RtmpPeer) => void;
}

/** What may have to be sent again because a server has not said that it has it: a GOP, and what servers leave unsaid. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;

/**
 * A subscriber that publishes what it gets to an RTMP server, and stays one while the connection is made again. `live`: it goes
 * on at the newest keyframe, and counts what was missed. `lossless`: it goes on at the keyframe before the first tag that the
 * server has not acknowledged; what is not known is sent twice rather than lost.
 */
export class ReconnectingPublisher implements Sink {
  /** Settles when all is over: rejects unless everything was delivered, or was to be left. */
  readonly finished: Promise<void>;
  /** What was handed to the network, on all connections: without what was dropped, with what had to be sent again. */
  readonly sent: Meter;
  readonly #options: ReconnectingPublisherOptions;
  readonly #clock: Clock;
  readonly #redial: Redial<RtmpPublisher>;
  readonly #stop = new AbortController();
  readonly #firstConnection: Promise<RtmpPublisher>;
  #subscription: Subscription | undefined;
  #publisher: RtmpPublisher | undefined;
  #canSendAgain = false;
  #isLeaving = false;
  #isEnded = false;
  #connections = 0;
  #connectedMs: number | undefined;

  /** Begins to connect; it may be attached before it is connected. */
  constructor(options: ReconnectingPublisherOptions) {
    const signal = AbortSignal.any([options.signal, this.#stop.signal]);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.sent = new Meter(this.#clock);
    this.#redial = new Redial(() => RtmpPublisher.open({ ...options, signal }), { ...options, signal });
    this.#firstConnection = this.#redial.open();
    this.finished = this.#run();
    this.finished.catch(() => {}); // whoever cares awaits it; nobody else needs to know
  }

  /** @throws {RtmpkitError} see `openRtmpLink`: of the last attempt */
  static async open(options: ReconnectingPublisherOptions): Promise<ReconnectingPublisher> {
    const publisher = new ReconnectingPublisher(options);
    await publisher.#firstConnection;
    return publisher;
  }

  get isConnected(): boolean {
    return this.#publisher !== undefined;
  }

  /** How far the network is behind what was appended to the broadcast. */
  get queueMs(): number {
    return this.#subscription?.queueMs ?? 0;
  }

  get queueBytes(): number {
    return (this.#subscription?.queueBytes ?? 0) + (this.#publisher?.queuedBytes ?? 0);
  }

  get droppedTags(): number {
    return this.#subscription?.droppedTags ?? 0;
  }

  get dropped(): TagCounts {
    return this.#subscription?.dropped ?? NO_TAGS;
  }

  /** Of all tags, the share that was dropped. */
  get lossRate(): number {
    const { audioTags, videoTags, dataTags } = this.sent.read();
    const sent = audioTags + videoTags + dataTags;
    return this.droppedTags === 0 ? 0 : this.droppedTags / (this.droppedTags + sent);
  }

  /** How many connections there were after the first one. */
  get reconnects(): number {
    return Math.max(this.#connections - 1, 0);
  }

  /** Of the present connection; `null` when it is not known. */
  get rttMs(): number | null {
    return this.#publisher?.rttMs ?? null;
  }

  /** How long the present connection has been open; `null` without one. */
  get uptimeMs(): number | null {
    return this.#connectedMs === undefined ? null : this.#clock.nowMs() - this.#connectedMs;
  }

  /** Publishes everything of this broadcast from now on. */
  attach(broadcast: Broadcast, options: SubscribeOptions): void {
    this.#canSendAgain = options.mode === 'lossless';
    this.#subscription = broadcast.subscribe(this, { maxHeldBytes: MAX_HELD_BYTES, ...options });
    this.#publisher?.carry(this.#subscription);
  }

  write(burst: Burst): boolean {
    const publisher = this.#publisher;
    if (publisher === undefined) return false;
    this.sent.add(burst.tags);
    return publisher.write(burst);
  }

  /** All is written. Where nobody knows yet whether it arrived, it may have to be written again. */
  end(): void {
    this.#isEnded = true;
    this.#publisher?.end();
    if (this.#publisher === undefined && !this.#canSendAgain) this.leave();
  }

  cutOff(): void {
    this.close();
  }

  /** Says goodbye to the server behind what was written, without what still waits in the broadcast. */
  leave(): void {
    this.#isLeaving = true;
    this.#subscription?.close();
    this.#publisher?.end();
    if (this.#publisher === undefined) this.#stop.abort();
  }

  /** Closes the connection, or gives up having one, without waiting for anything. */
  close(): void {
    this.#isLeaving = true;
    this.#subscription?.close();
    this.#stop.abort();
    this.#publisher?.close();
  }

  async #run(): Promise<void> {
    try {
      let publisher = await this.#firstConnection;
      for (;;) {
        this.#opened(publisher);
        const failure = await failureOf(publisher);
        if (failure === undefined) return;
        this.#publisher = undefined;
        this.#connectedMs = undefined;
        if (this.#isLeaving || (this.#isEnded && !this.#canSendAgain)) throw failure;
        publisher = await this.#redial.reopen(failure);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    } finally {
      this.#publisher = undefined;
      this.#subscription?.close();
    }
  }

  #opened(publisher: RtmpPublisher): void {
    const isFirst = this.#connections === 0;
    this.#publisher = publisher;
    this.#connections++;
    this.#connectedMs = this.#clock.nowMs();
    this.#options.onConnected?.(publisher.peer);
    if (this.#isLeaving) {
      publisher.end();
    } else if (this.#subscription !== undefined) {
      publisher.carry(this.#subscription);
      if (isFirst) this.#subscription.resume();
      else this.#subscription.restart();
    }
  }
}

/** Resolves when the connection is over; `undefined`: everything was delivered. */
async function failureOf(publisher: RtmpPublisher): Promise<unknown> {
  try {
    await publisher.finished;
    return undefined;
  } catch (error) {
    return error;
  }
}
