import type { RtmpMessage } from '../../../src/rtmp/chunk/message.js';

/** What a sender is free to choose. `random` gives numbers in 0..1. */
export interface ChunkerHabits {
  readonly random: () => number;
  /** Some senders leave the extended timestamp out of continuation chunks. */
  readonly repeatsExtendedTimestamp: boolean;
  /** Chunk sizes that the sender switches to, in the middle of whatever is under way. */
  readonly chunkSizesBytes: readonly number[];
}

interface Sent {
  readonly message: RtmpMessage;
  /** The time or delta field of the last header. */
  readonly field: number;
}

interface UnderWay {
  readonly message: RtmpMessage;
  readonly field: number;
  readonly extended: boolean;
  sentBytes: number;
}

/**
 * A sender that shares no code with the product: it interleaves the messages of different chunk streams chunk by chunk
 * at random, and picks at random among the header types and basic header forms that say the same. Gives the wire and
 * the messages in the order in which they are complete on it.
 */
export class Chunker {
  readonly #habits: ChunkerHabits;
  readonly #last = new Map<number, Sent>();
  readonly #underWay = new Map<number, UnderWay>();
  readonly #parts: Uint8Array[] = [];
  readonly #complete: RtmpMessage[] = [];
  #chunkSizeBytes = 128;

  constructor(habits: ChunkerHabits) {
    this.#habits = habits;
  }

  send(messages: readonly RtmpMessage[]): { wire: Uint8Array; messages: RtmpMessage[] } {
    const waiting = [...messages];
    while (waiting.length > 0 || this.#underWay.size > 0) {
      const next = waiting[0];
      const busy = [...this.#underWay.keys()];
      if (next !== undefined && !this.#underWay.has(next.csid) && (busy.length === 0 || this.#chance(0.4))) {
        waiting.shift();
        this.#begin(next);
      } else if (busy.length > 0) {
        this.#continue(this.#pick(busy));
      }
      this.#maybeChangeChunkSize();
    }
    return { wire: new Uint8Array(Buffer.concat(this.#parts)), messages: this.#complete };
  }

  #begin(message: RtmpMessage): void {
    const forms = this.#formsFor(message);
    const { fmt, field } = this.#pick(forms);
    const { csid, typeId, streamId, payload } = message;
    const extended = field >= 0xffffff;

    const header = [...this.#basicHeader(fmt, csid)];
    if (fmt < 3) {
      header.push(...bigEndian(extended ? 0xffffff : field, 3));
    }
    if (fmt < 2) {
      header.push(...bigEndian(payload.length, 3), typeId);
    }
    if (fmt === 0) {
      header.push(...bigEndian(streamId, 4).reverse());
    }
    if (extended) {
      header.push(...bigEndian(field, 4));
    }
    this.#parts.push(Uint8Array.from(header));
    this.#last.set(csid, { message, field });
    this.#underWay.set(csid, { message, field, extended, sentBytes: 0 });
    this.#sendPayload(csid);
  }

  /** The header types that are allowed for a message, with their time field. */
  #formsFor(message: RtmpMessage): { fmt: number; field: number }[] {
    const forms = [{ fmt: 0, field: message.timestampMs }];
    const last = this.#last.get(message.csid);
    if (last === undefined) {
      return message.streamId === 0 ? [...forms, { fmt: 1, field: message.timestampMs }] : forms;
    }
    const field = (message.timestampMs - last.message.timestampMs) >>> 0;
    if (message.streamId === last.message.streamId) {
      forms.push({ fmt: 1, field });
      if (message.typeId === last.message.typeId && message.payload.length === last.message.payload.length) {
        forms.push({ fmt: 2, field });
        if (field === last.field) {
          forms.push({ fmt: 3, field });
        }
      }
    }
    return forms;
  }

  #continue(csid: number): void {
    const underWay = this.#underWay.get(csid)!;
    const header = [...this.#basicHeader(3, csid)];
    if (underWay.extended && this.#habits.repeatsExtendedTimestamp) {
      header.push(...bigEndian(underWay.field, 4));
    }
    this.#parts.push(Uint8Array.from(header));
    this.#sendPayload(csid);
  }

  #sendPayload(csid: number): void {
    const underWay = this.#underWay.get(csid)!;
    const { payload } = underWay.message;
    const end = Math.min(underWay.sentBytes + this.#chunkSizeBytes, payload.length);
    this.#parts.push(payload.slice(underWay.sentBytes, end));
    underWay.sentBytes = end;
    if (end === payload.length) {
      this.#underWay.delete(csid);
      this.#complete.push(underWay.message);
    }
  }

  #basicHeader(fmt: number, csid: number): number[] {
    const high = fmt * 64;
    if (csid < 64) {
      return [high + csid];
    }
    const rest = csid - 64;
    return csid < 320 && this.#chance(0.5) ? [high, rest] : [high + 1, rest % 256, Math.floor(rest / 256)];
  }

  #maybeChangeChunkSize(): void {
    const { chunkSizesBytes } = this.#habits;
    if (chunkSizesBytes.length === 0 || this.#underWay.has(2) || !this.#chance(0.05)) {
      return;
    }
    const chunkSizeBytes = this.#pick(chunkSizesBytes);
    const payload = Uint8Array.from(bigEndian(chunkSizeBytes, 4));
    this.#begin({ csid: 2, typeId: 1, streamId: 0, timestampMs: 0, payload });
    while (this.#underWay.has(2)) {
      this.#continue(2);
    }
    this.#chunkSizeBytes = chunkSizeBytes;
  }

  #chance(probability: number): boolean {
    return this.#habits.random() < probability;
  }

  #pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.#habits.random() * values.length)]!;
  }
}

function bigEndian(value: number, length: number): number[] {
  return Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)) % 256);
}
