import { boxHeader } from './box.js';
import type { TableBytes } from './table-bytes.js';

/** A box too large to be made in one piece, because of the tables within. */
export interface BoxTree {
  readonly type: string;
  readonly contents: readonly BoxContent[];
}

export type BoxContent = Uint8Array | TableBytes | BoxTree;

const BOX_HEADER_SIZE_BYTES = 8;

function sizeOf(content: BoxContent): number {
  if (content instanceof Uint8Array) return content.length;
  if (!('contents' in content)) return content.sizeBytes;
  return content.contents.reduce((sum, part) => sum + sizeOf(part), BOX_HEADER_SIZE_BYTES);
}

/** Its bytes, piece by piece; tables are not copied. */
export function* encode(content: BoxContent): Generator<Uint8Array, void, undefined> {
  if (content instanceof Uint8Array) {
    yield content;
  } else if ('contents' in content) {
    yield boxHeader(content.type, sizeOf(content) - BOX_HEADER_SIZE_BYTES);
    for (const part of content.contents) {
      yield* encode(part);
    }
  } else {
    yield* content.pieces;
  }
}
