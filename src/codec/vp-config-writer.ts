import { ByteWriter } from '../bytes/writer.js';
import type { ColourDescription } from './video-usability.js';
import type { VpConfig } from './vp9.js';

const BOX_VERSION_AND_FLAGS = 0x01000000;
const NO_INITIALIZATION_DATA = 0;

/**
 * VPCodecConfigurationRecord (VP codec in ISOBMFF) with the version and flags of its box in front, which FFmpeg writes and the
 * E-RTMP reference parser reads: 12 bytes.
 */
export function writeVpConfig(config: VpConfig): Uint8Array {
  const { profile, level, bitDepth, chromaFormatIdc, fullRange, colour } = config;
  return new ByteWriter(12)
    .u32(BOX_VERSION_AND_FLAGS)
    .u8(profile)
    .u8(level)
    .u8((bitDepth << 4) | (chromaFormatIdc << 1) | (fullRange ? 1 : 0))
    .u8(colour.colourPrimaries)
    .u8(colour.transferCharacteristics)
    .u8(colour.matrixCoefficients)
    .u16(NO_INITIALIZATION_DATA)
    .toBytes();
}

const UNSPECIFIED: ColourDescription = { colourPrimaries: 2, transferCharacteristics: 2, matrixCoefficients: 2 };

/** By color_space of a VP9 frame (VP9 7.2.2), in code points of ITU-T H.273. */
const COLOUR_OF_SPACE: readonly ColourDescription[] = [
  UNSPECIFIED,
  { colourPrimaries: 5, transferCharacteristics: 6, matrixCoefficients: 5 },
  { colourPrimaries: 1, transferCharacteristics: 1, matrixCoefficients: 1 },
  { colourPrimaries: 6, transferCharacteristics: 6, matrixCoefficients: 6 },
  { colourPrimaries: 7, transferCharacteristics: 7, matrixCoefficients: 7 },
  { colourPrimaries: 9, transferCharacteristics: 14, matrixCoefficients: 9 },
  UNSPECIFIED,
  { colourPrimaries: 1, transferCharacteristics: 13, matrixCoefficients: 0 },
];

export function vp9Colour(colourSpace: number): ColourDescription {
  return COLOUR_OF_SPACE[colourSpace] ?? UNSPECIFIED;
}

/** The largest picture of each level (VP9 levels, annex A), in luma samples. The rate is not known here. */
const LEVELS: readonly (readonly [maxPictureSamples: number, level: number])[] = [
  [36_864, 10],
  [73_728, 11],
  [122_880, 20],
  [245_760, 21],
  [552_960, 30],
  [983_040, 31],
  [2_228_224, 40],
  [8_912_896, 50],
  [35_651_584, 60],
];

/** The lowest level, ten times, that allows pictures of this size; 0, unknown, beyond all. */
export function vp9LevelOf(width: number, height: number): number {
  return LEVELS.find(([maxPictureSamples]) => width * height <= maxPictureSamples)?.[1] ?? 0;
}
