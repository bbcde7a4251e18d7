import { ByteWriter } from '../bytes/writer.js';
import { MediaError } from '../errors.js';
import { hasAvcSampling, parseAvcSps } from './avc-sps.js';

const MAX_SPS_COUNT = 31;
const MAX_PPS_COUNT = 255;
const LENGTH_OF_FOUR_BYTES = 0xff;

/** What an AVCDecoderConfigurationRecord is made of: NAL units with their header byte, without start code. */
export interface AvcParameterSets {
  readonly sequence: readonly Uint8Array[];
  readonly picture: readonly Uint8Array[];
}

/**
 * AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1) for frames with lengths of four bytes.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED` without a sequence parameter set, or when the first cannot be read
 */
export function writeAvcConfig({ sequence, picture }: AvcParameterSets): Uint8Array {
  const [first] = sequence;
  if (first === undefined) throw new MediaError('ERR_MEDIA_DAMAGED', 'the H.264 stream has no sequence parameter set');
  const { profileIdc, constraintFlags, levelIdc, chromaFormatIdc, bitDepth, chromaBitDepth } = parseAvcSps(first);
  const w = new ByteWriter();
  w.u8(1).u8(profileIdc).u8(constraintFlags).u8(levelIdc).u8(LENGTH_OF_FOUR_BYTES);
  const sequenceSets = sequence.slice(0, MAX_SPS_COUNT);
  const pictureSets = picture.slice(0, MAX_PPS_COUNT);
  writeNals(w.u8(0xe0 | sequenceSets.length), sequenceSets);
  writeNals(w.u8(pictureSets.length), pictureSets);
  if (hasAvcSampling(profileIdc)) {
    w.u8(0xfc | chromaFormatIdc)
      .u8(0xf8 | (bitDepth - 8))
      .u8(0xf8 | (chromaBitDepth - 8))
      .u8(0);
  }
  return w.toBytes();
}

function writeNals(w: ByteWriter, nals: readonly Uint8Array[]): void {
  for (const nal of nals) w.u16(nal.length).bytes(nal);
}
