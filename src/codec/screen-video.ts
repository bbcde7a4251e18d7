import { BitReader } from './bit-reader.js';
import { type PictureSize, pictureSize } from './picture-size.js';

/**
 * Size of the picture, which every frame of screen video tells, of either version (FLV E.4.3.3).
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseScreenVideoSize(frame: Uint8Array): PictureSize {
  const r = new BitReader(frame);
  r.skip(4, 'block width');
  const width = r.bits(12, 'width');
  r.skip(4, 'block height');
  return pictureSize(width, r.bits(12, 'height'));
}
