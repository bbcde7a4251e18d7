import type { PictureSize } from '../codec/picture-size.js';
import { parseScreenVideoSize } from '../codec/screen-video.js';
import { parseSorensonPictureSize } from '../codec/sorenson-h263.js';
import { parseVp6KeyframeSize } from '../codec/vp6.js';
import { parseVp8KeyframeSize } from '../codec/vp8.js';
import { parseVp9KeyframeSize } from '../codec/vp9.js';
import type { VideoPacketHeader } from './video-tag.js';

/** The codec id of Sorenson's H.263; the real one has no size that is as easy to find. */
const SORENSON = 2;

/**
 * Size of the picture where key frames tell it and a configuration does not; `undefined` for other codecs.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function keyframeSize(
  { codec, codecId, croppedPixels }: Pick<VideoPacketHeader, 'codec' | 'codecId' | 'croppedPixels'>,
  frame: Uint8Array,
): PictureSize | undefined {
  switch (codec) {
    case 'vp9':
      return parseVp9KeyframeSize(frame);
    case 'vp8':
      return parseVp8KeyframeSize(frame);
    case 'h263':
      return codecId === SORENSON ? parseSorensonPictureSize(frame) : undefined;
    case 'screen':
    case 'screen2':
      return parseScreenVideoSize(frame);
    case 'vp6':
    case 'vp6a':
      return cropped(parseVp6KeyframeSize(frame), croppedPixels);
    default:
      return undefined;
  }
}

function cropped(coded: PictureSize | undefined, { width, height }: PictureSize): PictureSize | undefined {
  return coded === undefined ? undefined : { width: coded.width - width, height: coded.height - height };
}
