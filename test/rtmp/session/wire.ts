import { encodeAmf0 } from '../../../src/amf/amf0-writer.js';
import type { AmfValue } from '../../../src/amf/value.js';

/** What stands in a chunk's header when a peer does not use the plain form. */
export interface HeaderHabit {
  readonly fmt?: 0 | 1;
  readonly timestampMs?: number;
}

/**
 * Writes the bytes of a peer as we have seen them, without any code of ours: the handshake first, then messages in
 * chunks of the peer's own size.
 */
export class PeerWire {
  #bytes: Uint8Array[] = [];
  chunkSizeBytes = 128;

  /** A simple handshake: C0, C1 and C2, or S0, S1 and S2. */
  handshake(): this {
    const packets = new Uint8Array(1 + 2 * 1536).fill(0x5a, 9);
    packets[0] = 3;
    return this.raw(packets);
  }

  raw(...bytes: readonly Uint8Array[]): this {
    this.#bytes.push(...bytes);
    return this;
  }

  message(csid: number, typeId: number, streamId: number, payload: Uint8Array, habit: HeaderHabit = {}): this {
    const { fmt = 0, timestampMs = 0 } = habit;
    const header = [(fmt << 6) | csid, ...u24(timestampMs), ...u24(payload.length), typeId];
    if (fmt === 0) {
      header.push(streamId & 0xff, (streamId >> 8) & 0xff, (streamId >> 16) & 0xff, streamId >>> 24);
    }
    this.raw(Uint8Array.from(header));
    for (let at = 0; at < payload.length; at += this.chunkSizeBytes) {
      if (at > 0) {
        this.raw(Uint8Array.of(0xc0 | csid));
      }
      this.raw(payload.subarray(at, at + this.chunkSizeBytes));
    }
    return this;
  }

  command(csid: number, streamId: number, name: string, transactionId: number, ...values: readonly AmfValue[]): this {
    return this.message(csid, 20, streamId, encodeAmf0(name, transactionId, ...values));
  }

  data(csid: number, streamId: number, ...values: readonly AmfValue[]): this {
    return this.message(csid, 18, streamId, encodeAmf0(...values));
  }

  audio(csid: number, streamId: number, timestampMs: number, ...body: readonly number[]): this {
    return this.message(csid, 8, streamId, Uint8Array.from(body), { timestampMs });
  }

  video(csid: number, streamId: number, timestampMs: number, ...body: readonly number[]): this {
    return this.message(csid, 9, streamId, Uint8Array.from(body), { timestampMs });
  }

  setChunkSize(sizeBytes: number): this {
    this.message(2, 1, 0, Uint8Array.from(u32(sizeBytes)));
    this.chunkSizeBytes = sizeBytes;
    return this;
  }

  acknowledgement(sequenceNumber: number): this {
    return this.message(2, 3, 0, Uint8Array.from(u32(sequenceNumber)));
  }

  windowAckSize(sizeBytes: number, habit?: HeaderHabit): this {
    return this.message(2, 5, 0, Uint8Array.from(u32(sizeBytes)), habit);
  }

  setPeerBandwidth(sizeBytes: number, limit = 2): this {
    return this.message(2, 6, 0, Uint8Array.from([...u32(sizeBytes), limit]));
  }

  userControl(event: number, ...values: readonly number[]): this {
    return this.message(2, 4, 0, Uint8Array.from([event >> 8, event & 0xff, ...values.flatMap(u32)]));
  }

  /** All that was written since the last call. */
  take(): Uint8Array {
    const bytes = new Uint8Array(Buffer.concat(this.#bytes));
    this.#bytes = [];
    return bytes;
  }
}

function u24(value: number): number[] {
  return [(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff];
}

function u32(value: number): number[] {
  return [value >>> 24, ...u24(value)];
}
