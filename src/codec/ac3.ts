import { MediaError } from '../errors.js';
import { BitReader } from './bit-reader.js';

/** Start of an AC-3 or E-AC-3 frame (ATSC A/52 5.3, E.1.2). These codecs have no configuration record. */
export interface Ac3FrameHeader {
  readonly codec: 'ac3' | 'eac3';
  readonly sampleRateHz: number;
  /** With the low frequency channel. */
  readonly channels: number;
  readonly lowFrequencyChannel: boolean;
}

const SYNC_WORD = 0x0b77;
const BSID_BIT_OFFSET = 40;
/** The largest bitstream id of AC-3; beyond it is E-AC-3. */
const MAX_AC3_BSID = 10;
const MAX_EAC3_BSID = 16;
/** AC-3 at a half and a quarter of its rates has the ids 9 and 10. */
const FULL_RATE_BSID = 8;

const SAMPLE_RATES_HZ = [48000, 44100, 32000] as const;
const HALF_SAMPLE_RATES_HZ = [24000, 22050, 16000] as const;
const CHANNELS_OF_MODE = [2, 1, 2, 3, 3, 4, 4, 5] as const;
const MODE_STEREO = 2;

/**
 * @param frame begins with the sync word; 8 bytes are enough.
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseAc3FrameHeader(frame: Uint8Array): Ac3FrameHeader {
  const bsidReader = new BitReader(frame);
  if (bsidReader.bits(16, 'sync word') !== SYNC_WORD) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'an AC-3 frame does not begin with its sync word');
  }
  bsidReader.skip(BSID_BIT_OFFSET - 16, 'frame size');
  const bsid = bsidReader.bits(5, 'bitstream id');
  if (bsid > MAX_EAC3_BSID) throw new MediaError('ERR_MEDIA_DAMAGED', `AC-3 bitstream id ${bsid} is outside 0..16`);
  const r = new BitReader(frame);
  return bsid <= MAX_AC3_BSID ? readAc3(r, bsid) : readEac3(r);
}

function readAc3(r: BitReader, bsid: number): Ac3FrameHeader {
  r.skip(16 + 16, 'sync word and checksum');
  const fullRateHz = sampleRateAt(SAMPLE_RATES_HZ, r.bits(2, 'sample rate'));
  r.skip(6 + 5 + 3, 'frame size, bitstream id and mode');
  const mode = r.bits(3, 'channel mode');
  const hasCentre = (mode & 1) !== 0 && mode !== 1;
  const hasSurround = (mode & 4) !== 0;
  if (hasCentre) r.skip(2, 'centre mix level');
  if (hasSurround) r.skip(2, 'surround mix level');
  if (mode === MODE_STEREO) r.skip(2, 'surround mode');
  const sampleRateHz = fullRateHz >> Math.max(bsid - FULL_RATE_BSID, 0);
  return describe('ac3', sampleRateHz, mode, r.flag('low frequency channel'));
}

function readEac3(r: BitReader): Ac3FrameHeader {
  r.skip(16 + 2 + 3 + 11, 'sync word, stream type and frame size');
  const rateIndex = r.bits(2, 'sample rate');
  const halfRateIndexOrBlocks = r.bits(2, 'half sample rate or blocks');
  const sampleRateHz =
    rateIndex < SAMPLE_RATES_HZ.length
      ? sampleRateAt(SAMPLE_RATES_HZ, rateIndex)
      : sampleRateAt(HALF_SAMPLE_RATES_HZ, halfRateIndexOrBlocks);
  const mode = r.bits(3, 'channel mode');
  return describe('eac3', sampleRateHz, mode, r.flag('low frequency channel'));
}

function sampleRateAt(ratesHz: readonly number[], index: number): number {
  const rateHz = ratesHz[index];
  if (rateHz === undefined) throw new MediaError('ERR_MEDIA_DAMAGED', 'an AC-3 frame has a reserved sample rate');
  return rateHz;
}

function describe(
  codec: 'ac3' | 'eac3',
  sampleRateHz: number,
  mode: number,
  lowFrequencyChannel: boolean,
): Ac3FrameHeader {
  const channels = (CHANNELS_OF_MODE[mode] ?? 0) + (lowFrequencyChannel ? 1 : 0);
  return { codec, sampleRateHz, channels, lowFrequencyChannel };
}
