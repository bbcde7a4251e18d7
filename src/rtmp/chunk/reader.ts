import { ProtocolError } from '../../errors.js';
import {
  basicHeaderSize,
  EXTENDED_TIMESTAMP_MARK,
  EXTENDED_TIMESTAMP_SIZE_BYTES,
  MAX_HEADER_SIZE_BYTES,
  messageHeaderSize,
  readCsid,
  readU24,
} from './chunk-header.js';
import { ChunkStream, NO_BYTES } from './chunk-stream.js';
import { type ChunkLimits, DEFAULT_CHUNK_LIMITS, DEFAULT_CHUNK_SIZE_BYTES, MAX_CHUNK_SIZE_BYTES } from './limits.js';
import { CHUNK_TYPE_ID, type RtmpMessage } from './message.js';
import { enlarged, LARGEST_CARVED_SIZE_BYTES, PayloadMemory } from './payload-memory.js';

const ONE_BYTE_CSIDS = 64;

/** A message that is not complete gets at least this much memory with its first bytes, then what doubles with them. */
const SMALLEST_PARTIAL_SIZE_BYTES = 1024;

/** The header does not end within the bytes at hand. */
const INCOMPLETE = 0;

/**
 * Puts messages together from the chunks of one direction of a connection (RTMP 5.3).
 *
 * The bytes alternate between headers and chunk payloads. A header that is cut by the end of the input is held back and
 * read again with the next bytes. Payload is read in *runs*: the rest of the chunk under way and the chunks behind it,
 * as far as they belong to the same message and are in the input. A run is copied whole and then closed up where the
 * headers stood, so that nothing is allocated per chunk, and a message that lies in one input is one run.
 *
 * Memory grows with the bytes received and never with a length announced: at most twice the bytes of the messages under
 * way, 1 KiB for each of them, and one slab (see `payload-memory.ts`).
 */
export class ChunkReader {
  readonly #limits: ChunkLimits;
  readonly #memory = new PayloadMemory();

  readonly #streamOfLowCsid: (ChunkStream | undefined)[] = new Array(ONE_BYTE_CSIDS).fill(undefined);
  readonly #streamOfHighCsid = new Map<number, ChunkStream>();
  #streamCount = 0;

  #chunkSizeBytes = DEFAULT_CHUNK_SIZE_BYTES;
  #stream: ChunkStream = new ChunkStream(0);
  /** Payload bytes of the chunk under way that are still to come; 0: a header comes next. */
  #chunkRemainingBytes = 0;
  /** Over all chunk streams: the payload of the chunks that began and whose message is not complete. */
  #partialBytes = 0;

  /** Begin of a header that the input's end has cut. */
  readonly #held = new Uint8Array(MAX_HEADER_SIZE_BYTES);
  readonly #heldView = new DataView(this.#held.buffer);
  #heldBytes = 0;

  constructor(limits: Partial<ChunkLimits> = {}) {
    this.#limits = { ...DEFAULT_CHUNK_LIMITS, ...limits };
  }

  /** The peer's chunk size, which its Set Chunk Size messages change. */
  get chunkSizeBytes(): number {
    return this.#chunkSizeBytes;
  }

  /** Bytes received that wait for the rest of their message or header. */
  get bufferedBytes(): number {
    return this.#partialBytes - this.#chunkRemainingBytes + this.#heldBytes;
  }

  /**
   * Takes the next bytes of the connection, in any split, and appends the messages they complete to `into`. Set Chunk
   * Size and Abort are obeyed at once, and appended too.
   *
   * @throws {ProtocolError} `ERR_CHUNK`, `ERR_CHUNK_SIZE` or `ERR_LIMIT`; what was complete before is in `into`. The
   * reader is of no more use then.
   */
  read(bytes: Uint8Array, into: RtmpMessage[]): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    while (at < bytes.length) {
      if (this.#chunkRemainingBytes > 0) {
        at = this.#readRun(bytes, view, at, into);
      } else if (this.#heldBytes > 0) {
        at = this.#readCutHeader(bytes, at, into);
      } else {
        at = this.#readHeader(bytes, view, at, into);
      }
    }
  }

  #readHeader(bytes: Uint8Array, view: DataView, at: number, into: RtmpMessage[]): number {
    const size = this.#headerSize(view, at, bytes.length);
    if (size === INCOMPLETE) {
      this.#held.set(bytes.subarray(at));
      this.#heldBytes = bytes.length - at;
      return bytes.length;
    }
    this.#startChunk(view, at, size, into);
    return at + size;
  }

  /** Reads a header whose begin was held back. */
  #readCutHeader(bytes: Uint8Array, at: number, into: RtmpMessage[]): number {
    const heldBytes = this.#heldBytes;
    const addedBytes = Math.min(MAX_HEADER_SIZE_BYTES - heldBytes, bytes.length - at);
    this.#held.set(bytes.subarray(at, at + addedBytes), heldBytes);

    const size = this.#headerSize(this.#heldView, 0, heldBytes + addedBytes);
    if (size === INCOMPLETE) {
      this.#heldBytes += addedBytes;
      return at + addedBytes;
    }
    this.#heldBytes = 0;
    this.#startChunk(this.#heldView, 0, size, into);
    if (size < heldBytes) {
      // Up to three bytes looked like an extended timestamp, until the next one showed that they are payload.
      this.read(this.#held.slice(size, heldBytes), into);
      return at;
    }
    return at + size - heldBytes;
  }

  /** Size of the header at `at`, which may be `INCOMPLETE` when it does not end before `end`. */
  #headerSize(view: DataView, at: number, end: number): number {
    const firstByte = view.getUint8(at);
    const fmt = firstByte >>> 6;
    const basicSize = basicHeaderSize(firstByte);
    const size = basicSize + messageHeaderSize(fmt);
    if (end - at < size) {
      return INCOMPLETE;
    }
    if (fmt === 3) {
      return this.#type3HeaderSize(view, at, end, size);
    }
    if (readU24(view, at + basicSize) !== EXTENDED_TIMESTAMP_MARK) {
      return size;
    }
    return end - at < size + EXTENDED_TIMESTAMP_SIZE_BYTES ? INCOMPLETE : size + EXTENDED_TIMESTAMP_SIZE_BYTES;
  }

  /**
   * A type 3 chunk repeats the extended timestamp, if there is one (RTMP 5.3.1.3). Some senders leave it out within a
   * message, so there it only counts when it is the same number again.
   */
  #type3HeaderSize(view: DataView, at: number, end: number, basicSize: number): number {
    const stream = this.#findStream(readCsid(view, at));
    if (!stream?.extended) {
      return basicSize;
    }
    const size = basicSize + EXTENDED_TIMESTAMP_SIZE_BYTES;
    if (stream.inMessage && !startsLike(view, at + basicSize, end, stream.timestampField)) {
      return basicSize;
    }
    return end - at < size ? INCOMPLETE : size;
  }

  #startChunk(view: DataView, at: number, size: number, into: RtmpMessage[]): void {
    const fmt = view.getUint8(at) >>> 6;
    const csid = readCsid(view, at);
    const stream = this.#findStream(csid) ?? this.#addStream(csid, fmt);
    this.#stream = stream;

    if (!stream.inMessage) {
      this.#startMessage(stream, fmt, view, at, size);
      if (stream.lengthBytes === 0) {
        this.#complete(stream, NO_BYTES, into);
        return;
      }
    } else if (fmt !== 3) {
      throw new ProtocolError(
        'ERR_CHUNK',
        `a chunk of type ${fmt} on chunk stream ${csid} begins a message, but ${stream.receivedBytes} of ${stream.lengthBytes} bytes of the one before have come`,
      );
    }
    const chunkBytes = Math.min(this.#chunkSizeBytes, stream.lengthBytes - stream.receivedBytes);
    this.#chunkRemainingBytes = chunkBytes;
    this.#countPartial(chunkBytes);
  }

  #startMessage(stream: ChunkStream, fmt: number, view: DataView, at: number, size: number): void {
    if (fmt !== 3) {
      this.#readMessageHeader(stream, fmt, view, at + basicHeaderSize(view.getUint8(at)));
    }
    if (stream.extended) {
      stream.timestampField = view.getUint32(at + size - EXTENDED_TIMESTAMP_SIZE_BYTES);
    }
    stream.timestampMs = fmt === 0 ? stream.timestampField : (stream.timestampMs + stream.timestampField) >>> 0;
  }

  #readMessageHeader(stream: ChunkStream, fmt: number, view: DataView, at: number): void {
    stream.timestampField = readU24(view, at);
    stream.extended = stream.timestampField === EXTENDED_TIMESTAMP_MARK;
    if (fmt === 2) {
      return;
    }
    stream.lengthBytes = readU24(view, at + 3);
    stream.typeId = view.getUint8(at + 6);
    if (fmt === 0) {
      stream.streamId = view.getUint32(at + 7, true);
    }
    const limit = isMedia(stream.typeId) ? this.#limits.mediaSizeBytes : this.#limits.otherSizeBytes;
    if (stream.lengthBytes > limit) {
      throw new ProtocolError(
        'ERR_LIMIT',
        `a message of type ${stream.typeId} has ${stream.lengthBytes} bytes, ${limit} are allowed`,
      );
    }
  }

  #readRun(bytes: Uint8Array, view: DataView, at: number, into: RtmpMessage[]): number {
    const stream = this.#stream;
    const firstChunkBytes = this.#chunkRemainingBytes;
    const headerBytes = stream.continuationSize;
    const missingBytes = stream.lengthBytes - stream.receivedBytes;

    let laterBytes = missingBytes - firstChunkBytes;
    let end = at + firstChunkBytes;
    let headers = 0;
    while (laterBytes > 0 && continues(bytes, view, end, stream)) {
      const chunkBytes = Math.min(this.#chunkSizeBytes, laterBytes);
      laterBytes -= chunkBytes;
      end += headerBytes + chunkBytes;
      headers++;
    }
    if (headers > 0) {
      this.#countPartial(missingBytes - firstChunkBytes - laterBytes);
    }
    this.#chunkRemainingBytes = Math.max(0, end - bytes.length);
    end -= this.#chunkRemainingBytes;

    const memory = this.#reserve(stream, end - at);
    const start = stream.receivedBytes;
    memory.set(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end), start);
    if (headers > 0) {
      closeUp(memory, start + firstChunkBytes, start + end - at, headerBytes, this.#chunkSizeBytes);
    }
    stream.receivedBytes = start + end - at - headers * headerBytes;
    if (stream.receivedBytes === stream.lengthBytes) {
      this.#partialBytes -= stream.lengthBytes;
      this.#complete(stream, memory, into);
    }
    return end;
  }

  /** Makes the stream's memory large enough for what it holds and `moreBytes`. */
  #reserve(stream: ChunkStream, moreBytes: number): Uint8Array {
    const neededBytes = stream.receivedBytes + moreBytes;
    if (neededBytes <= stream.memory.length) {
      return stream.memory;
    }
    const roomyBytes = Math.min(stream.lengthBytes, Math.max(2 * neededBytes, SMALLEST_PARTIAL_SIZE_BYTES));
    const sizeBytes = Math.max(neededBytes, roomyBytes);
    const larger = isCarved(stream)
      ? this.#memory.grow(stream.memory, stream.receivedBytes, sizeBytes, stream.streamId)
      : enlarged(stream.memory, stream.receivedBytes, sizeBytes);
    stream.memory = larger;
    return larger;
  }

  #complete(stream: ChunkStream, memory: Uint8Array, into: RtmpMessage[]): void {
    const { typeId, streamId, timestampMs, csid, lengthBytes } = stream;
    const payload = memory.length === lengthBytes ? memory : memory.subarray(0, lengthBytes);
    stream.drop();
    if (typeId === CHUNK_TYPE_ID.setChunkSize) {
      this.#setChunkSize(payload);
    } else if (typeId === CHUNK_TYPE_ID.abort) {
      this.#abort(payload);
    }
    into.push({ typeId, streamId, timestampMs, csid, payload });
  }

  /** Set Chunk Size (RTMP 5.4.1): u32, of which the top bit has to be 0. */
  #setChunkSize(payload: Uint8Array): void {
    const sizeBytes = readControlU32(payload, 'Set Chunk Size', 'ERR_CHUNK_SIZE');
    if (sizeBytes < 1 || sizeBytes > 0x7fffffff) {
      throw new ProtocolError('ERR_CHUNK_SIZE', `chunk size ${sizeBytes} is outside 1..${0x7fffffff}`);
    }
    this.#chunkSizeBytes = Math.min(sizeBytes, MAX_CHUNK_SIZE_BYTES);
  }

  /** Abort (RTMP 5.4.2): u32 csid, whose message under way is not to be waited for. */
  #abort(payload: Uint8Array): void {
    const stream = this.#findStream(readControlU32(payload, 'Abort', 'ERR_CHUNK'));
    if (stream !== undefined) {
      this.#partialBytes -= stream.receivedBytes;
      stream.drop();
    }
  }

  #findStream(csid: number): ChunkStream | undefined {
    return csid < ONE_BYTE_CSIDS ? this.#streamOfLowCsid[csid] : this.#streamOfHighCsid.get(csid);
  }

  /**
   * A csid has to begin with type 0. Type 1 is accepted as well, with base time 0 and message stream 0: librtmp begins so
   * on csid 2. Nothing can be made of types 2 and 3, which inherit the length.
   */
  #addStream(csid: number, fmt: number): ChunkStream {
    if (fmt > 1) {
      throw new ProtocolError('ERR_CHUNK', `chunk stream ${csid} begins with a chunk of type ${fmt}`);
    }
    if (this.#streamCount >= this.#limits.chunkStreams) {
      throw new ProtocolError('ERR_LIMIT', `more than ${this.#limits.chunkStreams} chunk streams are used`);
    }
    this.#streamCount++;
    const stream = new ChunkStream(csid);
    if (csid < ONE_BYTE_CSIDS) {
      this.#streamOfLowCsid[csid] = stream;
    } else {
      this.#streamOfHighCsid.set(csid, stream);
    }
    return stream;
  }

  #countPartial(chunkBytes: number): void {
    this.#partialBytes += chunkBytes;
    if (this.#partialBytes > this.#limits.partialBytes) {
      throw new ProtocolError(
        'ERR_LIMIT',
        `more than ${this.#limits.partialBytes} bytes of messages that are not complete`,
      );
    }
  }
}

function isMedia(typeId: number): boolean {
  switch (typeId) {
    case CHUNK_TYPE_ID.audio:
    case CHUNK_TYPE_ID.video:
    case CHUNK_TYPE_ID.dataAmf0:
    case CHUNK_TYPE_ID.dataAmf3:
    case CHUNK_TYPE_ID.aggregate:
      return true;
    default:
      return false;
  }
}

function isCarved({ typeId, lengthBytes }: ChunkStream): boolean {
  const isTag = typeId === CHUNK_TYPE_ID.audio || typeId === CHUNK_TYPE_ID.video;
  return isTag && lengthBytes <= LARGEST_CARVED_SIZE_BYTES;
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

/** Whether the header of the next chunk of the stream's message stands at `at`, whole and in its short form. */
function continues(bytes: Uint8Array, view: DataView, at: number, stream: ChunkStream): boolean {
  if (at >= bytes.length || bytes[at] !== stream.continuationByte) {
    return false;
  }
  return !stream.extended || (at + 5 <= bytes.length && view.getUint32(at + 1) === stream.timestampField);
}

/** Moves the chunks of a run together: the first header stands at `to`, the last chunk ends at `end`. */
function closeUp(memory: Uint8Array, to: number, end: number, headerBytes: number, chunkSizeBytes: number): void {
  let free = to;
  for (let from = to + headerBytes; from < end; from += chunkSizeBytes + headerBytes) {
    const chunkEnd = Math.min(from + chunkSizeBytes, end);
    memory.copyWithin(free, from, chunkEnd);
    free += chunkEnd - from;
  }
}

function readControlU32(payload: Uint8Array, name: string, code: 'ERR_CHUNK' | 'ERR_CHUNK_SIZE'): number {
  if (payload.length < 4) {
    throw new ProtocolError(code, `${name} needs 4 bytes, but has ${payload.length}`);
  }
  return new DataView(payload.buffer, payload.byteOffset).getUint32(0);
}
