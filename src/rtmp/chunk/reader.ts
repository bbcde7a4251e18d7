import { type ChunkLimits, DEFAULT_CHUNK_LIMITS, DEFAULT_CHUNK_SIZE_BYTES } from './limits.js';
import type { RtmpMessage } from './message.js';

/** Puts messages together from the chunks of one direction of a connection (RTMP 5.3). */
export class ChunkReader {
  readonly #limits: ChunkLimits;
  #chunkSizeBytes = DEFAULT_CHUNK_SIZE_BYTES;

  constructor(limits: Partial<ChunkLimits> = {}) {
    this.#limits = { ...DEFAULT_CHUNK_LIMITS, ...limits };
  }

  /** The peer's chunk size, which its Set Chunk Size messages change. */
  get chunkSizeBytes(): number {
    return this.#chunkSizeBytes;
  }

  /** Bytes received that wait for the rest of their message or header. */
  get bufferedBytes(): number {
    return 0;
  }

  /** Takes the next bytes of the connection, in any split, and appends the messages they complete. */
  read(_bytes: Uint8Array, _into: RtmpMessage[]): void {
    throw new Error(`not written yet ${this.#limits.chunkStreams}`);
  }
}
