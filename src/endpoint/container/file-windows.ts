import type { FileHandle } from 'node:fs/promises';
import { unfilledBytes } from '../../bytes/memory.js';
import { fill, mustBePossible, mustBeWhole } from './file-pieces.js';

/** Read at once: most of the cost of a small read is the call. */
const WINDOW_SIZE_BYTES = 512 * 1024;
/** Audio and video are read at two places, and something may be looked up at a third. */
const WINDOW_COUNT = 3;

/** A part of a file that is at hand. */
export interface Window {
  readonly bytes: Uint8Array;
  /** Where in the file it begins. */
  readonly at: number;
}

interface Slot {
  memory: Uint8Array;
  bytes: Uint8Array;
  at: number;
  lastUse: number;
}

/** A file by way of a few windows, whose memory is filled again and again: whatever is kept of one has to be copied. */
export class FileWindows {
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  readonly #windowSizeBytes: number;
  readonly #slots: Slot[] = [];
  #uses = 0;

  constructor(file: FileHandle, sizeBytes: number, windowSizeBytes = WINDOW_SIZE_BYTES) {
    this.sizeBytes = sizeBytes;
    this.#file = file;
    this.#windowSizeBytes = windowSizeBytes;
  }

  /** One that has these bytes, if there is one; it is as it is until the next `load`. */
  holding(at: number, sizeBytes: number): Window | undefined {
    for (const slot of this.#slots) {
      if (slot.at <= at && at + sizeBytes <= slot.at + slot.bytes.length) {
        this.#uses += 1;
        slot.lastUse = this.#uses;
        return slot;
      }
    }
    return undefined;
  }

  /**
   * Reads one that has these bytes, and more behind them.
   *
   * @throws {MediaError} `ERR_MEDIA_DAMAGED` when there cannot be so many, or the file ends before
   */
  async load(at: number, sizeBytes: number): Promise<Window> {
    mustBePossible(sizeBytes);
    const wantedBytes = Math.min(Math.max(sizeBytes, this.#windowSizeBytes), Math.max(0, this.sizeBytes - at));
    const slot = this.#takeSlot(wantedBytes);
    slot.at = at;
    slot.bytes = slot.memory.subarray(0, 0); // holds nothing as long as it is being filled
    const filledBytes = await fill(this.#file, slot.memory.subarray(0, wantedBytes), at);
    mustBeWhole(filledBytes, sizeBytes);
    slot.bytes = slot.memory.subarray(0, filledBytes);
    return slot;
  }

  /** At hand already or not. */
  async view(at: number, sizeBytes: number): Promise<Uint8Array> {
    const window = this.holding(at, sizeBytes) ?? (await this.load(at, sizeBytes));
    return window.bytes.subarray(at - window.at, at - window.at + sizeBytes);
  }

  #takeSlot(sizeBytes: number): Slot {
    this.#uses += 1;
    const slot = this.#slots.length < WINDOW_COUNT ? this.#addSlot() : this.#longestUnused();
    if (slot.memory.length < sizeBytes) slot.memory = unfilledBytes(Math.max(sizeBytes, this.#windowSizeBytes));
    slot.lastUse = this.#uses;
    return slot;
  }

  #addSlot(): Slot {
    const slot = { memory: NOTHING, bytes: NOTHING, at: 0, lastUse: 0 };
    this.#slots.push(slot);
    return slot;
  }

  #longestUnused(): Slot {
    return this.#slots.reduce((longest, slot) => (slot.lastUse < longest.lastUse ? slot : longest));
  }
}

const NOTHING = new Uint8Array(0);
