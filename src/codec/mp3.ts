import { MediaError } from '../errors.js';
import { BitReader } from './bit-reader.js';

/** Header of an MPEG audio layer III frame (ISO/IEC 11172-3 2.4.1.3, and MPEG-2 and 2.5 for low rates). */
export interface Mp3FrameHeader {
  readonly version: '1' | '2' | '2.5';
  readonly sampleRateHz: number;
  readonly channels: number;
  /** `undefined` for free format. */
  readonly bitrateBps: number | undefined;
  /** With header; `undefined` for free format. */
  readonly frameSizeBytes: number | undefined;
  readonly frameLengthSamples: number;
}

const SYNC = 0x7ff;
const LAYER_III = 1;
const MODE_MONO = 3;
const BAD_BITRATE_INDEX = 15;

const VERSION_OF_BITS = ['2.5', undefined, '2', '1'] as const;
const SAMPLE_RATES_HZ = {
  '1': [44100, 48000, 32000],
  '2': [22050, 24000, 16000],
  '2.5': [11025, 12000, 8000],
} as const;
const BITRATES_KBPS_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320] as const;
const BITRATES_KBPS_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160] as const;

/**
 * @param frame begins with the sync word; the 4 bytes of the header are enough.
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`, `ERR_MEDIA_UNSUPPORTED` for layers I and II
 */
export function parseMp3FrameHeader(frame: Uint8Array): Mp3FrameHeader {
  const r = new BitReader(frame);
  if (r.bits(11, 'sync word') !== SYNC) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'an MP3 frame does not begin with its sync word');
  }
  const version = VERSION_OF_BITS[r.bits(2, 'version')];
  const layer = r.bits(2, 'layer');
  r.skip(1, 'no checksum');
  const bitrateIndex = r.bits(4, 'bitrate');
  const rateIndex = r.bits(2, 'sample rate');
  const padding = r.bits(1, 'padding');
  r.skip(1, 'private');
  const channels = r.bits(2, 'mode') === MODE_MONO ? 1 : 2;
  const sampleRateHz = version === undefined ? undefined : SAMPLE_RATES_HZ[version][rateIndex];
  if (version === undefined || layer === 0 || sampleRateHz === undefined || bitrateIndex === BAD_BITRATE_INDEX) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'an MP3 frame header holds a reserved value');
  }
  if (layer !== LAYER_III) {
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', `MPEG audio of layer ${4 - layer} is not MP3`);
  }
  const frameLengthSamples = version === '1' ? 1152 : 576;
  const bitrateBps = 1000 * ((version === '1' ? BITRATES_KBPS_1 : BITRATES_KBPS_2)[bitrateIndex] ?? 0) || undefined;
  const frameSizeBytes =
    bitrateBps === undefined ? undefined : Math.floor(((frameLengthSamples / 8) * bitrateBps) / sampleRateHz) + padding;
  return { version, sampleRateHz, channels, bitrateBps, frameSizeBytes, frameLengthSamples };
}
