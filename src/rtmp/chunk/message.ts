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
  /** At most 16777215 bytes. Plain memory of its own: it stays as it is, whatever happens to the bytes it came from. */
  readonly payload: Uint8Array;
}
