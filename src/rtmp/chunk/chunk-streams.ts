import { ProtocolError } from '../../errors.js';
import { ONE_BYTE_CSIDS } from './chunk-header.js';
import { ChunkStream } from './chunk-stream.js';

/** The chunk streams of one direction of a connection, by csid. */
export class ChunkStreams {
  readonly #limit: number;
  /** The usual csids, which are found on every chunk. */
  readonly #low: (ChunkStream | undefined)[] = new Array(ONE_BYTE_CSIDS).fill(undefined);
  readonly #high = new Map<number, ChunkStream>();
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  find(csid: number): ChunkStream | undefined {
    return csid < ONE_BYTE_CSIDS ? this.#low[csid] : this.#high.get(csid);
  }

  /**
   * Begins a chunk stream with a chunk of type `fmt`. That has to be 0, but 1 is accepted as well, with base time 0 and
   * message stream 0: librtmp begins so on csid 2. Types 2 and 3 say nothing without a header before them.
   */
  add(csid: number, fmt: number): ChunkStream {
    if (fmt > 1) {
      throw new ProtocolError('ERR_CHUNK', `chunk stream ${csid} begins with a chunk of type ${fmt}`);
    }
    if (this.#count >= this.#limit) {
      throw new ProtocolError('ERR_LIMIT', `more than ${this.#limit} chunk streams are used`);
    }
    this.#count++;
    const stream = new ChunkStream(csid);
    if (csid < ONE_BYTE_CSIDS) {
      this.#low[csid] = stream;
    } else {
      this.#high.set(csid, stream);
    }
    return stream;
  }
}
