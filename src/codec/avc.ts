import type { ByteReader } from '../bytes/reader.js';
import { MediaError } from '../errors.js';
import { readRecord } from './record.js';

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1): what a SequenceStart of H.264 carries. */
export interface AvcConfig {
  readonly profileIdc: number;
  readonly constraintFlags: number;
  readonly levelIdc: number;
  /** Size of the length in front of each NAL unit. */
  readonly nalLengthSizeBytes: number;
  /** NAL units with their header byte; views of the record. */
  readonly sequenceParameterSets: readonly Uint8Array[];
  readonly pictureParameterSets: readonly Uint8Array[];
}

const CONFIG_VERSION = 1;

/**
 * The chroma format and bit depths at the end, which are often missing, are left to the SPS.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseAvcConfig(record: Uint8Array): AvcConfig {
  return readRecord('the H.264 configuration', record, (r) => {
    const version = r.u8('version');
    if (version !== CONFIG_VERSION) {
      throw new MediaError('ERR_MEDIA_DAMAGED', `the H.264 configuration has version ${version} instead of 1`);
    }
    return {
      profileIdc: r.u8('profile'),
      constraintFlags: r.u8('profile compatibility'),
      levelIdc: r.u8('level'),
      nalLengthSizeBytes: (r.u8('length size') & 0x03) + 1,
      sequenceParameterSets: readNals(r, r.u8('number of SPS') & 0x1f, 'SPS'),
      pictureParameterSets: readNals(r, r.u8('number of PPS'), 'PPS'),
    };
  });
}

function readNals(r: ByteReader, count: number, name: string): Uint8Array[] {
  const nals: Uint8Array[] = [];
  for (let i = 0; i < count; i++) nals.push(r.bytes(r.u16(`size of ${name}`), name));
  return nals;
}

type AvcProfile = Pick<AvcConfig, 'profileIdc' | 'constraintFlags' | 'levelIdc'>;

const PROFILE_NAMES: ReadonlyMap<number, string> = new Map([
  [44, 'CAVLC 4:4:4 Intra'],
  [66, 'Baseline'],
  [77, 'Main'],
  [83, 'Scalable Baseline'],
  [86, 'Scalable High'],
  [88, 'Extended'],
  [100, 'High'],
  [110, 'High 10'],
  [118, 'Multiview High'],
  [122, 'High 4:2:2'],
  [128, 'Stereo High'],
  [244, 'High 4:4:4 Predictive'],
]);

const BASELINE = 66;
/** High 10, High 4:2:2, High 4:4:4: with only key pictures they are profiles of their own (H.264 A.2.8 to A.2.10). */
const INTRA_PROFILES: ReadonlySet<number> = new Set([110, 122, 244]);
const CONSTRAINT_SET_1 = 0x40;
const CONSTRAINT_SET_3 = 0x10;

/** Name of the profile (H.264 A.2), such as `High`; `undefined` for numbers without a name. */
export function avcProfileName({ profileIdc, constraintFlags }: AvcProfile): string | undefined {
  if (profileIdc === BASELINE && (constraintFlags & CONSTRAINT_SET_1) !== 0) return 'Constrained Baseline';
  const name = PROFILE_NAMES.get(profileIdc);
  const isIntra = INTRA_PROFILES.has(profileIdc) && (constraintFlags & CONSTRAINT_SET_3) !== 0;
  return isIntra ? `${name?.replace(' Predictive', '')} Intra` : name;
}

/** Level (H.264 A.3) such as `3.1` or `1b`. */
export function avcLevelName({ profileIdc, constraintFlags, levelIdc }: AvcProfile): string {
  const hasOldProfile = profileIdc === 66 || profileIdc === 77 || profileIdc === 88;
  const is1b = hasOldProfile ? levelIdc === 11 && (constraintFlags & CONSTRAINT_SET_3) !== 0 : levelIdc === 9;
  return is1b ? '1b' : (levelIdc / 10).toFixed(1);
}

/** Codec string for web players (RFC 6381), such as `avc1.42c00a`. */
export function avcCodecString({ profileIdc, constraintFlags, levelIdc }: AvcProfile): string {
  return `avc1.${[profileIdc, constraintFlags, levelIdc].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
