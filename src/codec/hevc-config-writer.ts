import { ByteWriter } from '../bytes/writer.js';
import { MediaError } from '../errors.js';
import { parseHevcSps } from './hevc-sps.js';
import { nalPayload } from './nal.js';

/** What an HEVCDecoderConfigurationRecord is made of: NAL units with their header of two bytes, without start code. */
export interface HevcParameterSets {
  readonly video: readonly Uint8Array[];
  readonly sequence: readonly Uint8Array[];
  readonly picture: readonly Uint8Array[];
}

export const HEVC_NAL_VPS = 32;
export const HEVC_NAL_SPS = 33;
export const HEVC_NAL_PPS = 34;

/** Behind the SPS's ids: profile, tier, flags and level, laid out as in the record. */
const PROFILE_SIZE_BYTES = 12;
const PROFILE_OFFSET = 1;
/** Neither told here: the least segment size, the kind of parallel decoding, the frame rate. */
const NO_SEGMENTATION = 0xf000;
const NO_PARALLELISM = 0xfc;
const NO_FRAME_RATE = 0;

/**
 * HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 8.3.3.1) for frames with lengths of four bytes, which may carry parameter
 * sets of their own.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED` without a sequence parameter set, or when the first cannot be read
 */
export function writeHevcConfig(sets: HevcParameterSets): Uint8Array {
  const [first] = sets.sequence;
  if (first === undefined) throw new MediaError('ERR_MEDIA_DAMAGED', 'the H.265 stream has no sequence parameter set');
  const sps = parseHevcSps(first);
  const profile = nalPayload(first, 2).subarray(PROFILE_OFFSET, PROFILE_OFFSET + PROFILE_SIZE_BYTES);
  const layers = (sps.subLayerCount << 3) | (sps.temporalIdNested ? 4 : 0);
  const w = new ByteWriter();
  w.u8(1)
    .bytes(profile)
    .u16(NO_SEGMENTATION)
    .u8(NO_PARALLELISM)
    .u8(0xfc | sps.chromaFormatIdc)
    .u8(0xf8 | (sps.bitDepth - 8))
    .u8(0xf8 | (sps.chromaBitDepth - 8))
    .u16(NO_FRAME_RATE)
    .u8(layers | 3);
  writeArrays(w, [
    [HEVC_NAL_VPS, sets.video],
    [HEVC_NAL_SPS, sets.sequence],
    [HEVC_NAL_PPS, sets.picture],
  ]);
  return w.toBytes();
}

function writeArrays(
  w: ByteWriter,
  arrays: readonly (readonly [nalType: number, nals: readonly Uint8Array[]])[],
): void {
  const present = arrays.filter(([, nals]) => nals.length > 0);
  w.u8(present.length);
  for (const [nalType, nals] of present) {
    w.u8(nalType).u16(nals.length);
    for (const nal of nals) w.u16(nal.length).bytes(nal);
  }
}
