/** Chunk size of both directions until a Set Chunk Size says otherwise (RTMP 5.4.1). */
export const DEFAULT_CHUNK_SIZE_BYTES = 128;

/** No message is longer, so larger chunk sizes act alike (RTMP 5.4.1). */
export const MAX_CHUNK_SIZE_BYTES = 0xffffff;

/** The message length is a u24 (RTMP 5.3.1.2.1). */
export const MAX_MESSAGE_SIZE_BYTES = 0xffffff;

/** What one direction of a connection may ask of a chunk reader. Beyond it: `ERR_LIMIT`. */
export interface ChunkLimits {
  /** Longest audio, video, data or aggregate message. */
  readonly mediaSizeBytes: number;
  /** Longest message of any other type: control messages, commands, shared objects, unknown types. */
  readonly otherSizeBytes: number;
  /** Bytes of messages that are not complete yet, over all chunk streams. */
  readonly partialBytes: number;
  /** Chunk streams ever used: the state of one is kept as long as the connection lives. */
  readonly chunkStreams: number;
}

export const DEFAULT_CHUNK_LIMITS: ChunkLimits = {
  mediaSizeBytes: 16 * 1024 * 1024,
  otherSizeBytes: 1024 * 1024,
  partialBytes: 32 * 1024 * 1024,
  chunkStreams: 64,
};
