import type { FileBlocks } from './file-blocks.js';
import { readPiece } from './file-pieces.js';
import { fileBoxAt } from './mp4-boxes.js';
import type { OpenedFile } from './opened-file.js';

/** The index of an MP4, and what the outermost boxes tell. */
export interface FoundIndex {
  /** Content of `moov`; `undefined`: the file has none, or not all of it. */
  readonly moov: Uint8Array | undefined;
  /** Where it ends. */
  readonly moovEnd: number;
  /** Where the file should end; `undefined`: no telling. */
  readonly endByte: number | undefined;
}

/** What has more boxes ahead of its index is no MP4. */
const MAX_BOXES_BEFORE_INDEX = 100_000;
/** Files of many fragments were written live: they may end anywhere. */
const MAX_LOOKED_AT_BOXES = 64;

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export async function findIndex(file: OpenedFile, blocks: FileBlocks): Promise<FoundIndex> {
  let at = 0;
  let index: Pick<FoundIndex, 'moov' | 'moovEnd'> = { moov: undefined, moovEnd: 0 };
  for (let count = 0; count < MAX_BOXES_BEFORE_INDEX; count++) {
    if (at >= file.sizeBytes) return { ...index, endByte: at };
    if (index.moov !== undefined && count >= MAX_LOOKED_AT_BOXES) break;
    const box = await fileBoxAt(blocks, file.sizeBytes, at);
    if (box === undefined) break;
    if (box.header.type === 'moov' && index.moov === undefined && box.end <= file.sizeBytes) {
      index = { moov: await readPiece(file.handle, box.contentAt, box.end), moovEnd: box.end };
    }
    if (box.header.sizeBytes === undefined) break;
    at = box.end;
  }
  return { ...index, endByte: undefined };
}
