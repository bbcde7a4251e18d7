import type { MediaTag } from '../../media/tag.js';
import { TimestampUnwrapper } from '../../media/timeline.js';
import type { RtmpMessage } from '../chunk/message.js';
import { aggregate, partTimestampMs } from '../message/aggregate.js';
import { TYPE_ID } from '../message/type-id.js';
import { dataTagBody } from './data-tag.js';

/** Whether messages of this type id hold tags. */
export function holdsTags(typeId: number): boolean {
  switch (typeId) {
    case TYPE_ID.audio:
    case TYPE_ID.video:
    case TYPE_ID.dataAmf0:
    case TYPE_ID.dataAmf3:
    case TYPE_ID.aggregate:
      return true;
    default:
      return false;
  }
}

/** Makes tags of the media and data messages of one message stream, on a timeline that does not wrap. */
export class MediaIntake {
  readonly #timeline = new TimestampUnwrapper();

  /**
   * Appends the tags of a message to `into`: none, one, or those of an aggregate. The payload becomes the tag's body as
   * it is.
   *
   * @throws {ProtocolError} for a broken aggregate
   */
  read({ typeId, timestampMs, payload }: RtmpMessage, into: MediaTag[]): void {
    if (typeId === TYPE_ID.aggregate) {
      this.#readAggregate(payload, timestampMs, into);
    } else {
      this.#readOne(typeId, timestampMs, payload, into);
    }
  }

  #readAggregate(payload: Uint8Array, timestampMs: number, into: MediaTag[]): void {
    const { parts } = aggregate.decode(payload);
    const first = parts[0];
    if (first === undefined) {
      return;
    }
    for (const part of parts) {
      this.#readOne(part.typeId, partTimestampMs(timestampMs, first, part), part.payload, into);
    }
  }

  #readOne(typeId: number, timestampMs: number, payload: Uint8Array, into: MediaTag[]): void {
    switch (typeId) {
      case TYPE_ID.video:
        if (payload.length > 0) {
          into.push({ kind: 'video', timestampMs: this.#timeline.unwrap(timestampMs), body: payload });
        }
        return;
      case TYPE_ID.audio:
        // Empty audio means silence (E-RTMP v2), so it stays.
        into.push({ kind: 'audio', timestampMs: this.#timeline.unwrap(timestampMs), body: payload });
        return;
      case TYPE_ID.dataAmf0:
      case TYPE_ID.dataAmf3: {
        const body = dataTagBody(payload, typeId === TYPE_ID.dataAmf3 ? 'amf3' : 'amf0');
        if (body !== undefined) {
          into.push({ kind: 'data', timestampMs: this.#timeline.nearest(timestampMs), body });
        }
        return;
      }
    }
  }
}
