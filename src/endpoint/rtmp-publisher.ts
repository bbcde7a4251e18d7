import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { Broadcast } from '../flow/broadcast.js';
import type { Burst } from '../flow/burst.js';
import { systemClock } from '../flow/clock.js';
import { Meter } from '../flow/meter.js';
import type { Sink, SubscribeOptions, Subscription } from '../flow/sink.js';
import type { TagFormat } from '../media/tag-format.js';
import type { CloseReason } from '../net/pump.js';
import { CapacityMeter } from './capacity-meter.js';
import { Completion } from './completion.js';
import { DeliveryLog, type Undelivered } from './delivery-log.js';
import { Heartbeat } from './heartbeat.js';
import { connectionEnded, stalled, streamRefused } from './rtmp-failure.js';
import { openRtmpLink, type RtmpLinkOptions } from './rtmp-link.js';
import type { LinkNews, RtmpLink, RtmpLinkListener, RtmpPeer } from './rtmp-opening.js';

/** So long a server that has never answered a ping is given to do so, once it has been sent everything. */
const FIRST_ANSWER_WITHIN_MS = 1_000;

/** Whose bursts a publisher sends. */
export type PublisherPlace = Pick<Subscription, 'resume' | 'position' | 'queueBytes' | 'delivered'>;

/** Less is not worth a block: a socket that takes nothing holds many small bursts, each of which would keep all of its block. */
const SMALLEST_RECYCLED_BYTES = 4 * 1024;

/** A subscriber that publishes what it gets to an RTMP server. */
export class RtmpPublisher implements Sink, RtmpLinkListener {
  /** Settles when the connection is closed: rejects unless everything was delivered. */
  readonly finished: Promise<void>;
  /** What was handed to the network: without what was dropped, with the headers that had to be sent again. */
  readonly sent: Meter;
  readonly #completion = new Completion<void>();
  #link: RtmpLink | undefined;
  #format: TagFormat | undefined;
  #subscription: Subscription | undefined;
  #place: PublisherPlace | undefined;
  #isDone = false;
  #hasSaidGoodbye = false;
  #cancelWait: () => void = () => {};
  #heartbeat: Heartbeat | undefined;
  readonly #deliveries = new DeliveryLog();
  readonly #capacity = new CapacityMeter();
  readonly #options: RtmpLinkOptions;
  readonly #memory: RecycledMemory | undefined;

  private constructor(options: RtmpLinkOptions, sent: Meter) {
    this.#options = options;
    this.sent = sent;
    this.#memory = options.memory;
    this.finished = this.#completion.promise;
  }

  /**
   * @param sent counts what is sent, on top of what it has counted
   * @throws {RtmpkitError} see `openRtmpLink`
   */
  static async open(options: RtmpLinkOptions, sent = new Meter()): Promise<RtmpPublisher> {
    const publisher = new RtmpPublisher(options, sent);
    await openRtmpLink('publisher', options, publisher);
    return publisher;
  }

  get peer(): RtmpPeer {
    return this.#opened.peer;
  }

  /** How far the network is behind what was appended to the broadcast. */
  get queueMs(): number {
    return this.#subscription?.queueMs ?? 0;
  }

  get queueBytes(): number {
    return (this.#subscription?.queueBytes ?? 0) + this.#opened.pump.queuedBytes;
  }

  get droppedTags(): number {
    return this.#subscription?.droppedTags ?? 0;
  }

  /** Whether the connection still takes something. */
  get isOpen(): boolean {
    return this.#opened.pump.isOpen;
  }

  /** Bytes that wait in this process for the network. */
  get queuedBytes(): number {
    return this.#opened.pump.queuedBytes;
  }

  /** Of what was written, what is not known to have arrived. */
  get undelivered(): Undelivered {
    return this.#deliveries.undelivered;
  }

  /** Of the last ping that the server answered; `null` without any. */
  get rttMs(): number | null {
    return this.#heartbeat?.rttMs ?? null;
  }

  /** What the connection carries at most, as far as it was measured; `null`: it was not. */
  get capacityKbps(): number | null {
    return this.#capacity.kbps(this.#nowMs, this.sent.read().bitrateKbps);
  }

  /** Publishes everything of this broadcast from now on. */
  attach(broadcast: Broadcast, options: SubscribeOptions): void {
    this.#subscription = broadcast.subscribe(this, options);
    this.carry(this.#subscription);
  }

  /** The same for a subscriber that hands on what it is written, and stays one when the connection ends. */
  carry(place: PublisherPlace): void {
    this.#place = place;
  }

  write(burst: Burst): boolean {
    const format = this.#format;
    if (format === undefined) return false;
    this.sent.add(burst.tags);
    const { pump } = this.#opened;
    const bytes = this.#encode(burst, format);
    const hasRoom = pump.write(bytes, (error) => {
      if (!error) this.#deliveries.taken(sentBytes);
      this.#memory?.release(bytes.buffer);
    });
    const sentBytes = pump.bytesSent;
    this.#deliveries.wrote(sentBytes, this.#place?.position ?? 0, burst.tagCounts);
    // A large burst makes a socket ask for patience even when the network takes it at once.
    if (!hasRoom && pump.queuedBytes > 0) this.#capacity.heldUp(sentBytes);
    return hasRoom;
  }

  #encode(burst: Burst, format: TagFormat): Uint8Array {
    const memory = this.#memory;
    if (memory === undefined || burst.sizeBytes < SMALLEST_RECYCLED_BYTES) return burst.encoded(format);
    // Encoding it anew costs less than memory that nobody ever had, even where several publish the same.
    return format.encode(burst.tags, (sizeBytes) => memory.take(sizeBytes));
  }

  /**
   * Says goodbye to the server behind the last burst; to one that answers pings, when it has said that it has got there. The
   * server closes then: the network may still carry much of the stream, and a socket that is torn down loses it. After a
   * goodbye, nobody could tell a server that has everything from one that is lost.
   */
  end(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    const heartbeat = this.#heartbeat;
    if (heartbeat?.askOnce() !== true) this.#sayGoodbye();
    else if (heartbeat.rttMs === null) this.#awaitFirstAnswer();
  }

  #awaitFirstAnswer(): void {
    const { clock = systemClock } = this.#options;
    this.#cancelWait = clock.after(FIRST_ANSWER_WITHIN_MS, () => {
      if (this.#heartbeat?.rttMs !== null) return; // it says what has arrived: that is waited for
      if (this.#opened.pump.queuedBytes > 0) this.#awaitFirstAnswer();
      else this.#sayGoodbye();
    });
  }

  #sayGoodbye(): void {
    this.#cancelWait();
    const { session, pump } = this.#opened;
    this.#hasSaidGoodbye = true;
    session.close();
    pump.end(pump.idleMs);
  }

  /** The same, without what still waits in the broadcast. */
  leave(): void {
    this.#subscription?.close();
    this.end();
  }

  /** Closes the connection, if it is still open, without waiting for anything. */
  close(): void {
    this.#opened.pump.destroy();
  }

  onOpen(link: RtmpLink): void {
    const { stallTimeoutMs, url, clock = systemClock } = this.#options;
    this.#link = link;
    this.#format = link.session.mediaFormat();
    this.#heartbeat = new Heartbeat({
      ...link,
      clock,
      isWanted: () => !this.#isDone,
      stallTimeoutMs,
      onStalled: () => link.pump.destroy(stalled(url, stallTimeoutMs)),
    });
  }

  onTags(): void {}

  onStreamEnded(reason: string): void {
    this.#opened.pump.destroy(streamRefused(reason));
  }

  onNews(news: LinkNews): void {
    switch (news.type) {
      case 'acknowledged':
        return this.#delivered(this.#deliveries.acknowledged(news.sequenceNumber));
      case 'pong':
        this.#delivered(this.#deliveries.arrived(this.#heartbeat?.answered(news) ?? 0));
        if (this.#isDone && !this.#hasSaidGoodbye && this.#deliveries.isComplete) this.#sayGoodbye();
        return;
    }
  }

  onDrain(): void {
    const [goneBytes, waitingBytes] = [this.#opened.pump.bytesSent, this.#place?.queueBytes ?? 0];
    this.#capacity.drained({ nowMs: this.#nowMs, goneBytes, waitingBytes });
    this.#place?.resume();
  }

  onClose(reason: CloseReason): void {
    this.#heartbeat?.stop();
    this.#cancelWait();
    this.#delivered(this.#deliveries.lost());
    this.#place = undefined;
    this.#subscription?.close();
    if (this.#isDone && this.#deliveries.isComplete) {
      this.#completion.resolve();
    } else if (reason.by === 'error') {
      this.#completion.reject(reason.error);
    } else if (this.#hasSaidGoodbye) {
      this.#completion.resolve();
    } else {
      this.#completion.reject(connectionEnded('while we were publishing'));
    }
  }

  #delivered(position: number | undefined): void {
    if (position !== undefined) {
      this.#place?.delivered(position);
    }
  }

  get #nowMs(): number {
    return (this.#options.clock ?? systemClock).nowMs();
  }

  get #opened(): RtmpLink {
    if (this.#link === undefined) {
      throw new Error('the publisher is not open yet');
    }
    return this.#link;
  }
}

/** Resolves when the connection is over; `undefined`: everything was delivered. */
export async function failureOf(publisher: RtmpPublisher): Promise<unknown> {
  try {
    await publisher.finished;
    return undefined;
  } catch (error) {
    return error;
  }
}
