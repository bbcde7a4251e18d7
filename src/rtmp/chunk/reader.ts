import type { RecycledMemory } from '../../bytes/recycled-memory.js';
import { ProtocolError } from '../../errors.js';
import { CarvedPayloads } from './carved-payloads.js';
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
import { ChunkStreams } from './chunk-streams.js';
import { type ChunkLimits, DEFAULT_CHUNK_LIMITS, DEFAULT_CHUNK_SIZE_BYTES, MAX_CHUNK_SIZE_BYTES } from './limits.js';
import { CHUNK_TYPE_ID, type RtmpMessage } from './message.js';
import { enlarged, type PayloadMemory } from './payload-memory.js';
import { RecycledPayloads } from './recycled-payloads.js';

/** A message that is not complete gets at least this much memory with its first bytes, then what doubles with them. */
const SMALLEST_PARTIAL_SIZE_BYTES = 256;

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
 * way, 256 bytes for each of them, and one slab (see `CarvedPayloads`).
 */
export class ChunkReader {
  readonly #limits: ChunkLimits;
  readonly #streams: ChunkStreams;
  readonly #memory: PayloadMemory;

  /** See `ChunkLimits.partialBytes`; may be changed at any time. */
  partialLimitBytes: number;

  #chunkSizeBytes = DEFAULT_CHUNK_SIZE_BYTES;
  /** Whose chunk is under way. */
  #stream = new ChunkStream(0);
  /** Payload bytes of the chunk under way that are still to come; 0: a header comes next. */
  #chunkRemainingBytes = 0;
  /** Over all chunk streams: the payload of the chunks that began and whose message is not complete. */
  #partialBytes = 0;

  /** Begin of a header that the input's end has cut. */
  readonly #held = new Uint8Array(MAX_HEADER_SIZE_BYTES);
  readonly #heldView = new DataView(this.#held.buffer);
  #heldBytes = 0;

  /** @param memory gets the bodies of audio and video messages; who is done with one releases it. Default: fresh memory */
  constructor(limits: Partial<ChunkLimits> = {}, memory?: RecycledMemory) {
    this.#memory = memory === undefined ? new CarvedPayloads() : new RecycledPayloads(memory);
    this.#limits = { ...DEFAULT_CHUNK_LIMITS, ...limits };
    this.partialLimitBytes = this.#limits.partialBytes;
    this.#streams = new ChunkStreams(this.#limits.chunkStreams);
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

  /** Size of the header at `at`, or `INCOMPLETE` when it does not end before `end`. */
  #headerSize(view: DataView, at: number, end: number): number {
    const firstByte = view.getUint8(at);
    const fmt = firstByte >>> 6;
    const basicSize = basicHeaderSize(firstByte);
    const shortSize = basicSize + messageHeaderSize(fmt);
    if (end - at < shortSize) {
      return INCOMPLETE;
    }
    const extended =
      fmt === 3
        ? this.#streams.find(readCsid(view, at))?.repeatsTimestamp(view, at + basicSize, end)
        : readU24(view, at + basicSize) === EXTENDED_TIMESTAMP_MARK;
    const size = extended ? shortSize + EXTENDED_TIMESTAMP_SIZE_BYTES : shortSize;
    return end - at < size ? INCOMPLETE : size;
  }

  #startChunk(view: DataView, at: number, size: number, into: RtmpMessage[]): void {
    const fmt = view.getUint8(at) >>> 6;
    const csid = readCsid(view, at);
    const stream = this.#streams.find(csid) ?? this.#streams.add(csid, fmt);
    if (!stream.inMessage) {
      stream.startMessage(view, at, size);
      this.#checkLength(stream);
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
    this.#stream = stream;
    this.#chunkRemainingBytes = Math.min(this.#chunkSizeBytes, stream.lengthBytes - stream.receivedBytes);
    this.#countPartial(this.#chunkRemainingBytes);
  }

  #readRun(bytes: Uint8Array, view: DataView, at: number, into: RtmpMessage[]): number {
    const stream = this.#stream;
    const firstChunkBytes = this.#chunkRemainingBytes;
    const missingBytes = stream.lengthBytes - stream.receivedBytes;
    const headerBytes = stream.continuationSize;

    let laterBytes = missingBytes - firstChunkBytes;
    let end = at + firstChunkBytes;
    let headers = 0;
    while (laterBytes > 0 && stream.continuesAt(bytes, view, end)) {
      const chunkBytes = Math.min(this.#chunkSizeBytes, laterBytes);
      laterBytes -= chunkBytes;
      end += headerBytes + chunkBytes;
      headers++;
    }
    this.#countPartial(missingBytes - firstChunkBytes - laterBytes);
    this.#chunkRemainingBytes = Math.max(0, end - bytes.length);
    end -= this.#chunkRemainingBytes;

    const start = stream.receivedBytes;
    const memory = this.#reserve(stream, end - at);
    memory.set(new Uint8Array(bytes.buffer, bytes.byteOffset + at, end - at), start);
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
    if (neededBytes > stream.memory.length) {
      const roomyBytes = Math.min(stream.lengthBytes, Math.max(2 * neededBytes, SMALLEST_PARTIAL_SIZE_BYTES));
      const sizeBytes = Math.max(neededBytes, roomyBytes);
      stream.memory = this.#isCarved(stream)
        ? this.#memory.grow(stream.memory, stream.receivedBytes, sizeBytes, stream.streamId)
        : enlarged(stream.memory, stream.receivedBytes, sizeBytes);
    }
    return stream.memory;
  }

  #isCarved({ typeId, lengthBytes }: ChunkStream): boolean {
    return isTag(typeId) && lengthBytes <= this.#memory.largestSizeBytes;
  }

  #complete(stream: ChunkStream, memory: Uint8Array, into: RtmpMessage[]): void {
    const { typeId, streamId, timestampMs, csid, lengthBytes } = stream;
    const payload = memory.length === lengthBytes ? memory : memory.subarray(0, lengthBytes);
    if (this.#isCarved(stream)) this.#memory.completed(lengthBytes, streamId);
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
    const stream = this.#streams.find(readControlU32(payload, 'Abort', 'ERR_CHUNK'));
    if (stream !== undefined) {
      this.#partialBytes -= stream.receivedBytes;
      if (this.#isCarved(stream)) this.#memory.abandon(stream.memory);
      stream.drop();
    }
  }

  #checkLength({ typeId, lengthBytes }: ChunkStream): void {
    const limitBytes = isMedia(typeId) ? this.#limits.mediaSizeBytes : this.#limits.otherSizeBytes;
    if (lengthBytes > limitBytes) {
      throw new ProtocolError(
        'ERR_LIMIT',
        `a message of type ${typeId} has ${lengthBytes} bytes, ${limitBytes} are allowed`,
      );
    }
  }

  #countPartial(chunkBytes: number): void {
    this.#partialBytes += chunkBytes;
    if (this.#partialBytes > this.partialLimitBytes) {
      throw new ProtocolError(
        'ERR_LIMIT',
        `more than ${this.partialLimitBytes} bytes of messages that are not complete`,
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

/** Whether the payload of one message is the body of one tag. */
function isTag(typeId: number): boolean {
  return typeId === CHUNK_TYPE_ID.audio || typeId === CHUNK_TYPE_ID.video;
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
