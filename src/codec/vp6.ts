import { type PictureSize, pictureSize } from './picture-size.js';
import { readRecord } from './record.js';

const MACROBLOCK_SIDE = 16;
const INTER_FRAME = 0x80;
const SEPARATED_COEFFICIENTS = 0x01;
const FILTER_HEADER = 0x06;

/**
 * Size of the picture from a VP6 key frame, in whole macroblocks: what is to be cut off stands in front of the frame.
 * `undefined` for other frames.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseVp6KeyframeSize(frame: Uint8Array): PictureSize | undefined {
  return readRecord('a VP6 frame', frame, (r) => {
    const first = r.u8('frame header');
    if ((first & INTER_FRAME) !== 0) return undefined;
    const version = r.u8('version');
    const hasOffset = (first & SEPARATED_COEFFICIENTS) !== 0 || (version & FILTER_HEADER) === 0;
    if (hasOffset) r.skip(2, 'offset of coefficients');
    const rows = r.u8('rows');
    return pictureSize(MACROBLOCK_SIDE * r.u8('columns'), MACROBLOCK_SIDE * rows);
  });
}
