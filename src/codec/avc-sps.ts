import { MediaError } from '../errors.js';
import { BitReader } from './bit-reader.js';
import { nalPayload } from './nal.js';
import { frameRateOf, type PictureSize, pictureSize } from './picture-size.js';
import { readIfWhole } from './record.js';
import { readVideoUsabilityStart, type SampleAspectRatio, type VideoSignal } from './video-usability.js';

/** Sequence parameter set of H.264 (7.3.2.1.1), as far as it describes the picture. */
export interface AvcSps extends PictureSize {
  readonly profileIdc: number;
  readonly constraintFlags: number;
  readonly levelIdc: number;
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormatIdc: number;
  readonly bitDepth: number;
  readonly chromaBitDepth: number;
  /** Frames may be coded as two fields. */
  readonly interlaced: boolean;
  /** Absent, or cut off within. */
  readonly vui?: AvcVui | undefined;
}

/** Video usability information (H.264 E.1.1). */
interface AvcVui {
  readonly sampleAspectRatio?: SampleAspectRatio | undefined;
  readonly signal?: VideoSignal | undefined;
  /** time_scale / (2 × num_units_in_tick). With a variable rate this is the clock, not what is really shown. */
  readonly frameRate?: number | undefined;
  readonly fixedFrameRate?: boolean | undefined;
  /** How many frames may have to wait for one that is shown before them; 0 means no B-frames. */
  readonly maxReorderedFrames?: number | undefined;
}

const NAL_TYPE_SPS = 7;
const CHROMA_420 = 1;
const CHROMA_444 = 3;

/** Profiles whose SPS tells chroma format and bit depths. */
const HIGH_PROFILES: ReadonlySet<number> = new Set([44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244]);

/** Whether the SPS of a profile, and the end of its configuration record, tell chroma format and bit depths. */
export function hasAvcSampling(profileIdc: number): boolean {
  return HIGH_PROFILES.has(profileIdc);
}

/**
 * @param nal NAL unit with its header byte, without start code.
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseAvcSps(nal: Uint8Array): AvcSps {
  const nalType = (nal[0] ?? 0) & 0x1f;
  if (nalType !== NAL_TYPE_SPS)
    throw new MediaError('ERR_MEDIA_DAMAGED', `NAL unit of type ${nalType} is no H.264 SPS`);
  const r = new BitReader(nalPayload(nal, 1));
  const profileIdc = r.bits(8, 'profile');
  const constraintFlags = r.bits(8, 'constraint flags');
  const levelIdc = r.bits(8, 'level');
  r.unsignedGolomb('SPS id');
  const sampling = hasAvcSampling(profileIdc)
    ? readSampling(r)
    : { chromaFormatIdc: CHROMA_420, bitDepth: 8, chromaBitDepth: 8 };
  r.unsignedGolomb('log2 of max frame number');
  skipPictureOrder(r);
  r.unsignedGolomb('number of reference frames');
  r.skip(1, 'gaps in frame number');
  const picture = readPicture(r, sampling.chromaFormatIdc);
  // Everything behind is only of use: some encoders end here, or in the midst of it.
  const vui = readIfWhole(() => (r.flag('VUI present') ? readVui(r) : undefined));
  return { profileIdc, constraintFlags, levelIdc, ...sampling, ...picture, vui };
}

function readSampling(r: BitReader): Pick<AvcSps, 'chromaFormatIdc' | 'bitDepth' | 'chromaBitDepth'> {
  const chromaFormatIdc = r.unsignedGolomb('chroma format');
  if (chromaFormatIdc > CHROMA_444) {
    throw new MediaError('ERR_MEDIA_DAMAGED', `chroma format ${chromaFormatIdc} is outside 0..3`);
  }
  if (chromaFormatIdc === CHROMA_444) r.skip(1, 'separate colour planes');
  const bitDepth = r.unsignedGolomb('luma bit depth') + 8;
  if (bitDepth > 14) throw new MediaError('ERR_MEDIA_DAMAGED', `bit depth ${bitDepth} is outside 8..14`);
  const chromaBitDepth = r.unsignedGolomb('chroma bit depth') + 8;
  r.skip(1, 'transform bypass');
  if (r.flag('scaling matrix present')) skipScalingMatrix(r, chromaFormatIdc === CHROMA_444 ? 12 : 8);
  return { chromaFormatIdc, bitDepth, chromaBitDepth };
}

function skipScalingMatrix(r: BitReader, listCount: number): void {
  for (let i = 0; i < listCount; i++) {
    if (r.flag('scaling list present')) skipScalingList(r, i < 6 ? 16 : 64);
  }
}

function skipScalingList(r: BitReader, size: number): void {
  let scale = 8;
  for (let j = 0; j < size; j++) {
    scale = (scale + r.signedGolomb('scaling delta')) & 0xff;
    // The rest repeats the last value.
    if (scale === 0) return;
  }
}

function skipPictureOrder(r: BitReader): void {
  const type = r.unsignedGolomb('picture order count type');
  if (type > 2) throw new MediaError('ERR_MEDIA_DAMAGED', `picture order count type ${type} is outside 0..2`);
  if (type === 0) r.unsignedGolomb('log2 of max picture order count');
  if (type !== 1) return;
  r.skip(1, 'delta always zero');
  r.signedGolomb('offset for non-reference pictures');
  r.signedGolomb('offset from top to bottom field');
  const cycleLength = r.unsignedGolomb('reference frames in cycle');
  if (cycleLength > 255)
    throw new MediaError('ERR_MEDIA_DAMAGED', `${cycleLength} reference frames in a cycle are too many`);
  for (let i = 0; i < cycleLength; i++) r.signedGolomb('offset for reference frame');
}

function readPicture(r: BitReader, chromaFormatIdc: number): PictureSize & Pick<AvcSps, 'interlaced'> {
  const codedWidth = 16 * (r.unsignedGolomb('width') + 1);
  const mapUnits = r.unsignedGolomb('height') + 1;
  const interlaced = !r.flag('frame macroblocks only');
  if (interlaced) r.skip(1, 'adaptive frame and field');
  r.skip(1, 'direct 8x8 inference');
  const fieldsPerUnit = interlaced ? 2 : 1;
  const codedHeight = 16 * fieldsPerUnit * mapUnits;
  if (!r.flag('cropping present')) return { ...pictureSize(codedWidth, codedHeight), interlaced };

  const cropX = chromaFormatIdc === 1 || chromaFormatIdc === 2 ? 2 : 1;
  const cropY = fieldsPerUnit * (chromaFormatIdc === 1 ? 2 : 1);
  const width = codedWidth - cropX * (r.unsignedGolomb('crop left') + r.unsignedGolomb('crop right'));
  const height = codedHeight - cropY * (r.unsignedGolomb('crop top') + r.unsignedGolomb('crop bottom'));
  return { ...pictureSize(width, height), interlaced };
}

function readVui(r: BitReader): AvcVui {
  const start = readVideoUsabilityStart(r);
  const timing = r.flag('timing present') ? readTiming(r) : {};
  return { ...start, ...timing, maxReorderedFrames: readIfWhole(() => readReordering(r)) };
}

function readTiming(r: BitReader): Pick<AvcVui, 'frameRate' | 'fixedFrameRate'> {
  const unitsInTick = r.bits(32, 'units in tick');
  const timeScale = r.bits(32, 'time scale');
  return { frameRate: frameRateOf(timeScale, 2 * unitsInTick), fixedFrameRate: r.flag('fixed frame rate') };
}

function readReordering(r: BitReader): number | undefined {
  const hasNalHrd = r.flag('NAL HRD present');
  if (hasNalHrd) skipHrd(r);
  const hasVclHrd = r.flag('VCL HRD present');
  if (hasVclHrd) skipHrd(r);
  if (hasNalHrd || hasVclHrd) r.skip(1, 'low delay');
  r.skip(1, 'picture structure present');
  if (!r.flag('bitstream restriction present')) return undefined;
  r.skip(1, 'motion vectors over boundaries');
  for (const field of [
    'bytes per picture',
    'bits per macroblock',
    'horizontal vector length',
    'vertical vector length',
  ]) {
    r.unsignedGolomb(field);
  }
  return r.unsignedGolomb('reordered frames');
}

/** HRD parameters (H.264 E.1.2). */
function skipHrd(r: BitReader): void {
  const scheduleCount = r.unsignedGolomb('HRD schedules') + 1;
  if (scheduleCount > 32) throw new MediaError('ERR_MEDIA_DAMAGED', `${scheduleCount} HRD schedules are too many`);
  r.skip(8, 'HRD scales');
  for (let i = 0; i < scheduleCount; i++) {
    r.unsignedGolomb('HRD bit rate');
    r.unsignedGolomb('HRD buffer size');
    r.skip(1, 'HRD constant bit rate');
  }
  r.skip(20, 'HRD lengths');
}
