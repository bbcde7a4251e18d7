import { MediaError } from '../errors.js';
import { BitReader } from './bit-reader.js';

/** STREAMINFO (RFC 9639 8.2): what a SequenceStart of FLAC carries. */
export interface FlacStreamInfo {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly sampleSizeBits: number;
  readonly minBlockSamples: number;
  readonly maxBlockSamples: number;
  /** 0: unknown, as in live streams. */
  readonly totalSamples: number;
}

/** `fLaC` and the header of the STREAMINFO block. */
const STREAM_START_SIZE_BYTES = 8;
const MAGIC = [0x66, 0x4c, 0x61, 0x43];
const BLOCK_TYPE_STREAMINFO = 0;

/**
 * Reads the start of a FLAC file, as E-RTMP wants it, as well as the bare block, as FFmpeg writes it.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseFlacConfig(record: Uint8Array): FlacStreamInfo {
  const hasStreamStart = MAGIC.every((byte, i) => record[i] === byte);
  if (hasStreamStart && ((record[4] ?? 0) & 0x7f) !== BLOCK_TYPE_STREAMINFO) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'the FLAC configuration does not begin with STREAMINFO');
  }
  const r = new BitReader(hasStreamStart ? record.subarray(STREAM_START_SIZE_BYTES) : record);
  const minBlockSamples = r.bits(16, 'smallest block');
  const maxBlockSamples = r.bits(16, 'largest block');
  r.skip(24 + 24, 'frame sizes');
  const sampleRateHz = r.bits(20, 'sample rate');
  if (sampleRateHz === 0) throw new MediaError('ERR_MEDIA_DAMAGED', 'the FLAC configuration has sample rate 0');
  const channels = r.bits(3, 'channels') + 1;
  const sampleSizeBits = r.bits(5, 'sample size') + 1;
  const totalSamples = r.bits(4, 'total samples') * 2 ** 32 + r.bits(32, 'total samples');
  r.skip(128, 'checksum');
  return { sampleRateHz, channels, sampleSizeBits, minBlockSamples, maxBlockSamples, totalSamples };
}
