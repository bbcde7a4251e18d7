import type { Message } from '../message/message.js';
import type { SetPeerBandwidth } from '../message/set-peer-bandwidth.js';
import type { Pong } from './events.js';
import type { Outbox } from './outbox.js';

/** What the control messages of a peer tell the owner of a session. */
export type FlowEvent = Pong | { readonly type: 'acknowledged'; readonly sequenceNumber: number };

const SEQUENCE_NUMBERS = 2 ** 32;

/** Pings that a peer never answers are forgotten: OBS answers none while it publishes. */
const MAX_PINGS_UNDER_WAY = 8;

/** Acknowledgements, window sizes and pings, the same for both sides of a connection (RTMP 5.4.3 to 5.4.5, 7.1.7). */
export class FlowControl {
  readonly #outbox: Outbox;
  /** The peer wants to hear of every so many bytes; 0: it never asked. */
  #peerWindowBytes = 0;
  #receivedBytes = 0;
  #acknowledgedBytes = 0;
  /** What we told the peer; 0: nothing yet. */
  #ourWindowBytes = 0;
  /** When each ping was sent, by the number in it. */
  readonly #pings = new Map<number, number>();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Bytes came, the handshake's included, and are acknowledged at half of the peer's window, as FFmpeg and SRS do. */
  received(sizeBytes: number): void {
    this.#receivedBytes += sizeBytes;
    this.#acknowledgeIfDue();
  }

  /** Asks the peer to acknowledge what we send, unless its Set Peer Bandwidth has made us do so already. */
  announceFirstWindow(sizeBytes: number): void {
    if (this.#ourWindowBytes === 0) {
      this.#announceWindow(sizeBytes);
    }
  }

  /** Sends a ping; the answer becomes a `pong` event. */
  ping(nowMs: number): void {
    const timestampMs = Math.floor(nowMs) >>> 0;
    this.#pings.set(timestampMs, nowMs);
    for (const oldest of this.#pings.keys()) {
      if (this.#pings.size <= MAX_PINGS_UNDER_WAY) {
        break;
      }
      this.#pings.delete(oldest);
    }
    this.#outbox.send({ type: 'userControl', event: 'pingRequest', timestampMs });
  }

  /** Does what a control message asks for. Other messages are left alone. */
  handle(message: Message, nowMs: number): FlowEvent | undefined {
    switch (message.type) {
      case 'windowAckSize':
        this.#peerWindowBytes = message.sizeBytes;
        this.#acknowledgeIfDue(); // what is counted came with this message, and nothing may follow
        return undefined;
      case 'setPeerBandwidth':
        this.#limitBandwidth(message);
        return undefined;
      case 'acknowledgement':
        return { type: 'acknowledged', sequenceNumber: message.sequenceNumber };
      case 'userControl':
        if (message.event === 'pingRequest') {
          this.#outbox.send({ ...message, event: 'pingResponse' });
        }
        return message.event === 'pingResponse' ? this.#pong(message.timestampMs, nowMs) : undefined;
      default:
        return undefined;
    }
  }

  /**
   * Answers Set Peer Bandwidth with a window where that changes. Nobody holds back what it sends, and neither do we. A
   * dynamic limit is taken as a hard one, though it should be ignored without a hard one before it: all servers send
   * only dynamic ones, and wait for the answer if they wait at all.
   */
  #limitBandwidth({ sizeBytes, limit }: SetPeerBandwidth): void {
    const isLarger = this.#ourWindowBytes > 0 && sizeBytes > this.#ourWindowBytes;
    if (sizeBytes > 0 && !(limit === 'soft' && isLarger)) {
      this.#announceWindow(sizeBytes);
    }
  }

  #acknowledgeIfDue(): void {
    const dueBytes = this.#peerWindowBytes / 2;
    if (dueBytes > 0 && this.#receivedBytes - this.#acknowledgedBytes >= dueBytes) {
      this.#acknowledgedBytes = this.#receivedBytes;
      this.#outbox.send({ type: 'acknowledgement', sequenceNumber: this.#receivedBytes % SEQUENCE_NUMBERS });
    }
  }

  #announceWindow(sizeBytes: number): void {
    if (sizeBytes !== this.#ourWindowBytes) {
      this.#ourWindowBytes = sizeBytes;
      this.#outbox.send({ type: 'windowAckSize', sizeBytes });
    }
  }

  #pong(timestampMs: number, nowMs: number): FlowEvent | undefined {
    const sentMs = this.#pings.get(timestampMs);
    if (sentMs === undefined) {
      return undefined;
    }
    this.#pings.delete(timestampMs);
    return { type: 'pong', rttMs: nowMs - sentMs, sentMs };
  }
}
