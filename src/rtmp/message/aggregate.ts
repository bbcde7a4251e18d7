import { ProtocolError } from '../../errors.js';
import { defineMessage } from './define-message.js';

/** Aggregate (RTMP 7.1.6): several messages in one, framed like FLV tags. */
export interface Aggregate {
  readonly type: 'aggregate';
  readonly parts: readonly AggregatePart[];
}

export interface AggregatePart {
  readonly typeId: number;
  /** u32. Only its distance to the first part's time counts: see `partTimestampMs`. */
  readonly timestampMs: number;
  /** A view of the aggregate's payload. The stream id of the aggregate counts, so there is none here. */
  readonly payload: Uint8Array;
}

const PART_HEADER_SIZE_BYTES = 11;
const BACK_POINTER_SIZE_BYTES = 4;

/** Each part takes more memory than its bytes on the wire when those are few. */
export const MAX_AGGREGATE_PARTS = 16_384;

export const aggregate = defineMessage<Aggregate>({
  read(reader) {
    const parts: AggregatePart[] = [];
    while (!reader.atEnd) {
      if (parts.length === MAX_AGGREGATE_PARTS) {
        throw new ProtocolError('ERR_LIMIT', `more than ${MAX_AGGREGATE_PARTS} messages in one aggregate`);
      }
      const typeId = reader.u8('aggregate part type');
      const sizeBytes = reader.u24('aggregate part size');
      const timeLow = reader.u24('aggregate part time');
      const timeHigh = reader.u8('aggregate part time');
      reader.skip(3, 'aggregate part stream id');
      const payload = reader.bytes(sizeBytes, 'aggregate part');
      parts.push({ typeId, timestampMs: timeHigh * 0x1000000 + timeLow, payload });
      // Some senders leave the last back pointer out.
      reader.skip(Math.min(BACK_POINTER_SIZE_BYTES, reader.remaining), 'back pointer');
    }
    return { type: 'aggregate', parts };
  },
  write(writer, message) {
    for (const { typeId, timestampMs, payload } of message.parts) {
      writer.u8(typeId).u24(payload.length);
      writer.u24(timestampMs & 0xffffff).u8(timestampMs >>> 24);
      writer.u24(0).bytes(payload);
      writer.u32(PART_HEADER_SIZE_BYTES + payload.length);
    }
  },
});

/** The time (u32) of one part of an aggregate that came with `aggregateTimestampMs`. */
export function partTimestampMs(aggregateTimestampMs: number, firstPart: AggregatePart, part: AggregatePart): number {
  return (aggregateTimestampMs + part.timestampMs - firstPart.timestampMs) >>> 0;
}
