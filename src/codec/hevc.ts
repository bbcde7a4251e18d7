import type { ByteReader } from '../bytes/reader.js';
import { MediaError } from '../errors.js';
import { readRecord } from './record.js';

export interface HevcProfile {
  /** 0, or 1 to 3 for A to C. */
  readonly profileSpace: number;
  readonly highTier: boolean;
  readonly profileIdc: number;
  /** 32 flags, that of profile 0 in the most significant bit. */
  readonly compatibilityFlags: number;
  /** 6 bytes. */
  readonly constraintFlags: Uint8Array;
  /** 30 × level. */
  readonly levelIdc: number;
}

/** HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 8.3.3.1): what a SequenceStart of H.265 carries. */
export interface HevcConfig extends HevcProfile {
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormatIdc: number;
  readonly bitDepth: number;
  /** Frames per second; `undefined` where the record leaves it out, as most do. */
  readonly averageFrameRate?: number | undefined;
  readonly nalLengthSizeBytes: number;
  readonly nalArrays: readonly HevcNalArray[];
}

interface HevcNalArray {
  /** 32 VPS, 33 SPS, 34 PPS, 39 SEI. */
  readonly nalType: number;
  /** NAL units with their header of two bytes; views of the record. */
  readonly nals: readonly Uint8Array[];
}

const CONFIG_VERSION = 1;
const NAL_TYPE_SPS = 33;
/** Far more than the parameter sets that the standard knows; keeps empty units from taking more memory than the record. */
const MAX_NAL_COUNT = 256;

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export function parseHevcConfig(record: Uint8Array): HevcConfig {
  return readRecord('the H.265 configuration', record, (r) => {
    const version = r.u8('version');
    // Version 0 was written by encoders from before the standard was done.
    if (version > CONFIG_VERSION) {
      throw new MediaError('ERR_MEDIA_DAMAGED', `the H.265 configuration has version ${version} instead of 1`);
    }
    const profile = readHevcProfile(r);
    r.skip(3, 'segmentation and parallelism');
    const chromaFormatIdc = r.u8('chroma format') & 0x03;
    const bitDepth = (r.u8('luma bit depth') & 0x07) + 8;
    r.skip(1, 'chroma bit depth');
    const averageFrameRate = r.u16('average frame rate') / 256 || undefined;
    const nalLengthSizeBytes = (r.u8('length size') & 0x03) + 1;
    return { ...profile, chromaFormatIdc, bitDepth, averageFrameRate, nalLengthSizeBytes, nalArrays: readNalArrays(r) };
  });
}

function readHevcProfile(r: ByteReader): HevcProfile {
  const first = r.u8('profile');
  return {
    profileSpace: first >> 6,
    highTier: (first & 0x20) !== 0,
    profileIdc: first & 0x1f,
    compatibilityFlags: r.u32('profile compatibility'),
    constraintFlags: r.bytes(6, 'constraint flags'),
    levelIdc: r.u8('level'),
  };
}

function readNalArrays(r: ByteReader): HevcNalArray[] {
  const arrayCount = r.u8('number of NAL arrays');
  const arrays: HevcNalArray[] = [];
  let totalCount = 0;
  for (let i = 0; i < arrayCount; i++) {
    const nalType = r.u8('NAL type') & 0x3f;
    const nalCount = r.u16('number of NAL units');
    totalCount += nalCount;
    if (totalCount > MAX_NAL_COUNT) {
      throw new MediaError('ERR_MEDIA_DAMAGED', `the H.265 configuration holds more than ${MAX_NAL_COUNT} NAL units`);
    }
    const nals: Uint8Array[] = [];
    for (let j = 0; j < nalCount; j++) nals.push(r.bytes(r.u16('size of NAL unit'), 'NAL unit'));
    arrays.push({ nalType, nals });
  }
  return arrays;
}

/** The first sequence parameter set of a record. */
export function hevcSpsOf(config: HevcConfig): Uint8Array | undefined {
  return config.nalArrays.find(({ nalType, nals }) => nalType === NAL_TYPE_SPS && nals.length > 0)?.nals[0];
}

const PROFILE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'Main'],
  [2, 'Main 10'],
  [3, 'Main Still Picture'],
  [4, 'Range Extensions'],
  [5, 'High Throughput'],
  [6, 'Multiview Main'],
  [7, 'Scalable Main'],
  [8, '3D Main'],
  [9, 'Screen Content'],
  [10, 'Scalable Range Extensions'],
  [11, 'High Throughput Screen Content'],
]);

/** Name of the profile (H.265 A.3), such as `Main 10`; `undefined` for numbers without a name. */
export function hevcProfileName({ profileIdc }: Pick<HevcProfile, 'profileIdc'>): string | undefined {
  return PROFILE_NAMES.get(profileIdc);
}

/** Level (H.265 A.4) such as `3.1`. */
export function hevcLevelName({ levelIdc }: Pick<HevcProfile, 'levelIdc'>): string {
  return (levelIdc / 30).toFixed(1);
}

/** Codec string for web players (ISO/IEC 14496-15 E.3), such as `hvc1.1.6.L30.90`. */
export function hevcCodecString(profile: HevcProfile): string {
  const space = ['', 'A', 'B', 'C'][profile.profileSpace] ?? '';
  const compatibility = reverseBits32(profile.compatibilityFlags).toString(16).toUpperCase();
  const constraints = withoutTrailingZeros(profile.constraintFlags).map((byte) => byte.toString(16).toUpperCase());
  const tier = profile.highTier ? 'H' : 'L';
  return ['hvc1', `${space}${profile.profileIdc}`, compatibility, `${tier}${profile.levelIdc}`, ...constraints].join(
    '.',
  );
}

function reverseBits32(value: number): number {
  let reversed = 0;
  for (let i = 0; i < 32; i++) reversed = reversed * 2 + ((value >>> i) & 1);
  return reversed;
}

function withoutTrailingZeros(bytes: Uint8Array): number[] {
  const list = [...bytes];
  while (list.at(-1) === 0) list.pop();
  return list;
}
