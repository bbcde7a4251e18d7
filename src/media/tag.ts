/**
 * The currency of the whole house: one audio, video or data unit of a stream. An RTMP message payload of type
 * 8, 9 or 18 and an FLV tag body are the same bytes (RTMP 7.1, FLV E.4), so a tag travels from socket to file untouched.
 */
export interface MediaTag {
  readonly kind: 'audio' | 'video' | 'data';
  /** Decode time on the stream's unwrapped timeline; written modulo 2^32. */
  readonly timestampMs: number;
  /** Exactly the FLV tag body. For data: AMF0 values, the event's name first. Never changed once the tag exists. */
  readonly body: Uint8Array;
}
