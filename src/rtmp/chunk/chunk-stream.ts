import {
  basicHeaderSize,
  EXTENDED_TIMESTAMP_MARK,
  EXTENDED_TIMESTAMP_SIZE_BYTES,
  ONE_BYTE_CSIDS,
  readU24,
} from './chunk-header.js';

export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Equal to no byte: long basic headers are not compared by one. */
const NO_BYTE = -1;

/** What a reader remembers of one chunk stream: the fields that later headers inherit, and the message under way. */
export class ChunkStream {
  readonly csid: number;
  /** The whole basic header of a type 3 chunk, where that is one byte. */
  readonly #continuationByte: number;

  /** Of the message under way, or of the last one. */
  timestampMs = 0;
  lengthBytes = 0;
  typeId = 0;
  streamId = 0;

  /** The time or delta that the last header named: the delta of a message that begins with type 3 (RTMP 5.3.1.2.4). */
  #timestampField = 0;
  /** The last header had an extended timestamp, so type 3 chunks repeat it (RTMP 5.3.1.3). */
  #extended = false;

  /** Of the message under way; 0 between messages. */
  receivedBytes = 0;
  /** At least `receivedBytes` long. */
  memory = NO_BYTES;

  constructor(csid: number) {
    this.csid = csid;
    this.#continuationByte = csid < ONE_BYTE_CSIDS ? 0xc0 | csid : NO_BYTE;
  }

  get inMessage(): boolean {
    return this.receivedBytes > 0;
  }

  /** Takes the fields of a header of `size` bytes at `at`, which begins a message. */
  startMessage(view: DataView, at: number, size: number): void {
    const firstByte = view.getUint8(at);
    const fmt = firstByte >>> 6;
    if (fmt !== 3) {
      this.#readMessageHeader(view, at + basicHeaderSize(firstByte), fmt);
    }
    if (this.#extended) {
      this.#timestampField = view.getUint32(at + size - EXTENDED_TIMESTAMP_SIZE_BYTES);
    }
    this.timestampMs = fmt === 0 ? this.#timestampField : (this.timestampMs + this.#timestampField) >>> 0;
  }

  #readMessageHeader(view: DataView, at: number, fmt: number): void {
    this.#timestampField = readU24(view, at);
    this.#extended = this.#timestampField === EXTENDED_TIMESTAMP_MARK;
    if (fmt < 2) {
      this.lengthBytes = readU24(view, at + 3);
      this.typeId = view.getUint8(at + 6);
    }
    if (fmt === 0) {
      this.streamId = view.getUint32(at + 7, true);
    }
  }

  /**
   * Whether an extended timestamp stands at `at`, behind the basic header of a type 3 chunk; yes, too, when the bytes
   * before `end` do not tell.
   *
   * It is there if the last header had one (RTMP 5.3.1.3). But some senders leave it out within a message, so there it
   * only counts when it is the same number again. A wrong guess would take payload that equals the time.
   */
  repeatsTimestamp(view: DataView, at: number, end: number): boolean {
    return this.#extended && (!this.inMessage || startsLike(view, at, end, this.#timestampField));
  }

  /** Size of the header between two chunks of one message, in the form that `continuesAt` looks for. */
  get continuationSize(): number {
    return this.#extended ? 1 + EXTENDED_TIMESTAMP_SIZE_BYTES : 1;
  }

  /** Whether the next chunk of the message under way stands at `at`, with a short and whole header. */
  continuesAt(bytes: Uint8Array, view: DataView, at: number): boolean {
    if (at >= bytes.length || bytes[at] !== this.#continuationByte) {
      return false;
    }
    return !this.#extended || (at + 5 <= bytes.length && view.getUint32(at + 1) === this.#timestampField);
  }

  /** Forgets the message under way. */
  drop(): void {
    this.receivedBytes = 0;
    this.memory = NO_BYTES;
  }
}

/** Whether the bytes at `at`, up to four and not beyond `end`, could be the u32 `value`. */
function startsLike(view: DataView, at: number, end: number, value: number): boolean {
  if (end - at >= 4) {
    return view.getUint32(at) === value;
  }
  for (let index = 0; at + index < end; index++) {
    if (view.getUint8(at + index) !== ((value >>> (24 - 8 * index)) & 0xff)) {
      return false;
    }
  }
  return true;
}
