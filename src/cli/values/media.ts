import type { PictureSize } from '../../ffmpeg/encoding.js';
import type { ValueParser } from './value-parser.js';

const LARGEST_SIDE = 16_384;
const FASTEST_FPS = 240;
const LOWEST_BITRATE_BPS = 1_000;
const HIGHEST_BITRATE_BPS = 1_000_000_000;
const BPS_PER_UNIT: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** `640x360`. */
export const pictureSize: ValueParser<PictureSize> = {
  expected: 'a size with even sides such as 640x360',
  parse: (text) => {
    const [, width, height] = /^(\d{1,5})x(\d{1,5})$/i.exec(text) ?? [];
    const size = { width: Number(width), height: Number(height) };
    return Object.values(size).every(isSide) ? size : undefined;
  },
};

export const frameRate: ValueParser<number> = {
  expected: `frames per second up to ${FASTEST_FPS}, such as 25 or 29.97`,
  parse: (text) => {
    const fps = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
    return fps > 0 && fps <= FASTEST_FPS ? fps : undefined;
  },
};

/** `2500k`, `6M` as bit/s; the units are powers of 1000, as for rates everywhere. */
export const bitrate: ValueParser<number> = {
  expected: 'a rate in bit/s such as 800k, 2500k or 6M',
  parse: (text) => {
    const [, number, unit] = /^(\d+(?:\.\d+)?|\.\d+)([kmg]?)(?:bit\/s|bps)?$/i.exec(text) ?? [];
    const bps = Math.round(Number(number) * (BPS_PER_UNIT[unit?.toLowerCase() ?? ''] ?? Number.NaN));
    return bps >= LOWEST_BITRATE_BPS && bps <= HIGHEST_BITRATE_BPS ? bps : undefined;
  },
};

/** The name of an encoder's preset. */
export const preset: ValueParser<string> = {
  expected: 'the name of a preset such as veryfast',
  parse: (text) => (/^[a-z0-9_-]{1,30}$/i.test(text) ? text : undefined),
};

/** One of a few words. */
export function oneOf<Word extends string>(words: readonly Word[]): ValueParser<Word> {
  return {
    expected: `one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word === text.toLowerCase()),
  };
}

function isSide(length: number): boolean {
  return length > 0 && length <= LARGEST_SIDE && length % 2 === 0;
}
