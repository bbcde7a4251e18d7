import { describe, expect, it } from 'vitest';
import { pcmAvcConfig, pcmAvcPicture } from '../../src/codec/avc-pcm.js';
import { parseAvcSps } from '../../src/codec/avc-sps.js';

const SIZE = { columns: 4, rows: 3 };

describe('pictures without compression', () => {
  it('have a configuration that tells their size', () => {
    const record = Buffer.from(pcmAvcConfig(SIZE));
    const sps = record.subarray(8, 8 + record.readUInt16BE(6));
    expect(parseAvcSps(sps)).toMatchObject({ profileIdc: 66, levelIdc: 30, width: 64, height: 48 });
  });

  it('hold all samples of all macroblocks, and their length in front', () => {
    const picture = Buffer.from(pcmAvcPicture(SIZE, 0, (column, row) => 16 + column + row));
    expect(picture.readUInt32BE(0)).toBe(picture.length - 4);
    expect(picture[4]).toBe(0x65);
    expect(picture.length).toBeGreaterThan(12 * 384);
    expect(picture.length).toBeLessThan(12 * 384 + 64);
    expect(picture.subarray(-129, -1)).toEqual(Buffer.alloc(128, 128));
  });

  it.each([0, 1, 15, 16, 4711])('hold nothing that looks like a start code in picture %i', (index) => {
    const picture = Buffer.from(pcmAvcPicture(SIZE, index, () => 16)).subarray(4);
    for (const last of [0, 1, 2, 3]) expect(picture.includes(Buffer.of(0, 0, last))).toBe(false);
    expect(picture[0]).toBe(index === 0 ? 0x65 : 0x61);
  });
});
