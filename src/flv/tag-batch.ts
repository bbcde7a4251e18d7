import { unfilledBytes } from '../bytes/memory.js';
import type { MediaTag } from '../media/tag.js';
import { PREVIOUS_TAG_SIZE_BYTES } from './header.js';
import {
  checkBodySize,
  type FlvTag,
  flvTagSizeBytes,
  TAG_HEADER_SIZE_BYTES,
  writeFlvTag,
  writeSizeWord,
  writeTagHeader,
} from './tag.js';
import { outlineOf, type TagOutline } from './tag-outline.js';

const BLOCK_SIZE_BYTES = 64 * 1024;
/** Memory that is kept for the next use. What a slow disk made it need beyond that goes. */
const KEPT_BLOCKS = 32;

const NO_BLOCK: Uint8Array = new Uint8Array(0);

/**
 * Tags as they stand in a file, to be written in one go. They are copied into memory that is used again and again: leaving
 * large bodies where they are would save the copying, but copying into memory that is at hand costs less than what keeping
 * them would: fresh memory for whatever comes in the meantime.
 */
export class FlvTagBatch {
  #outlines: TagOutline[] = [];
  #sizeBytes = 0;
  readonly #blocks: Uint8Array[] = [];
  /** The blocks in use, as far as they are filled, but for the last one. */
  #pieces: Uint8Array[] = [];
  #block = NO_BLOCK;
  #end = 0;

  get outlines(): readonly TagOutline[] {
    return this.#outlines;
  }

  /** Of all pieces together. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** @throws {MediaError} `ERR_MEDIA_UNSUPPORTED` when the body is larger than FLV can say (16 MiB - 1) */
  append(tag: MediaTag | FlvTag): void {
    const bodySizeBytes = tag.body.length;
    checkBodySize(bodySizeBytes);
    const sizeBytes = flvTagSizeBytes(bodySizeBytes);
    if (sizeBytes <= this.#block.length - this.#end) {
      this.#end = writeFlvTag(this.#block, this.#end, tag);
    } else {
      this.#appendInParts(tag);
    }
    this.#outlines.push(outlineOf(tag));
    this.#sizeBytes += sizeBytes;
  }

  /** What is to be written, one piece behind the other; valid until `append` or `clear`. */
  get pieces(): Uint8Array[] {
    return this.#end === 0 ? this.#pieces : [...this.#pieces, this.#block.subarray(0, this.#end)];
  }

  /** Empties it for its next use. */
  clear(): void {
    this.#outlines = [];
    this.#pieces = [];
    this.#sizeBytes = 0;
    this.#blocks.length = Math.min(this.#blocks.length, KEPT_BLOCKS);
    this.#block = NO_BLOCK;
    this.#end = 0;
  }

  /** Across the end of a block. */
  #appendInParts(tag: MediaTag | FlvTag): void {
    this.#reserve(TAG_HEADER_SIZE_BYTES);
    this.#end = writeTagHeader(this.#block, this.#end, tag);
    for (let from = 0; from < tag.body.length; ) {
      this.#reserve(1);
      const part = tag.body.subarray(from, from + this.#block.length - this.#end);
      this.#block.set(part, this.#end);
      this.#end += part.length;
      from += part.length;
    }
    this.#reserve(PREVIOUS_TAG_SIZE_BYTES);
    this.#end = writeSizeWord(this.#block, this.#end, tag.body.length);
  }

  #reserve(sizeBytes: number): void {
    if (sizeBytes <= this.#block.length - this.#end) return;
    if (this.#end > 0) {
      this.#pieces.push(this.#block.subarray(0, this.#end));
    }
    const block = this.#blocks[this.#pieces.length] ?? unfilledBytes(BLOCK_SIZE_BYTES);
    this.#blocks[this.#pieces.length] = block;
    this.#block = block;
    this.#end = 0;
  }
}
