import { HANDSHAKE_SIZE_BYTES, PACKET_SIZE_BYTES } from './packet.js';

const FIRST_PART_SIZE_BYTES = 1 + PACKET_SIZE_BYTES;
const NOTHING = new Uint8Array(0);

/**
 * Gathers the peer's side of the handshake (version byte and two packets) from pieces of any size. Takes memory for what
 * has come and the packet it belongs to, so that a peer which sends one byte, or none, costs little.
 */
export class HandshakeIntake {
  #gathered: Uint8Array = NOTHING;
  #sizeBytes = 0;
  #rest: Uint8Array = NOTHING;

  receive(bytes: Uint8Array): void {
    const taken = Math.min(bytes.length, HANDSHAKE_SIZE_BYTES - this.#sizeBytes);
    if (taken > 0) {
      this.#grow(this.#sizeBytes + taken);
      this.#gathered.set(bytes.subarray(0, taken), this.#sizeBytes);
      this.#sizeBytes += taken;
    }
    this.#rest = bytes.subarray(taken);
  }

  /** Bytes of the handshake so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** What came behind the handshake in the last piece: a view of that piece. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  /** All that has come, as a view. */
  get gathered(): Uint8Array {
    return this.#gathered.subarray(0, this.#sizeBytes);
  }

  /** C1 or S1 once it is whole, as a view. */
  get firstPacket(): Uint8Array | undefined {
    return this.#sizeBytes < FIRST_PART_SIZE_BYTES ? undefined : this.#gathered.subarray(1, FIRST_PART_SIZE_BYTES);
  }

  /** C2 or S2 once it is whole, as a view. */
  get secondPacket(): Uint8Array | undefined {
    return this.#sizeBytes < HANDSHAKE_SIZE_BYTES ? undefined : this.#gathered.subarray(FIRST_PART_SIZE_BYTES);
  }

  #grow(neededSizeBytes: number): void {
    if (neededSizeBytes <= this.#gathered.length) {
      return;
    }
    const larger = new Uint8Array(
      neededSizeBytes <= FIRST_PART_SIZE_BYTES ? FIRST_PART_SIZE_BYTES : HANDSHAKE_SIZE_BYTES,
    );
    larger.set(this.gathered);
    this.#gathered = larger;
  }
}
