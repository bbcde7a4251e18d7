import {
  EXTENDED_TIMESTAMP_MARK,
  EXTENDED_TIMESTAMP_SIZE_BYTES,
  messageHeaderSize,
  shortestBasicHeaderSize,
  writeBasicHeader,
} from './chunk-header.js';

/** The header of a message as it goes on the wire. Mutable, so that one object can serve a whole run of messages. */
export interface MessageHeader {
  fmt: 0 | 1;
  csid: number;
  /** u32: the time for fmt 0, the delta for fmt 1. */
  timestampField: number;
  typeId: number;
  streamId: number;
}

/** Size on the wire of a message whose payload has `payloadBytes`. */
export function chunkedSize(header: MessageHeader, payloadBytes: number, chunkSizeBytes: number): number {
  const firstHeaderBytes = continuationHeaderSize(header) + messageHeaderSize(header.fmt);
  return (
    firstHeaderBytes + payloadBytes + continuationCount(payloadBytes, chunkSizeBytes) * continuationHeaderSize(header)
  );
}

/** Writes a message as chunks that follow each other and gives the offset behind them. */
export function writeChunked(
  output: Uint8Array,
  at: number,
  header: MessageHeader,
  payload: Uint8Array,
  chunkSizeBytes: number,
): number {
  const payloadAt = writeFirstHeader(output, at, header, payload.length);
  const continuations = continuationCount(payload.length, chunkSizeBytes);
  if (continuations === 0) {
    output.set(payload, payloadAt);
    return payloadAt + payload.length;
  }
  return writePayload(output, payloadAt, header, payload, chunkSizeBytes, continuations);
}

/**
 * Writes a payload of several chunks. All of it goes where its last chunk belongs; then each chunk before that moves
 * down to its place. Moving inside one array is cheaper than a view of the payload for each chunk.
 */
function writePayload(
  output: Uint8Array,
  at: number,
  header: MessageHeader,
  payload: Uint8Array,
  chunkSizeBytes: number,
  continuations: number,
): number {
  let from = at + continuations * continuationHeaderSize(header);
  const end = from + payload.length;
  output.set(payload, from);

  let to = at;
  for (let left = continuations; left > 0; left--) {
    output.copyWithin(to, from, from + chunkSizeBytes);
    from += chunkSizeBytes;
    to = writeContinuationHeader(output, to + chunkSizeBytes, header);
  }
  return end;
}

function continuationCount(payloadBytes: number, chunkSizeBytes: number): number {
  return payloadBytes <= chunkSizeBytes ? 0 : Math.ceil(payloadBytes / chunkSizeBytes) - 1;
}

/** Type 3 chunks repeat the extended timestamp (RTMP 5.3.1.3). */
function continuationHeaderSize(header: MessageHeader): number {
  return shortestBasicHeaderSize(header.csid) + (isExtended(header) ? EXTENDED_TIMESTAMP_SIZE_BYTES : 0);
}

function isExtended(header: MessageHeader): boolean {
  return header.timestampField >= EXTENDED_TIMESTAMP_MARK;
}

function writeFirstHeader(output: Uint8Array, at: number, header: MessageHeader, payloadBytes: number): number {
  const { fmt, csid, timestampField, typeId, streamId } = header;
  let next = writeBasicHeader(output, at, fmt, csid);
  next = writeU24(output, next, Math.min(timestampField, EXTENDED_TIMESTAMP_MARK));
  next = writeU24(output, next, payloadBytes);
  output[next++] = typeId;
  if (fmt === 0) {
    output[next++] = streamId;
    output[next++] = streamId >>> 8;
    output[next++] = streamId >>> 16;
    output[next++] = streamId >>> 24;
  }
  return isExtended(header) ? writeU32(output, next, timestampField) : next;
}

function writeContinuationHeader(output: Uint8Array, at: number, header: MessageHeader): number {
  const next = writeBasicHeader(output, at, 3, header.csid);
  return isExtended(header) ? writeU32(output, next, header.timestampField) : next;
}

function writeU24(output: Uint8Array, at: number, value: number): number {
  output[at] = value >>> 16;
  output[at + 1] = value >>> 8;
  output[at + 2] = value;
  return at + 3;
}

function writeU32(output: Uint8Array, at: number, value: number): number {
  output[at] = value >>> 24;
  return writeU24(output, at + 1, value);
}
