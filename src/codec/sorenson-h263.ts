import { MediaError } from '../errors.js';
import { BitReader } from './bit-reader.js';
import { type PictureSize, pictureSize } from './picture-size.js';

const START_CODE = 1;

const CUSTOM_8_BITS = 0;
const CUSTOM_16_BITS = 1;
/** By PictureSize, from 2 on. */
const FIXED_SIZES: readonly (readonly [width: number, height: number])[] = [
  [352, 288],
  [176, 144],
  [128, 96],
  [320, 240],
  [160, 120],
];

/**
 * Size of the picture, which every frame of Sorenson's H.263 tells (FLV E.4.3.2).
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseSorensonPictureSize(frame: Uint8Array): PictureSize {
  const r = new BitReader(frame);
  if (r.bits(17, 'start code') !== START_CODE) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'a frame of Sorenson H.263 does not begin with its start code');
  }
  r.skip(5 + 8, 'version and temporal reference');
  const size = r.bits(3, 'picture size');
  if (size === CUSTOM_8_BITS || size === CUSTOM_16_BITS) {
    const bits = size === CUSTOM_8_BITS ? 8 : 16;
    const width = r.bits(bits, 'width');
    return pictureSize(width, r.bits(bits, 'height'));
  }
  const fixed = FIXED_SIZES[size - 2];
  if (fixed === undefined) throw new MediaError('ERR_MEDIA_DAMAGED', 'a frame of Sorenson H.263 has a reserved size');
  return pictureSize(...fixed);
}
