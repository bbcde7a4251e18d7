import { DEFAULT_CHUNK_SIZE_BYTES } from './limits.js';
import type { RtmpMessage } from './message.js';

/** Cuts the messages of one direction of a connection into chunks (RTMP 5.3). */
export class ChunkWriter {
  /** Our chunk size for the messages written from now on. Setting it sends nothing: write a Set Chunk Size first. */
  chunkSizeBytes = DEFAULT_CHUNK_SIZE_BYTES;

  write(_message: RtmpMessage): void {
    throw new Error('not written yet');
  }

  /** Takes what waits to be sent; `undefined` when there is nothing. */
  take(): Uint8Array | undefined {
    return undefined;
  }
}
