import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { Broadcast } from '../flow/broadcast.js';
import type { Burst } from '../flow/burst.js';
import { Meter } from '../flow/meter.js';
import type { Sink, SubscribeOptions, Subscription } from '../flow/sink.js';
import type { TagFormat } from '../media/tag-format.js';
import type { CloseReason } from '../net/pump.js';
import { connectionEnded } from './rtmp-failure.js';
import { openRtmpLink, type RtmpLinkOptions } from './rtmp-link.js';
import type { RtmpLink, RtmpLinkListener, RtmpPeer } from './rtmp-opening.js';

/** A subscriber that publishes what it gets to an RTMP server. */
export class RtmpPublisher implements Sink, RtmpLinkListener {
  /** Settles when the connection is closed: rejects unless everything was delivered. */
  readonly finished: Promise<void>;
  /** What was handed to the network: without what was dropped, with the headers that had to be sent again. */
  readonly sent = new Meter();
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #link: RtmpLink | undefined;
  #format: TagFormat | undefined;
  #subscription: Subscription | undefined;
  #isDone = false;
  readonly #memory: RecycledMemory | undefined;

  private constructor(memory: RecycledMemory | undefined) {
    this.#memory = memory;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.finished.catch(() => {}); // whoever cares awaits it; nobody else needs to know
  }

  /** @throws {RtmpkitError} see `openRtmpLink` */
  static async open(options: RtmpLinkOptions): Promise<RtmpPublisher> {
    const publisher = new RtmpPublisher(options.memory);
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

  /** Publishes everything of this broadcast from now on. */
  attach(broadcast: Broadcast, options: SubscribeOptions): void {
    this.#subscription = broadcast.subscribe(this, options);
  }

  write(burst: Burst): boolean {
    const format = this.#format;
    if (format === undefined) return false;
    this.sent.add(burst.tags);
    const { pump } = this.#opened;
    const memory = this.#memory;
    if (memory === undefined) return pump.write(burst.encoded(format));
    // Encoding it anew costs less than memory that nobody ever had, even where several publish the same.
    const bytes = format.encode(burst.tags, (sizeBytes) => memory.take(sizeBytes));
    return pump.write(bytes, () => memory.release(bytes.buffer));
  }

  /**
   * Says goodbye to the server behind the last burst. The server closes when it has got there: the network may still carry
   * much of the stream, and a socket that is torn down loses it.
   */
  end(): void {
    const { session, pump } = this.#opened;
    this.#isDone = true;
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
    this.#link = link;
    this.#format = link.session.mediaFormat();
  }

  onTags(): void {}

  onStreamEnded(reason: string): void {
    this.#opened.pump.destroy(connectionEnded(`with ${reason}`));
  }

  onDrain(): void {
    this.#subscription?.resume();
  }

  onClose(reason: CloseReason): void {
    this.#subscription?.close();
    if (reason.by === 'error') {
      this.#reject(reason.error);
    } else if (this.#isDone) {
      this.#resolve();
    } else {
      this.#reject(connectionEnded('while we were publishing'));
    }
  }

  get #opened(): RtmpLink {
    if (this.#link === undefined) {
      throw new Error('the publisher is not open yet');
    }
    return this.#link;
  }
}
