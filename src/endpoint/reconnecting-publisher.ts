import type { Broadcast } from '../flow/broadcast.js';
import type { Burst } from '../flow/burst.js';
import { type Clock, systemClock } from '../flow/clock.js';
import { Meter } from '../flow/meter.js';
import type { Sink, SubscribeOptions, Subscription } from '../flow/sink.js';
import { NO_TAGS, plus, type TagCounts, total } from '../flow/tag-counts.js';
import { handled } from './completion.js';
import type { Undelivered } from './delivery-log.js';
import { PublisherSupply, type PublisherSupplyOptions } from './publisher-supply.js';
import { failureOf, type RtmpPublisher } from './rtmp-publisher.js';

export type ReconnectingPublisherOptions = PublisherSupplyOptions;

/** What may have to be sent again because a server has not said that it has it: a GOP, and what servers leave unsaid. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;

/**
 * A subscriber that publishes what it gets to an RTMP server, and stays one while the connection is made again. `live`: it goes
 * on at the newest keyframe, and counts what was missed. `lossless`: it goes on at the keyframe before the first tag that the
 * server has not acknowledged; what is not known is sent twice rather than lost. With a backup it goes on there, in the same way,
 * and returns at a keyframe.
 */
export class ReconnectingPublisher implements Sink {
  /** Settles when all is over: rejects unless everything was delivered, or was to be left. */
  readonly finished: Promise<void>;
  /** What was handed to the network, on all connections: without what was dropped, with what had to be sent again. */
  readonly sent: Meter;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #supply: PublisherSupply;
  readonly #firstConnection: Promise<RtmpPublisher>;
  #subscription: Subscription | undefined;
  #publisher: RtmpPublisher | undefined;
  /** The connection that has taken over from the one before, which may still be at its goodbye. */
  #heir: RtmpPublisher | undefined;
  #isLeaving = false;
  #isEnded = false;
  #connections = 0;
  #unsent = NO_TAGS;
  #unconfirmed = NO_TAGS;
  #connectedMs: number | undefined;
  /** As the connections before have left it. */
  #former: Pick<RtmpPublisher, 'rttMs' | 'capacityKbps'> = { rttMs: null, capacityKbps: null };

  /** Begins to connect; it may be attached before it is connected. */
  constructor(options: ReconnectingPublisherOptions) {
    const signal = AbortSignal.any([options.signal, this.#stop.signal]);
    this.#clock = options.clock ?? systemClock;
    this.sent = new Meter(this.#clock);
    this.#supply = new PublisherSupply({ ...options, signal }, this.sent);
    this.#firstConnection = this.#supply.first();
    this.finished = handled(this.#run());
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
    return total(this.dropped);
  }

  /** What the server has certainly missed. */
  get dropped(): TagCounts {
    return plus(this.#unsent, this.#subscription?.dropped ?? NO_TAGS);
  }

  /**
   * What was on its way when a connection was lost, and was not sent again. The server may have some of it: as far as it said,
   * it has not. Nothing is said of a server that confirms nothing.
   */
  get unconfirmedTags(): number {
    return total(this.#unconfirmed);
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

  /** Of the newest ping that was answered; `null` without any. */
  get rttMs(): number | null {
    return this.#publisher?.rttMs ?? this.#former.rttMs;
  }

  /** What the way to the server was last measured to carry at most; `null` while nothing had to wait for it. */
  get capacityKbps(): number | null {
    return this.#publisher?.capacityKbps ?? this.#former.capacityKbps;
  }

  /** How long the present connection has been open; `null` without one. */
  get uptimeMs(): number | null {
    return this.#connectedMs === undefined ? null : this.#clock.nowMs() - this.#connectedMs;
  }

  /** Publishes everything of this broadcast from now on. */
  attach(broadcast: Broadcast, options: SubscribeOptions): void {
    this.#subscription = broadcast.subscribe(
      this,
      this.#supply.isRenewable ? { maxHeldBytes: MAX_HELD_BYTES, ...options } : options,
    );
    if (this.#publisher === undefined) this.#subscription.suspend();
    else this.#publisher.carry(this.#subscription);
  }

  write(burst: Burst): boolean {
    if (this.#supply.hasHeir && isBoundary(burst)) this.#handOver(burst);
    const publisher = this.#publisher;
    if (publisher?.isOpen !== true) {
      // The connection is about to be over. Nothing more is written after this one.
      if (!this.#isLossless) this.#unsent = plus(this.#unsent, burst.tagCounts);
      return false;
    }
    return publisher.write(burst);
  }

  /** All is written. Where nobody knows yet whether it arrived, it may have to be written again. */
  end(): void {
    this.#isEnded = true;
    this.#publisher?.end();
    if (this.#publisher === undefined && !this.#canGoBack) this.leave();
  }

  cutOff(): void {
    this.close();
  }

  /** Says goodbye to the server behind what was written, without what still waits in the broadcast. */
  leave(): void {
    this.#isLeaving = true;
    this.#supply.cancel();
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
      let publisher: RtmpPublisher | undefined = await this.#firstConnection;
      this.#took(publisher);
      this.#begin(publisher);
      while (publisher !== undefined) publisher = await this.#next(publisher);
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    } finally {
      this.#dropConnection();
      this.#supply.cancel();
      this.#subscription?.close();
    }
  }

  /** Whether what may not have arrived is sent again. Nothing is held for it where nothing is tried again. */
  get #canGoBack(): boolean {
    return this.#isLossless && this.#supply.isRenewable;
  }

  get #isLossless(): boolean {
    return this.#subscription?.isLossless === true;
  }

  /** The connection after one, when that is over; `undefined` when all was delivered. */
  async #next(publisher: RtmpPublisher): Promise<RtmpPublisher | undefined> {
    const failure = await failureOf(publisher);
    const heir = this.#heir;
    this.#heir = undefined;
    if (failure !== undefined && !this.#isLossless) this.#countLost(publisher.undelivered);
    const isIncomplete = failure !== undefined && this.#isLossless;
    if (heir !== undefined && !isIncomplete) {
      if (this.#subscription !== undefined) heir.carry(this.#subscription);
      return heir;
    }
    heir?.close(); // what it was given does not count: something is missing before that
    if (failure === undefined) return undefined;
    this.#subscription?.suspend();
    this.#dropConnection();
    const isInVain = this.#isLossless ? !this.#canGoBack : this.#isEnded;
    if (this.#isLeaving || isInVain) throw failure;
    const next = await this.#supply.next(publisher, failure);
    this.#took(next);
    this.#begin(next);
    return next;
  }

  #countLost({ unsent, unconfirmed }: Undelivered): void {
    this.#unsent = plus(this.#unsent, unsent);
    this.#unconfirmed = plus(this.#unconfirmed, unconfirmed);
  }

  #dropConnection(): void {
    const { rttMs, capacityKbps } = this;
    this.#former = { rttMs, capacityKbps };
    this.#publisher = undefined;
    this.#connectedMs = undefined;
  }

  #took(publisher: RtmpPublisher): void {
    this.#dropConnection();
    this.#publisher = publisher;
    this.#connections++;
    this.#connectedMs = this.#clock.nowMs();
    this.#supply.took(publisher);
  }

  #begin(publisher: RtmpPublisher): void {
    if (this.#isLeaving) {
      publisher.end();
    } else if (this.#subscription !== undefined) {
      publisher.carry(this.#subscription);
      if (this.#connections === 1) this.#subscription.resume();
      else this.#subscription.restart();
    }
  }

  /** Another connection is to be used from now on, and is open: it goes on there with this burst, behind its headers. */
  #handOver({ headerBurst }: Burst): void {
    const [former, heir, subscription] = [this.#publisher, this.#supply.takeHeir(), this.#subscription];
    if (former === undefined || heir === undefined || subscription === undefined) return;
    this.#heir = heir;
    this.#took(heir);
    // What arrives here says nothing about what went before.
    heir.carry({
      resume: () => subscription.resume(),
      delivered: () => {},
      get position() {
        return subscription.position;
      },
      get queueBytes() {
        return subscription.queueBytes;
      },
    });
    if (headerBurst !== undefined) heir.write(headerBurst);
    former.end();
  }
}

/** Whether a stream can begin with this burst, once its headers are known. */
function isBoundary({ startsWithKeyframe, tagCounts, headers }: Burst): boolean {
  return startsWithKeyframe || (tagCounts.video === 0 && headers.every(({ kind }) => kind !== 'video'));
}
