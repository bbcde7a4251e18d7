import { MediaError } from '../errors.js';

/** No codec here goes beyond; a larger number comes from damage. */
const MAX_PICTURE_SIDE = 65_536;

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` unless both sides are within 1 to 65536 samples. */
export function pictureSize(width: number, height: number): PictureSize {
  if (!(width >= 1 && width <= MAX_PICTURE_SIDE && height >= 1 && height <= MAX_PICTURE_SIDE)) {
    throw new MediaError('ERR_MEDIA_DAMAGED', `a picture of ${width} x ${height} samples is not possible`);
  }
  return { width, height };
}

/** Frames per second, or `undefined` when the numbers make no sense. */
export function frameRateOf(timeScale: number, unitsPerFrame: number): number | undefined {
  const frameRate = timeScale / unitsPerFrame;
  return Number.isFinite(frameRate) && frameRate > 0 ? frameRate : undefined;
}
