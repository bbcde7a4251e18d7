import { ProtocolError } from '../../errors.js';
import type { RtmpMessage } from '../chunk/message.js';
import { ChunkReader } from '../chunk/reader.js';
import { HANDSHAKE_SIZE_BYTES, RTMP_VERSION } from '../handshake/packet.js';

/** The bytes of one side of a connection: its part of the handshake, then chunks. */
export class Direction {
  readonly #reader = new ChunkReader();
  #handshakeBytesLeft = HANDSHAKE_SIZE_BYTES;
  #isReadable = true;

  read(bytes: Uint8Array): readonly RtmpMessage[] {
    const messages: RtmpMessage[] = [];
    if (this.#handshakeBytesLeft === HANDSHAKE_SIZE_BYTES && bytes.length > 0) {
      this.#isReadable = bytes[0] === RTMP_VERSION;
    }
    const skipped = Math.min(this.#handshakeBytesLeft, bytes.length);
    this.#handshakeBytesLeft -= skipped;
    if (this.#isReadable) {
      this.#readChunks(bytes.subarray(skipped), messages);
    }
    return messages;
  }

  #readChunks(bytes: Uint8Array, into: RtmpMessage[]): void {
    try {
      this.#reader.read(bytes, into);
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
      this.#isReadable = false;
    }
  }
}
