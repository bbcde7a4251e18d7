// The layouts of boxes as ISO/IEC 14496-12 has them, for files that no muxer writes.
import { hex } from '../../amf/golden.js';
import { concat } from '../../support/flv-builder.js';

/** A box (4.2) with these contents; text is hex. */
export function box(type: string, ...contents: readonly (string | Uint8Array)[]): Uint8Array {
  const content = concat(...contents.map((part) => (typeof part === 'string' ? hex(part) : part)));
  return concat(u32(content.length + 8), Buffer.from(type, 'latin1'), content);
}

export function u32(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, i * 4);
  return Uint8Array.from(bytes);
}

/** Version and flags (4.2), the number of rows, and the rows. */
export function table(type: string, ...rows: readonly (readonly number[])[]): Uint8Array {
  return box(type, u32(0, rows.length), ...rows.map((row) => u32(...row)));
}

/** stsz (8.7.3.2) with a size for each sample. */
export function sizes(...sizeBytes: readonly number[]): Uint8Array {
  return box('stsz', u32(0, 0, sizeBytes.length, ...sizeBytes));
}

export interface TrackLayout {
  readonly id?: number;
  readonly handler?: string;
  /** An entry of the sample description. */
  readonly entry: Uint8Array;
  readonly tables: readonly Uint8Array[];
  readonly timescale?: number;
  /** Rows of an edit list (8.6.6): duration in ms, media time. */
  readonly edits?: readonly (readonly [number, number])[];
  readonly enabled?: boolean;
}

const UPRIGHT = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000] as const;

/** trak (8.3). */
export function track({
  id = 1,
  handler = 'soun',
  entry,
  tables,
  timescale = 1000,
  edits,
  enabled = true,
}: TrackLayout): Uint8Array {
  return box(
    'trak',
    box('tkhd', u32(enabled ? 1 : 0, 0, 0, id, 0, 0, 0, 0, 0, 0, ...UPRIGHT, 0, 0)),
    ...(edits === undefined ? [] : [box('edts', table('elst', ...edits.map(([ms, at]) => [ms, at, 0x10000])))]),
    box(
      'mdia',
      box('mdhd', u32(0, 0, 0, timescale, 0, 0)),
      box('hdlr', u32(0, 0), Buffer.from(handler), u32(0, 0, 0), '00'),
      box('minf', box('stbl', box('stsd', u32(0, 1), entry), ...tables)),
    ),
  );
}

/** mvhd (8.2.2) with 1000 units per second. */
export const MOVIE_HEADER = box(
  'mvhd',
  u32(0, 0, 0, 1000, 0, 0x10000, 0x01000000, 0, 0, ...UPRIGHT, 0, 0, 0, 0, 0, 0, 2),
);

/** A sample entry of AC-3 (ETSI TS 102 366 F.3), stereo at 48 kHz: its frames may be anything. */
export const AC3_ENTRY = box('ac-3', '000000000000 0001 0000000000000000 0002 0010 00000000 bb800000');

export const FILE_TYPE = box('ftyp', Buffer.from('isom'), u32(0x200), Buffer.from('isom'));
