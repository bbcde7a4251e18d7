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

/** Larger bodies are not copied: one more piece in a system call costs as much as copying so many bytes. */
const MAX_COPIED_BODY_SIZE_BYTES = 2048;
const MEMORY_SIZE_BYTES = 64 * 1024;

/**
 * Tags as they stand in a file, in pieces to be written one behind the other in one go. Large bodies are pieces of their own;
 * headers, size words and small bodies lie between them, in memory that is used again.
 */
export class FlvTagBatch<Tag extends MediaTag | FlvTag> {
  #tags: Tag[] = [];
  #pieces: Uint8Array[] = [];
  #sizeBytes = 0;
  #memory = unfilledBytes(MEMORY_SIZE_BYTES);
  /** Where in the memory the piece that is growing begins and ends. */
  #begin = 0;
  #end = 0;

  get tags(): readonly Tag[] {
    return this.#tags;
  }

  /** Of all pieces together. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** @throws {MediaError} `ERR_MEDIA_UNSUPPORTED` when the body is larger than FLV can say (16 MiB - 1) */
  append(tag: Tag): void {
    const bodySizeBytes = tag.body.length;
    checkBodySize(bodySizeBytes);
    if (bodySizeBytes <= MAX_COPIED_BODY_SIZE_BYTES) {
      this.#reserve(flvTagSizeBytes(bodySizeBytes));
      this.#end = writeFlvTag(this.#memory, this.#end, tag);
    } else {
      this.#reserve(TAG_HEADER_SIZE_BYTES);
      this.#end = writeTagHeader(this.#memory, this.#end, tag);
      this.#endPiece();
      this.#pieces.push(tag.body);
      this.#reserve(PREVIOUS_TAG_SIZE_BYTES);
      this.#end = writeSizeWord(this.#memory, this.#end, bodySizeBytes);
    }
    this.#tags.push(tag);
    this.#sizeBytes += flvTagSizeBytes(bodySizeBytes);
  }

  /** What is to be written, valid until `clear`. */
  takePieces(): Uint8Array[] {
    this.#endPiece();
    return this.#pieces;
  }

  /** Empties it for its next use. */
  clear(): void {
    this.#tags = [];
    this.#pieces = [];
    this.#sizeBytes = 0;
    this.#begin = 0;
    this.#end = 0;
  }

  #endPiece(): void {
    if (this.#end > this.#begin) {
      this.#pieces.push(this.#memory.subarray(this.#begin, this.#end));
      this.#begin = this.#end;
    }
  }

  #reserve(sizeBytes: number): void {
    if (sizeBytes > MEMORY_SIZE_BYTES - this.#end) {
      this.#endPiece();
      this.#memory = unfilledBytes(MEMORY_SIZE_BYTES);
      this.#begin = 0;
      this.#end = 0;
    }
  }
}
