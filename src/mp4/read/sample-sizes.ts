import { MediaError } from '../../errors.js';
import { findBox } from './box.js';
import { readFullBox } from './full-box.js';
import { impossible, TableRows } from './table-rows.js';

/** The sizes of the samples of a track (`stsz` or `stz2`, ISO/IEC 14496-12 8.7.3). */
export interface SampleSizes {
  readonly count: number;
  /** @param index less than `count` */
  of(index: number): number;
}

/**
 * @param maxSamples more than the whole file can have
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function readSampleSizes(stbl: Uint8Array, maxSamples: number): SampleSizes {
  const stsz = findBox(stbl, 'stsz');
  if (stsz !== undefined) return readSizes(stsz, maxSamples);
  const stz2 = findBox(stbl, 'stz2');
  if (stz2 !== undefined) return readCompactSizes(stz2);
  throw new MediaError('ERR_MEDIA_DAMAGED', 'a track does not tell the sizes of its samples');
}

function readSizes(stsz: Uint8Array, maxSamples: number): SampleSizes {
  return readFullBox('stsz', stsz, (r) => {
    const sizeBytes = r.u32('sample size');
    const count = r.u32('count');
    if (sizeBytes !== 0) {
      if (count > maxSamples) throw impossible('stsz');
      return { count, of: () => sizeBytes };
    }
    const rows = new TableRows('stsz', r.rest(), count, 4);
    return { count, of: (index) => rows.u32(index, 0) };
  });
}

function readCompactSizes(stz2: Uint8Array): SampleSizes {
  return readFullBox('stz2', stz2, (r) => {
    r.skip(3, 'reserved');
    const fieldBits = r.u8('field size');
    const count = r.u32('count');
    const fields = r.rest();
    if ((count * fieldBits) / 8 > fields.length) throw impossible('stz2');
    return { count, of: compactField(fields, fieldBits) };
  });
}

function compactField(fields: Uint8Array, fieldBits: number): (index: number) => number {
  const byte = (at: number): number => fields[at] ?? 0;
  switch (fieldBits) {
    case 4:
      return (index) => (byte(index >> 1) >> (index % 2 === 0 ? 4 : 0)) & 0xf;
    case 8:
      return byte;
    case 16:
      return (index) => byte(2 * index) * 256 + byte(2 * index + 1);
    default:
      throw new MediaError('ERR_MEDIA_DAMAGED', `the table stz2 has fields of ${fieldBits} bits`);
  }
}
