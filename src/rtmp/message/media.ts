/** Audio (RTMP 7.1.4) and Video (RTMP 7.1.5): the payload is exactly the body of an FLV tag, so there is nothing to read. */
export interface MediaMessage {
  readonly type: 'audio' | 'video';
  readonly body: Uint8Array;
}
