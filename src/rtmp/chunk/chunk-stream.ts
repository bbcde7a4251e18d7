import { EXTENDED_TIMESTAMP_SIZE_BYTES } from './chunk-header.js';

export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** The first byte of no header: long basic headers are compared in full, not by one byte. */
const NO_BYTE = -1;

/** What a reader remembers of one chunk stream: the fields that later headers inherit, and the message under way. */
export class ChunkStream {
  readonly csid: number;
  /** The whole basic header of a type 3 chunk, where that is one byte. */
  readonly continuationByte: number;

  /** Of the message under way, or of the last one. */
  timestampMs = 0;
  /** The time or delta that the last header named: the delta of a message that starts with type 3 (RTMP 5.3.1.2.4). */
  timestampField = 0;
  /** The last header had an extended timestamp, so type 3 chunks repeat it (RTMP 5.3.1.3). */
  extended = false;
  lengthBytes = 0;
  typeId = 0;
  streamId = 0;

  /** Of the message under way; 0 between messages. */
  receivedBytes = 0;
  /** At least `receivedBytes` long. */
  memory = NO_BYTES;

  constructor(csid: number) {
    this.csid = csid;
    this.continuationByte = csid < 64 ? 0xc0 | csid : NO_BYTE;
  }

  get inMessage(): boolean {
    return this.receivedBytes > 0;
  }

  /** Size of the header between two chunks of one message, when it has the short and regular form. */
  get continuationSize(): number {
    return this.extended ? 1 + EXTENDED_TIMESTAMP_SIZE_BYTES : 1;
  }

  drop(): void {
    this.receivedBytes = 0;
    this.memory = NO_BYTES;
  }
}
