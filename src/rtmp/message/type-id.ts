/** Message type ids (RTMP 5.4, 6.1, 7.1). All others are to be skipped. */
export const TYPE_ID = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAckSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  sharedObjectAmf3: 16,
  commandAmf3: 17,
  dataAmf0: 18,
  sharedObjectAmf0: 19,
  commandAmf0: 20,
  aggregate: 22,
} as const;

/** Which of the two type ids a command, data message or shared object travels under. */
export type AmfEncoding = 'amf0' | 'amf3';
