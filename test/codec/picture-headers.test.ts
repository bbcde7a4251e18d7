import { describe, expect, it } from 'vitest';
import { parseScreenVideoSize } from '../../src/codec/screen-video.js';
import { parseSorensonPictureSize } from '../../src/codec/sorenson-h263.js';
import { parseVp6KeyframeSize } from '../../src/codec/vp6.js';
import { MediaError } from '../../src/errors.js';
import { describeVideo } from '../../src/media/stream-description.js';

/** 17 bits start code, 5 version, 8 reference, 3 size and what follows it, filled up with zeros (FLV E.4.3.2). */
function sorenson(rest: string): Uint8Array {
  const bits = `${'0'.repeat(16)}1${'00000'}${'00000000'}${rest}`.padEnd(96, '0');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

const binary = (value: number, length: number): string => value.toString(2).padStart(length, '0');

describe('Sorenson H.263', () => {
  it.each([
    ['8 bits each', `000${binary(200, 8)}${binary(150, 8)}`, 200, 150],
    ['16 bits each', `001${binary(330, 16)}${binary(246, 16)}`, 330, 246],
    ['CIF', '010', 352, 288],
    ['QCIF', '011', 176, 144],
    ['SQCIF', '100', 128, 96],
    ['320x240', '101', 320, 240],
    ['160x120', '110', 160, 120],
  ])('has its size in %s', (_, rest, width, height) => {
    expect(parseSorensonPictureSize(sorenson(rest))).toEqual({ width, height });
  });

  it.each([
    ['a reserved size', sorenson('111')],
    ['no start code', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff)],
    ['too few bytes', Uint8Array.of(0, 0, 0x80)],
    ['a size of nothing', sorenson(`000${binary(0, 8)}${binary(0, 8)}`)],
  ])('with %s is damaged', (_, frame) => {
    expect(() => parseSorensonPictureSize(frame)).toThrow(MediaError);
  });
});

describe('screen video', () => {
  it('has its size behind that of its blocks', () => {
    expect(parseScreenVideoSize(Uint8Array.of(0x30, 0xa0, 0x30, 0x78, 0))).toEqual({ width: 160, height: 120 });
    expect(() => parseScreenVideoSize(Uint8Array.of(0x30, 0xa0, 0x30))).toThrow(MediaError);
  });
});

describe('VP6', () => {
  it('has its size in macroblocks, behind an offset or not', () => {
    expect(parseVp6KeyframeSize(Uint8Array.of(0x00, 0x46, 15, 20, 15, 20))).toEqual({ width: 320, height: 240 });
    expect(parseVp6KeyframeSize(Uint8Array.of(0x01, 0x46, 1, 2, 15, 20, 15, 20))).toEqual({ width: 320, height: 240 });
    expect(parseVp6KeyframeSize(Uint8Array.of(0x00, 0x40, 1, 2, 15, 20, 15, 20))).toEqual({ width: 320, height: 240 });
  });

  it('has none in other frames', () => {
    expect(parseVp6KeyframeSize(Uint8Array.of(0x80))).toBeUndefined();
    expect(() => parseVp6KeyframeSize(Uint8Array.of(0x00, 0x46, 15))).toThrow(MediaError);
  });

  it('is cut by what stands in front of the frame', () => {
    const body = Uint8Array.of(0x14, 0x5a, 0x00, 0x46, 15, 20, 15, 20);
    expect(describeVideo({ kind: 'video', timestampMs: 0, body })).toMatchObject({
      codec: 'vp6',
      width: 315,
      height: 230,
    });
  });
});
