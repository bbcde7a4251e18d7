import { findBox, requiredBox } from './box.js';
import { readFullBox } from './full-box.js';
import { readSampleSizes, type SampleSizes } from './sample-sizes.js';
import { TableRows } from './table-rows.js';

/** Where the samples of a track are, when and how large (`stbl`, ISO/IEC 14496-12 8.5 to 8.7). Views of the index. */
export interface SampleTables {
  readonly sizes: SampleSizes;
  /** `stts`: samples in a run, and how long each lasts. */
  readonly durations: TableRows;
  /** `ctts`: samples in a run, and how much later than it is decoded each is presented; `undefined`: not at all. */
  readonly compositionOffsets: TableRows | undefined;
  /** `stsc`: from which chunk on, and samples in each. */
  readonly chunkRuns: TableRows;
  readonly chunkOffsets: ChunkOffsets;
  /** `stss`: numbers, from 1, of those that are keyframes; `undefined`: all. */
  readonly keyframes: TableRows | undefined;
}

/** `stco` or `co64` (ISO/IEC 14496-12 8.7.5). */
export interface ChunkOffsets {
  readonly count: number;
  /** @param chunk less than `count` */
  of(chunk: number): number;
}

/**
 * @param stbl content of the box
 * @param maxSamples more than the whole file can have
 * @throws {MediaError} `ERR_MEDIA_DAMAGED` when a table is missing, or claims to have more than it can have
 */
export function readSampleTables(stbl: Uint8Array, maxSamples: number): SampleTables {
  return {
    sizes: readSampleSizes(stbl, maxSamples),
    durations: rowsOf('stts', requiredBox(stbl, 'stts'), 2),
    compositionOffsets: optionalRows(stbl, 'ctts', 2),
    chunkRuns: rowsOf('stsc', requiredBox(stbl, 'stsc'), 3),
    chunkOffsets: readChunkOffsets(stbl),
    keyframes: optionalRows(stbl, 'stss', 1),
  };
}

function optionalRows(stbl: Uint8Array, type: string, columns: number): TableRows | undefined {
  const box = findBox(stbl, type);
  return box && rowsOf(type, box, columns);
}

function rowsOf(type: string, box: Uint8Array, columns: number): TableRows {
  return readFullBox(type, box, (r) => {
    const count = r.u32('count');
    return new TableRows(type, r.rest(), count, columns * 4);
  });
}

function readChunkOffsets(stbl: Uint8Array): ChunkOffsets {
  const co64 = findBox(stbl, 'co64');
  if (co64 !== undefined) {
    const rows = rowsOf('co64', co64, 2);
    return { count: rows.count, of: (chunk) => rows.u32(chunk, 0) * 2 ** 32 + rows.u32(chunk, 1) };
  }
  const rows = rowsOf('stco', requiredBox(stbl, 'stco'), 1);
  return { count: rows.count, of: (chunk) => rows.u32(chunk, 0) };
}
