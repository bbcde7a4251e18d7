import type { ProtocolMessageEvent } from '../../events.js';
import type { RtmpMessage } from '../chunk/message.js';
import { Direction } from './direction.js';
import { Discretion } from './discretion.js';
import { messageContent, messageTypeName } from './message-content.js';

/** `redacted`: without stream names, keys and credentials. */
export type MessageDisclosure = 'redacted' | 'complete';

/** One message that went over a connection. */
export type WatchedMessage = Omit<ProtocolMessageEvent, 'event' | 'connection'>;

/**
 * Reads along on a connection, and tells every message that goes over it. It is fed the bytes of both directions and changes
 * nothing, so a session need not know of it, and who does not watch pays nothing. What is not RTMP ends what is told of its
 * direction; the session says what is wrong with it.
 */
export class MessageWatch {
  readonly #received = new Direction();
  readonly #sent = new Direction();
  readonly #discretion: Discretion | undefined;
  readonly #onMessage: (message: WatchedMessage) => void;

  constructor(disclosure: MessageDisclosure, onMessage: (message: WatchedMessage) => void) {
    this.#discretion = disclosure === 'redacted' ? new Discretion() : undefined;
    this.#onMessage = onMessage;
  }

  received(bytes: Uint8Array): void {
    for (const message of this.#received.read(bytes)) {
      this.#tell('received', message);
    }
  }

  sent(bytes: Uint8Array): void {
    for (const message of this.#sent.read(bytes)) {
      this.#tell('sent', message);
    }
  }

  #tell(direction: WatchedMessage['direction'], { typeId, csid, streamId, timestampMs, payload }: RtmpMessage): void {
    this.#onMessage({
      direction,
      type: messageTypeName(typeId),
      typeId,
      csid,
      streamId,
      timestampMs,
      sizeBytes: payload.length,
      ...messageContent(typeId, payload, this.#discretion),
    });
  }
}
