import { MediaError } from '../errors.js';
import { BitReader } from './bit-reader.js';
import { type PictureSize, pictureSize } from './picture-size.js';
import { readRecord } from './record.js';
import type { ColourDescription } from './video-usability.js';

/** VPCodecConfigurationRecord (VP codec in ISOBMFF): what a SequenceStart of VP9 or VP8 carries. */
export interface VpConfig {
  readonly profile: number;
  /** 10 × level; 0 unknown. */
  readonly level: number;
  readonly bitDepth: number;
  /** 1 4:2:0, 2 4:2:2, 3 4:4:4: the numbers of H.264. */
  readonly chromaFormatIdc: number;
  readonly fullRange: boolean;
  readonly colour: ColourDescription;
}

const BOX_HEADER_SIZE_BYTES = 4;
const RECORD_WITH_BOX_HEADER_SIZE_BYTES = 12;

/**
 * Reads the 8 bytes alone as well as with the version and flags of their ISOBMFF box in front, as FFmpeg writes them.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseVpConfig(record: Uint8Array): VpConfig {
  const bytes = hasBoxHeader(record) ? record.subarray(BOX_HEADER_SIZE_BYTES) : record;
  return readRecord('the VP9 configuration', bytes, (r) => {
    const profile = r.u8('profile');
    const level = r.u8('level');
    const depthAndChroma = r.u8('bit depth and chroma');
    const subsampling = (depthAndChroma >> 1) & 0x07;
    return {
      profile,
      level,
      bitDepth: depthAndChroma >> 4,
      chromaFormatIdc: subsampling < 2 ? 1 : Math.min(subsampling, 3),
      fullRange: (depthAndChroma & 1) !== 0,
      colour: {
        colourPrimaries: r.u8('colour primaries'),
        transferCharacteristics: r.u8('transfer characteristics'),
        matrixCoefficients: r.u8('matrix coefficients'),
      },
    };
  });
}

function hasBoxHeader(record: Uint8Array): boolean {
  return (
    record.length >= RECORD_WITH_BOX_HEADER_SIZE_BYTES &&
    record[0] === 1 &&
    record[1] === 0 &&
    record[2] === 0 &&
    record[3] === 0
  );
}

/** Level such as `3.1`; `undefined` when the record leaves it open. */
export function vp9LevelName({ level }: Pick<VpConfig, 'level'>): string | undefined {
  return level === 0 ? undefined : (level / 10).toFixed(1);
}

/** Codec string for web players (VP codec in ISOBMFF), such as `vp09.00.31.08`. */
export function vp9CodecString({ profile, level, bitDepth }: Pick<VpConfig, 'profile' | 'level' | 'bitDepth'>): string {
  return `vp09.${[profile, level, bitDepth].map((value) => value.toString().padStart(2, '0')).join('.')}`;
}

const FRAME_MARKER = 2;
const SYNC_CODE = 0x498342;
const COLOUR_SPACE_RGB = 7;

/** What the uncompressed header of a VP9 key frame tells (VP9 6.2). */
export interface Vp9KeyframeHeader extends PictureSize {
  readonly profile: number;
  readonly bitDepth: number;
  /** 1 4:2:0, 2 4:2:2, 3 4:4:4 or 4:4:0: the numbers of H.264, as far as they go. */
  readonly chromaFormatIdc: number;
  readonly fullRange: boolean;
  /** color_space (VP9 7.2.2). */
  readonly colourSpace: number;
}

/**
 * Size of the picture from a VP9 key frame; `undefined` for other frames.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseVp9KeyframeSize(frame: Uint8Array): PictureSize | undefined {
  const header = parseVp9KeyframeHeader(frame);
  return header === undefined ? undefined : { width: header.width, height: header.height };
}

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export function parseVp9KeyframeHeader(frame: Uint8Array): Vp9KeyframeHeader | undefined {
  const r = new BitReader(frame);
  if (r.bits(2, 'frame marker') !== FRAME_MARKER) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'a VP9 frame does not begin with its marker');
  }
  const profile = r.bits(1, 'profile') + 2 * r.bits(1, 'profile');
  if (profile === 3) r.skip(1, 'reserved profile bit');
  if (r.flag('show existing frame') || r.flag('not a key frame')) return undefined;
  r.skip(2, 'shown and error resilient');
  if (r.bits(24, 'sync code') !== SYNC_CODE) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'a VP9 key frame lacks its sync code');
  }
  const colour = readColour(r, profile);
  const width = r.bits(16, 'width') + 1;
  return { profile, ...colour, ...pictureSize(width, r.bits(16, 'height') + 1) };
}

type Colour = Pick<Vp9KeyframeHeader, 'bitDepth' | 'chromaFormatIdc' | 'fullRange' | 'colourSpace'>;

/** color_config (VP9 6.2.2). */
function readColour(r: BitReader, profile: number): Colour {
  const bitDepth = readBitDepth(r, profile);
  const hasFreeSubsampling = profile === 1 || profile === 3;
  const colourSpace = r.bits(3, 'colour space');
  if (colourSpace === COLOUR_SPACE_RGB) {
    if (hasFreeSubsampling) r.skip(1, 'reserved');
    return { bitDepth, chromaFormatIdc: 3, fullRange: true, colourSpace };
  }
  const fullRange = r.flag('full range');
  const chromaFormatIdc = hasFreeSubsampling ? readChromaFormat(r) : 1;
  return { bitDepth, chromaFormatIdc, fullRange, colourSpace };
}

function readBitDepth(r: BitReader, profile: number): number {
  if (profile < 2) return 8;
  return r.flag('twelve bit') ? 12 : 10;
}

function readChromaFormat(r: BitReader): number {
  const subsamplingX = r.flag('subsampling x');
  const subsamplingY = r.flag('subsampling y');
  r.skip(1, 'reserved');
  if (!subsamplingX) return 3;
  return subsamplingY ? 1 : 2;
}
