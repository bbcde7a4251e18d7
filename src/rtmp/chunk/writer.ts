import { ProtocolError } from '../../errors.js';
import { chunkedSize, writeChunked } from './chunk-encoder.js';
import { DEFAULT_CHUNK_SIZE_BYTES, MAX_MESSAGE_SIZE_BYTES } from './limits.js';
import type { RtmpMessage } from './message.js';

/**
 * Cuts the messages of one direction of a connection into chunks (RTMP 5.3). Every message has a full header, so it
 * stands beside whatever else is sent on the connection, such as bursts of tags, and may go before or behind it.
 */
export class ChunkWriter {
  /**
   * Our chunk size for the messages written from now on, 1..16777215. Setting it tells the peer nothing: write a Set
   * Chunk Size message first.
   */
  chunkSizeBytes = DEFAULT_CHUNK_SIZE_BYTES;

  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  /** @throws {ProtocolError} `ERR_LIMIT` when the payload is longer than a message can be. */
  write({ typeId, streamId, timestampMs, csid, payload }: RtmpMessage): void {
    if (payload.length > MAX_MESSAGE_SIZE_BYTES) {
      throw new ProtocolError('ERR_LIMIT', `${payload.length} bytes do not fit into a message`);
    }
    const header = { fmt: 0, csid, timestampField: timestampMs, typeId, streamId } as const;
    const bytes = new Uint8Array(chunkedSize(header, payload.length, this.chunkSizeBytes));
    writeChunked(bytes, 0, header, payload, this.chunkSizeBytes);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  /** Takes what waits to be sent; `undefined` when there is nothing. */
  take(): Uint8Array | undefined {
    const waiting = this.#waiting;
    if (waiting.length <= 1) {
      this.#waiting = [];
      this.#waitingBytes = 0;
      return waiting[0];
    }
    const bytes = new Uint8Array(this.#waitingBytes);
    let at = 0;
    for (const part of waiting) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    return bytes;
  }
}
