/** One RTMP message (RTMP 5.3): what a chunk stream carries, put together from its chunks or about to be cut into them. */
export interface RtmpMessage {
  /** Message type id, 0..255 (RTMP 5.4, 7.1). */
  readonly typeId: number;
  /** Message stream id, u32; 0 is the connection itself. */
  readonly streamId: number;
  /** u32 as on the wire: absolute, wrapping after 49.7 days. */
  readonly timestampMs: number;
  /** Chunk stream id, 2..65599. */
  readonly csid: number;
  /**
   * At most 16777215 bytes. From a reader it is never a view of the bytes that were fed, so it stays as it is; neighbours
   * of the same stream may share its ArrayBuffer (see `CarvedPayloads`).
   */
  readonly payload: Uint8Array;
}

/** Message type ids that the chunk layer itself looks at; the rest belongs to `rtmp/message`. */
export const CHUNK_TYPE_ID = {
  setChunkSize: 1,
  abort: 2,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  dataAmf0: 18,
  aggregate: 22,
} as const;
