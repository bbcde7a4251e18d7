import type { Clock } from '../flow/clock.js';
import type { Pump } from '../net/pump.js';
import type { ClientSession } from '../rtmp/session/client.js';
import type { ClientEvent, Pong } from '../rtmp/session/events.js';

const PING_EVERY_MS = 2_000;
/** Soon, since only of a server that has answered once much can be learnt. */
const FIRST_PING_AFTER_MS = 200;
/** Not every server answers, and some may wonder: whoever has let so many pings pass is not asked again. */
const MAX_UNANSWERED_BEFORE_FIRST = 3;
/** Pings whose answer is awaited. */
const MAX_UNDER_WAY = 8;

export interface HeartbeatOptions {
  readonly session: Pick<ClientSession, 'ping'>;
  readonly pump: Pick<Pump<ClientEvent>, 'flush' | 'bytesSent' | 'bytesReceived' | 'queuedBytes' | 'isOpen'>;
  readonly clock: Clock;
  /** Asked before each ping. */
  readonly isWanted: () => boolean;
  /** So long a server that is known to answer may be silent, and what waits for it may wait without any progress. */
  readonly stallTimeoutMs: number;
  readonly onStalled: () => void;
}

/**
 * Pings a server now and then while we publish to it: it measures the way there and back, and learns what has arrived. RTMP 7.1.7
 * has only servers send pings, but nginx-rtmp, SRS, MediaMTX and our own server answer those of clients, too.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #everyMs: number;
  /** How much had been sent behind each ping, by the time at which it was sent. */
  readonly #underWay = new Map<number, number>();
  #rttMs: number | null = null;
  #unanswered = 0;
  #cancel: () => void = () => {};
  #receivedBytes = 0;
  #heardMs: number;
  #goneBytes = 0;
  #movedMs: number;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#everyMs = Math.min(PING_EVERY_MS, options.stallTimeoutMs / 3);
    this.#heardMs = this.#movedMs = options.clock.nowMs();
    this.#beatLater(Math.min(FIRST_PING_AFTER_MS, this.#everyMs));
  }

  /** Of the last ping that was answered; `null` when none was. */
  get rttMs(): number | null {
    return this.#rttMs;
  }

  /** @returns how many of the bytes sent are sure to have arrived */
  answered({ rttMs, sentMs }: Pong): number {
    this.#rttMs = rttMs;
    this.#unanswered = 0;
    const arrivedBytes = this.#underWay.get(sentMs) ?? 0;
    for (const olderMs of this.#underWay.keys()) {
      if (olderMs <= sentMs) this.#underWay.delete(olderMs);
    }
    return arrivedBytes;
  }

  /** Whether the server has answered, or may still do so for the first time. */
  get isHopeful(): boolean {
    return this.#rttMs !== null || this.#unanswered < MAX_UNANSWERED_BEFORE_FIRST;
  }

  /** Asks the server whether it has all that was sent. @returns whether an answer can be expected */
  askOnce(): boolean {
    const { isHopeful } = this;
    if (isHopeful) this.#ping();
    return isHopeful;
  }

  stop(): void {
    this.#cancel();
  }

  #beatLater(delayMs: number): void {
    this.#cancel = this.#options.clock.after(delayMs, () => this.#beat());
  }

  #beat(): void {
    const { pump, isWanted, stallTimeoutMs, onStalled, clock } = this.#options;
    if (!pump.isOpen) return;
    if (this.#stillMs(clock.nowMs()) >= stallTimeoutMs) {
      onStalled();
      return;
    }
    if (this.isHopeful && this.#underWay.size < MAX_UNDER_WAY && isWanted()) this.#ping();
    this.#beatLater(this.#everyMs);
  }

  #ping(): void {
    const { session, pump, clock } = this.#options;
    const nowMs = clock.nowMs();
    session.ping(nowMs);
    pump.flush();
    this.#underWay.set(nowMs, pump.bytesSent);
    this.#unanswered++;
  }

  /** For how long nothing has left of what waits, or one who used to answer has been silent. */
  #stillMs(nowMs: number): number {
    const { bytesReceived, bytesSent, queuedBytes } = this.#options.pump;
    const goneBytes = bytesSent - queuedBytes;
    const hasGone = goneBytes !== this.#goneBytes;
    const owesAnswer = this.#rttMs !== null && this.#unanswered > 0;
    // A ping is behind all that waits: while that leaves, however slowly, the answer has time.
    if (bytesReceived !== this.#receivedBytes || !owesAnswer || (queuedBytes > 0 && hasGone)) this.#heardMs = nowMs;
    if (queuedBytes === 0 || hasGone) this.#movedMs = nowMs;
    this.#receivedBytes = bytesReceived;
    this.#goneBytes = goneBytes;
    return nowMs - Math.min(this.#heardMs, this.#movedMs);
  }
}
