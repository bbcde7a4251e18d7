import { describe, expect, it } from 'vitest';
import {
  av1CodecString,
  av1LevelName,
  av1ProfileName,
  findAv1SequenceHeader,
  parseAv1Config,
} from '../../src/codec/av1.js';
import { parseAv1SequenceHeader } from '../../src/codec/av1-sequence-header.js';
import { avcCodecString, avcLevelName, avcProfileName, parseAvcConfig } from '../../src/codec/avc.js';
import { parseAvcSps } from '../../src/codec/avc-sps.js';
import { hevcCodecString, hevcLevelName, hevcProfileName, hevcSpsOf, parseHevcConfig } from '../../src/codec/hevc.js';
import { parseHevcSps } from '../../src/codec/hevc-sps.js';
import { parseVp8KeyframeSize } from '../../src/codec/vp8.js';
import { parseVp9KeyframeSize, parseVpConfig, vp9CodecString, vp9LevelName } from '../../src/codec/vp9.js';
import { MediaError } from '../../src/errors.js';
import { hex, toHex } from '../amf/golden.js';
import { errorOf } from '../amf/thrown.js';
import { RECORDS } from './records.js';

const BT709 = { colourPrimaries: 1, transferCharacteristics: 1, matrixCoefficients: 1 };

function avcOf(record: Uint8Array) {
  const config = parseAvcConfig(record);
  return { config, sps: parseAvcSps(config.sequenceParameterSets[0]!) };
}

describe('H.264 configuration', () => {
  it('reads the record of protocol.md 11.6', () => {
    const config = parseAvcConfig(RECORDS.avcC.sheet);
    expect(config).toMatchObject({ profileIdc: 66, constraintFlags: 0xc0, levelIdc: 10, nalLengthSizeBytes: 4 });
    expect(config.sequenceParameterSets.map((nal) => nal.length)).toEqual([23]);
    expect(config.pictureParameterSets.map(toHex)).toEqual(['68 cb 83 cb 20']);
    expect(avcCodecString(config)).toBe('avc1.42c00a');
    expect(avcProfileName(config)).toBe('Constrained Baseline');
    expect(avcLevelName(config)).toBe('1.0');
    const sps = parseAvcSps(config.sequenceParameterSets[0]!);
    expect(sps).toMatchObject({ width: 64, height: 64, bitDepth: 8, chromaFormatIdc: 1, interlaced: false });
    expect(sps.vui?.frameRate).toBe(25);
  });

  it.each([
    ['constrainedBaseline', 'Constrained Baseline', '1.3', { width: 322, height: 182 }, 30000 / 1001, 0],
    ['high', 'High', '1.3', { width: 322, height: 182, chromaFormatIdc: 1 }, 30000 / 1001, 2],
    ['interlaced', 'Main', '4.0', { width: 1920, height: 1080, interlaced: true }, 25, 0],
    ['high422', 'High 4:2:2', '1.1', { width: 128, height: 98, bitDepth: 10, chromaFormatIdc: 2 }, 50, 0],
    ['high444', 'High 4:4:4 Predictive', '1.1', { width: 130, height: 96, bitDepth: 8, chromaFormatIdc: 3 }, 50, 0],
  ] as const)('sees what ffprobe sees in %s', (name, profile, level, picture, frameRate, reordered) => {
    const { config, sps } = avcOf(RECORDS.avcC[name]);
    expect(avcProfileName(config)).toBe(profile);
    expect(avcLevelName(config)).toBe(level);
    expect(sps).toMatchObject(picture);
    expect(sps.vui?.frameRate).toBe(frameRate);
    expect(sps.vui?.maxReorderedFrames).toBe(reordered);
  });

  it('reads colour, range and shape of samples', () => {
    expect(avcOf(RECORDS.avcC.high).sps.vui).toMatchObject({
      sampleAspectRatio: { width: 1, height: 1 },
      signal: { fullRange: false, colour: BT709 },
      fixedFrameRate: false,
    });
    expect(avcOf(RECORDS.avcC.interlaced).sps.vui?.sampleAspectRatio).toEqual({ width: 3, height: 4 });
  });

  it('goes through all optional parts of an SPS', () => {
    expect(parseAvcSps(RECORDS.avcSpsWithAllParts)).toEqual({
      profileIdc: 100,
      constraintFlags: 0,
      levelIdc: 40,
      chromaFormatIdc: 1,
      bitDepth: 8,
      width: 1920,
      height: 1080,
      interlaced: true,
      vui: {
        sampleAspectRatio: { width: 4, height: 3 },
        signal: { fullRange: true, colour: BT709 },
        frameRate: 25,
        fixedFrameRate: true,
        maxReorderedFrames: 2,
      },
    });
  });

  it('keeps the picture when the VUI is cut off', () => {
    const nal = parseAvcConfig(RECORDS.avcC.sheet).sequenceParameterSets[0]!;
    for (let length = 10; length < nal.length; length++) {
      expect(parseAvcSps(nal.subarray(0, length))).toMatchObject({ width: 64, height: 64 });
    }
  });

  it('takes a record without parameter sets, and one without chroma format at its end', () => {
    expect(parseAvcConfig(hex('01 64 00 1f ff e0 00')).sequenceParameterSets).toEqual([]);
    expect(parseAvcConfig(RECORDS.avcC.high.subarray(0, -4)).pictureParameterSets).toHaveLength(1);
  });

  it.each([
    [{ profileIdc: 77, constraintFlags: 0x10, levelIdc: 11 }, '1b'],
    [{ profileIdc: 100, constraintFlags: 0x10, levelIdc: 11 }, '1.1'],
    [{ profileIdc: 100, constraintFlags: 0, levelIdc: 9 }, '1b'],
    [{ profileIdc: 100, constraintFlags: 0, levelIdc: 52 }, '5.2'],
  ])('%o is level %s', (profile, level) => {
    expect(avcLevelName(profile)).toBe(level);
  });
});

describe('H.265 configuration', () => {
  it('reads the record of protocol.md 11.7', () => {
    const config = parseHevcConfig(RECORDS.hvcC.sheet);
    expect(config).toMatchObject({
      profileSpace: 0,
      highTier: false,
      profileIdc: 1,
      compatibilityFlags: 0x60000000,
      levelIdc: 30,
      chromaFormatIdc: 1,
      bitDepth: 8,
      averageFrameRate: undefined,
      nalLengthSizeBytes: 4,
    });
    expect(config.nalArrays.map(({ nalType, nals }) => [nalType, nals[0]?.length])).toEqual([
      [32, 24],
      [33, 41],
      [34, 7],
    ]);
    expect(hevcCodecString(config)).toBe('hvc1.1.6.L30.90');
    expect(parseHevcSps(hevcSpsOf(config)!)).toMatchObject({ width: 64, height: 64, vui: { frameRate: 25 } });
  });

  it.each([
    ['main', 'Main', '2.0', { width: 322, height: 182, bitDepth: 8, chromaFormatIdc: 1 }, 30000 / 1001],
    ['main10', 'Main 10', '2.0', { width: 322, height: 182, bitDepth: 10, chromaFormatIdc: 1 }, 50],
    ['rext444', 'Range Extensions', '1.0', { width: 130, height: 98, bitDepth: 8, chromaFormatIdc: 3 }, 24],
  ] as const)('sees what ffprobe sees in %s', (name, profile, level, picture, frameRate) => {
    const config = parseHevcConfig(RECORDS.hvcC[name]);
    expect(hevcProfileName(config)).toBe(profile);
    expect(hevcLevelName(config)).toBe(level);
    const sps = parseHevcSps(hevcSpsOf(config)!);
    expect(sps).toMatchObject(picture);
    expect(config).toMatchObject({ bitDepth: picture.bitDepth, chromaFormatIdc: picture.chromaFormatIdc });
    expect(sps.vui?.frameRate).toBe(frameRate);
    expect(sps.vui?.sampleAspectRatio).toEqual({ width: 1, height: 1 });
  });

  it('goes through all optional parts of an SPS', () => {
    expect(parseHevcSps(RECORDS.hevcSpsWithAllParts)).toEqual({
      width: 1286,
      height: 731,
      maxReorderedFrames: 2,
      chromaFormatIdc: 2,
      bitDepth: 10,
      vui: {
        sampleAspectRatio: { width: 64, height: 45 },
        signal: {
          fullRange: true,
          colour: { colourPrimaries: 9, transferCharacteristics: 18, matrixCoefficients: 9 },
        },
        fieldSequence: true,
        frameRate: 60000 / 1001,
      },
    });
  });

  it('reads the colours of HDR', () => {
    const sps = parseHevcSps(hevcSpsOf(parseHevcConfig(RECORDS.hvcC.main10))!);
    expect(sps.vui?.signal).toEqual({
      fullRange: false,
      colour: { colourPrimaries: 9, transferCharacteristics: 16, matrixCoefficients: 9 },
    });
  });

  it('writes tier, profile space and constraints into the codec string', () => {
    const profile = {
      profileSpace: 1,
      highTier: true,
      profileIdc: 2,
      compatibilityFlags: 0x20000000,
      constraintFlags: hex('b0 00 23 00 00 00'),
      levelIdc: 120,
    };
    expect(hevcCodecString(profile)).toBe('hvc1.A2.4.H120.B0.0.23');
    expect(hevcLevelName(profile)).toBe('4.0');
  });
});

describe('AV1 configuration', () => {
  it.each([
    ['aom', 'Main', 'av01.0.00M.08', { bitDepth: 8, chromaFormatIdc: 1 }],
    ['aom444', 'High', 'av01.1.00M.10', { bitDepth: 10, chromaFormatIdc: 3 }],
    ['svt', 'Main', 'av01.0.00M.08', { bitDepth: 8, chromaFormatIdc: 1 }],
  ] as const)('sees what ffprobe sees in %s', (name, profile, codecString, picture) => {
    const config = parseAv1Config(RECORDS.av1C[name]);
    expect(config).toMatchObject(picture);
    expect(av1ProfileName(config)).toBe(profile);
    expect(av1LevelName(config)).toBe('2.0');
    expect(av1CodecString(config)).toBe(codecString);
    const header = parseAv1SequenceHeader(findAv1SequenceHeader(config.configObus)!);
    expect(header).toMatchObject({ ...picture, width: 322, height: 182, fullRange: false, monochrome: false });
    expect(av1CodecString(header)).toBe(codecString);
  });

  it.each([
    ['timing', { frameRate: 25, fullRange: true, colour: { ...BT709, transferCharacteristics: 13 } }],
    ['still', { monochrome: true, chromaFormatIdc: 0, fullRange: true, levelIdx: 0 }],
    [
      'hdr',
      {
        bitDepth: 10,
        fullRange: false,
        colour: { colourPrimaries: 9, transferCharacteristics: 16, matrixCoefficients: 9 },
      },
    ],
  ] as const)('reads %s as FFmpeg does', (name, expected) => {
    const config = parseAv1Config(RECORDS.av1CMore[name]);
    const header = parseAv1SequenceHeader(findAv1SequenceHeader(config.configObus)!);
    expect(header).toMatchObject({ ...expected, width: 322, height: 182 });
    expect(config.monochrome).toBe(header.monochrome);
    expect(config.chromaFormatIdc).toBe(header.chromaFormatIdc);
  });

  it('goes through all optional parts of a sequence header', () => {
    expect(parseAv1SequenceHeader(RECORDS.av1SequenceHeaderWithAllParts)).toEqual({
      profile: 2,
      levelIdx: 13,
      highTier: true,
      width: 3840,
      height: 1600,
      bitDepth: 12,
      monochrome: false,
      chromaFormatIdc: 2,
      fullRange: false,
      colour: { colourPrimaries: 9, transferCharacteristics: 16, matrixCoefficients: 9 },
      frameRate: 60000 / 1001,
    });
  });

  it('finds the sequence header at the start of a key frame, behind a temporal delimiter', () => {
    // Cut off within the frame unit behind it, which is not looked at.
    expect(parseAv1SequenceHeader(findAv1SequenceHeader(RECORDS.av1Keyframe)!)).toMatchObject({ width: 322 });
    const delimited = hex(`12 00 ${toHex(RECORDS.av1Keyframe)}`);
    expect(parseAv1SequenceHeader(findAv1SequenceHeader(delimited)!)).toMatchObject({ height: 182 });
  });

  it('takes a record without units, as in protocol.md 9.5', () => {
    const config = parseAv1Config(hex('81 00 0c 00'));
    expect(av1CodecString(config)).toBe('av01.0.00M.08');
    expect(findAv1SequenceHeader(config.configObus)).toBeUndefined();
  });

  it('names levels', () => {
    expect(av1LevelName({ levelIdx: 13 })).toBe('5.1');
    expect(av1LevelName({ levelIdx: 31 })).toBeUndefined();
  });
});

describe('VP9 and VP8', () => {
  it('reads the record with and without the header of its box', () => {
    const whole = parseVpConfig(RECORDS.vpcC.profile0);
    expect(whole).toMatchObject({ profile: 0, level: 11, bitDepth: 8, chromaFormatIdc: 1, fullRange: false });
    expect(parseVpConfig(RECORDS.vpcC.profile0.subarray(4))).toEqual(whole);
    expect(vp9CodecString(whole)).toBe('vp09.00.11.08');
    expect(vp9LevelName(whole)).toBe('1.1');
    expect(parseVpConfig(RECORDS.vpcC.profile3)).toMatchObject({ profile: 3, bitDepth: 10, chromaFormatIdc: 2 });
  });

  it('reads the size from key frames', () => {
    const size = { width: 322, height: 182 };
    expect(parseVp9KeyframeSize(RECORDS.vp9Keyframe.profile0)).toEqual(size);
    expect(parseVp9KeyframeSize(RECORDS.vp9Keyframe.profile3)).toEqual(size);
    expect(parseVp8KeyframeSize(RECORDS.vp8Keyframe)).toEqual(size);
  });

  it('finds no size in other frames', () => {
    expect(parseVp9KeyframeSize(hex('86 00 40'))).toBeUndefined();
    expect(parseVp9KeyframeSize(hex('88'))).toBeUndefined();
    expect(parseVp8KeyframeSize(hex('f1 67 00'))).toBeUndefined();
  });
});

describe('damage', () => {
  it.each([
    ['H.264 version 2', () => parseAvcConfig(hex('02 42 c0 0a ff e0 00'))],
    ['start codes in place of a record', () => parseAvcConfig(hex('00 00 00 01 67 42 c0 0a'))],
    ['a cut off SPS', () => parseAvcConfig(RECORDS.avcC.sheet.subarray(0, 20))],
    ['a PPS for an SPS', () => parseAvcSps(hex('68 cb 83 cb 20'))],
    ['a cropped away picture', () => parseAvcSps(hex('67 42 c0 0a dd f1 3d'))],
    ['H.265 version 2', () => parseHevcConfig(hex('02'))],
    ['a VPS for an SPS', () => parseHevcSps(hex('40 01 0c 01'))],
    ['no AV1 marker', () => parseAv1Config(hex('01 00 0c 00'))],
    ['a forbidden AV1 bit', () => findAv1SequenceHeader(hex('92 00'))],
    ['an AV1 size without end', () => findAv1SequenceHeader(hex('12 ff ff ff ff ff ff ff ff ff'))],
    ['an AV1 unit beyond the end', () => findAv1SequenceHeader(hex('12 05 00'))],
    ['a VP9 frame without marker', () => parseVp9KeyframeSize(hex('42 49 83 42'))],
    ['a VP9 key frame without sync code', () => parseVp9KeyframeSize(hex('82 49 83 43 00 14 10 0b 56'))],
    ['a VP8 key frame without start code', () => parseVp8KeyframeSize(hex('f0 67 00 9d 01 2b 42 01 b6 00'))],
    ['a short VP9 record', () => parseVpConfig(hex('00 0b 82'))],
  ])('%s is told as damaged media', (_name, parse) => {
    const error = errorOf(parse);
    expect(error).toBeInstanceOf(MediaError);
    expect(error).toMatchObject({ code: 'ERR_MEDIA_DAMAGED' });
  });
});
