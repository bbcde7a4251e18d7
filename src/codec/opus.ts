import { ByteWriter } from '../bytes/writer.js';
import { MediaError } from '../errors.js';
import { readRecord } from './record.js';

/** Opus identification header (RFC 7845 5.1): what a SequenceStart of Opus carries, when it carries something. */
export interface OpusHead {
  readonly channels: number;
  /** Samples at 48 kHz that a decoder drops at the start. */
  readonly preSkipSamples: number;
  /** Of the material before encoding; decoders give 48 kHz whatever it says. 0: unknown. */
  readonly inputSampleRateHz: number;
  readonly outputGainDb: number;
  /** 0: mono or stereo in one stream. */
  readonly mappingFamily: number;
  readonly streamCount: number;
  readonly coupledCount: number;
}

/** Opus is always decoded at this rate. */
export const OPUS_SAMPLE_RATE_HZ = 48_000;

const MAGIC = 'OpusHead';

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export function parseOpusHead(record: Uint8Array): OpusHead {
  return readRecord('the Opus header', record, (r) => {
    if (r.utf8(MAGIC.length, 'magic') !== MAGIC) {
      throw new MediaError('ERR_MEDIA_DAMAGED', 'the Opus header does not begin with OpusHead');
    }
    // Versions up to 15 are compatible by rule (RFC 7845 5.1).
    const version = r.u8('version');
    if (version > 15) throw new MediaError('ERR_MEDIA_DAMAGED', `the Opus header has version ${version}`);
    const channels = r.u8('channels');
    if (channels === 0) throw new MediaError('ERR_MEDIA_DAMAGED', 'the Opus header tells of no channel');
    const preSkipSamples = r.u16LittleEndian('pre-skip');
    const inputSampleRateHz = r.u32LittleEndian('input sample rate');
    const outputGainDb = ((r.u16LittleEndian('output gain') << 16) >> 16) / 256;
    const mappingFamily = r.u8('mapping family');
    const hasTable = mappingFamily !== 0;
    const streamCount = hasTable ? r.u8('streams') : 1;
    const coupledCount = hasTable ? r.u8('coupled streams') : channels - 1;
    return { channels, preSkipSamples, inputSampleRateHz, outputGainDb, mappingFamily, streamCount, coupledCount };
  });
}

const VERSION = 1;
/** What encoders have at 48 kHz; it only says what is not to be played at the start. */
const USUAL_PRE_SKIP_SAMPLES = 312;

/** Identification header for mono or stereo (RFC 7845 5.1), where a container has none. */
export function writeOpusHead(channels: 1 | 2, inputSampleRateHz: number): Uint8Array {
  return new ByteWriter(19)
    .utf8(MAGIC)
    .u8(VERSION)
    .u8(channels)
    .u16LittleEndian(USUAL_PRE_SKIP_SAMPLES)
    .u32LittleEndian(inputSampleRateHz)
    .u16LittleEndian(0)
    .u8(0)
    .toBytes();
}
