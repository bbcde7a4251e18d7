import { MediaError } from '../errors.js';
import { type PictureSize, pictureSize } from './picture-size.js';
import { readRecord } from './record.js';

const START_CODE = 0x9d012a;
/** The two bits above are a scaling hint. */
const SIDE_MASK = 0x3fff;

/**
 * Size of the picture from a VP8 key frame (RFC 6386 9.1); `undefined` for other frames.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseVp8KeyframeSize(frame: Uint8Array): PictureSize | undefined {
  return readRecord('a VP8 frame', frame, (r) => {
    const isKeyframe = (r.u8('frame tag') & 1) === 0;
    if (!isKeyframe) return undefined;
    r.skip(2, 'frame tag');
    if (r.u24('start code') !== START_CODE) {
      throw new MediaError('ERR_MEDIA_DAMAGED', 'a VP8 key frame lacks its start code');
    }
    const width = r.u16LittleEndian('width') & SIDE_MASK;
    return pictureSize(width, r.u16LittleEndian('height') & SIDE_MASK);
  });
}
