import type { BitReader } from './bit-reader.js';

/** Code points of ITU-T H.273, as the bitstream has them. */
export interface ColourDescription {
  readonly colourPrimaries: number;
  readonly transferCharacteristics: number;
  readonly matrixCoefficients: number;
}

export interface VideoSignal {
  readonly fullRange: boolean;
  readonly colour?: ColourDescription | undefined;
}

/** Width of a sample in relation to its height: `{ width: 4, height: 3 }`. */
export interface SampleAspectRatio {
  readonly width: number;
  readonly height: number;
}

/** The first fields of the video usability information, which H.264 (E.1.1) and H.265 (E.2.1) share. */
export interface VideoUsabilityStart {
  readonly sampleAspectRatio?: SampleAspectRatio | undefined;
  readonly signal?: VideoSignal | undefined;
}

const EXTENDED_ASPECT_RATIO = 255;

/** Table E-1 by aspect_ratio_idc. */
const ASPECT_RATIOS: readonly (readonly [width: number, height: number] | undefined)[] = [
  undefined,
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
];

export function readVideoUsabilityStart(r: BitReader): VideoUsabilityStart {
  const sampleAspectRatio = r.flag('aspect ratio present') ? readSampleAspectRatio(r) : undefined;
  if (r.flag('overscan info present')) r.skip(1, 'overscan appropriate');
  const signal = r.flag('video signal present') ? readVideoSignal(r) : undefined;
  if (r.flag('chroma location present')) {
    r.unsignedGolomb('chroma location of the top field');
    r.unsignedGolomb('chroma location of the bottom field');
  }
  return { sampleAspectRatio, signal };
}

function readSampleAspectRatio(r: BitReader): SampleAspectRatio | undefined {
  const idc = r.bits(8, 'aspect ratio');
  if (idc === EXTENDED_ASPECT_RATIO) {
    const width = r.bits(16, 'sample width');
    const height = r.bits(16, 'sample height');
    return width > 0 && height > 0 ? { width, height } : undefined;
  }
  const ratio = ASPECT_RATIOS[idc];
  return ratio === undefined ? undefined : { width: ratio[0], height: ratio[1] };
}

function readVideoSignal(r: BitReader): VideoSignal {
  r.skip(3, 'video format');
  const fullRange = r.flag('full range');
  return { fullRange, colour: r.flag('colour description present') ? readColourDescription(r) : undefined };
}

export function readColourDescription(r: BitReader): ColourDescription {
  return {
    colourPrimaries: r.bits(8, 'colour primaries'),
    transferCharacteristics: r.bits(8, 'transfer characteristics'),
    matrixCoefficients: r.bits(8, 'matrix coefficients'),
  };
}
