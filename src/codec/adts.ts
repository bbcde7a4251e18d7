import { MediaError } from '../errors.js';
import { BitReader } from './bit-reader.js';

/** Header of an ADTS frame (ISO/IEC 14496-3 1.A.2.2), in which files and transport streams carry AAC. */
export interface AdtsHeader {
  /** 2 is LC. */
  readonly objectType: number;
  readonly sampleRateIndex: number;
  readonly channelConfiguration: number;
  /** Of the header itself: 7, or 9 with checksum. */
  readonly headerSizeBytes: number;
  /** With header. */
  readonly frameSizeBytes: number;
}

const SYNC = 0xfff;

/** Whether a packet may have an ADTS header: raw AAC never begins with these twelve bits. */
export function hasAdtsHeader(packet: Uint8Array): boolean {
  return packet[0] === 0xff && ((packet[1] ?? 0) & 0xf6) === 0xf0;
}

/** @throws {MediaError} `ERR_MEDIA_DAMAGED`; `ERR_MEDIA_UNSUPPORTED` for several blocks in one frame */
export function parseAdtsHeader(frame: Uint8Array): AdtsHeader {
  const r = new BitReader(frame);
  if (r.bits(12, 'sync word') !== SYNC) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'an ADTS frame does not begin with its sync word');
  }
  r.skip(1 + 2, 'version and layer');
  const hasChecksum = !r.flag('no checksum');
  const objectType = r.bits(2, 'profile') + 1;
  const sampleRateIndex = r.bits(4, 'sample rate');
  r.skip(1, 'private');
  const channelConfiguration = r.bits(3, 'channel configuration');
  r.skip(4, 'copyright');
  const frameSizeBytes = r.bits(13, 'frame size');
  r.skip(11, 'fullness');
  if (r.bits(2, 'blocks') > 0) {
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', 'an ADTS frame holds several blocks of AAC');
  }
  return { objectType, sampleRateIndex, channelConfiguration, headerSizeBytes: hasChecksum ? 9 : 7, frameSizeBytes };
}

/** What a short AudioSpecificConfig tells. */
export type AacConfigFields = Pick<AdtsHeader, 'objectType' | 'sampleRateIndex' | 'channelConfiguration'>;

/** AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) of two bytes. */
export function writeAacConfig({ objectType, sampleRateIndex, channelConfiguration }: AacConfigFields): Uint8Array {
  const bits = (objectType << 11) | (sampleRateIndex << 7) | (channelConfiguration << 3);
  return Uint8Array.of(bits >> 8, bits & 0xff);
}
