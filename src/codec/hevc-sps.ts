import { MediaError } from '../errors.js';
import { BitReader } from './bit-reader.js';
import { nalPayload } from './nal.js';
import { frameRateOf, type PictureSize, pictureSize } from './picture-size.js';
import { readIfWhole } from './record.js';
import { readVideoUsabilityStart, type SampleAspectRatio, type VideoSignal } from './video-usability.js';

/** Sequence parameter set of H.265 (7.3.2.2.1), as far as it describes the picture. Profile and level stand in the record too. */
export interface HevcSps extends PictureSize {
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormatIdc: number;
  readonly bitDepth: number;
  readonly chromaBitDepth: number;
  readonly subLayerCount: number;
  readonly temporalIdNested: boolean;
  /** How many frames may have to wait for one that is shown before them; 0 means no B-frames. `undefined`: cut off before. */
  readonly maxReorderedFrames?: number | undefined;
  /** Absent, or cut off within. */
  readonly vui?: HevcVui | undefined;
}

/** Video usability information (H.265 E.2.1). */
interface HevcVui {
  readonly sampleAspectRatio?: SampleAspectRatio | undefined;
  readonly signal?: VideoSignal | undefined;
  /** Pictures are single fields. */
  readonly fieldSequence: boolean;
  /** time_scale / num_units_in_tick. */
  readonly frameRate?: number | undefined;
}

const NAL_TYPE_SPS = 33;
const MAX_SUB_LAYERS = 7;
const MAX_SHORT_TERM_SETS = 64;
const MAX_REFERENCE_PICTURES = 16;
const MAX_LONG_TERM_PICTURES = 32;

/**
 * @param nal NAL unit with its header of two bytes, without start code.
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseHevcSps(nal: Uint8Array): HevcSps {
  const nalType = ((nal[0] ?? 0) >> 1) & 0x3f;
  if (nalType !== NAL_TYPE_SPS)
    throw new MediaError('ERR_MEDIA_DAMAGED', `NAL unit of type ${nalType} is no H.265 SPS`);
  const r = new BitReader(nalPayload(nal, 2));
  r.skip(4, 'VPS id');
  const subLayerCount = atMost(r.bits(3, 'sub-layers') + 1, MAX_SUB_LAYERS, 'sub-layers');
  const temporalIdNested = r.flag('temporal id nesting');
  skipProfileTierLevel(r, subLayerCount);
  r.unsignedGolomb('SPS id');
  const chromaFormatIdc = atMost(r.unsignedGolomb('chroma format'), 3, 'chroma format');
  if (chromaFormatIdc === 3) r.skip(1, 'separate colour planes');
  const size = readSize(r, chromaFormatIdc);
  const bitDepth = atMost(r.unsignedGolomb('luma bit depth') + 8, 16, 'bit depth');
  const chromaBitDepth = atMost(r.unsignedGolomb('chroma bit depth') + 8, 16, 'bit depth');
  // Everything behind is only of use.
  const ordering = readIfWhole(() => readOrdering(r, subLayerCount));
  const maxReorderedFrames = ordering?.maxReorderedFrames;
  const vui = ordering === undefined ? undefined : readIfWhole(() => readVuiBehindTools(r, ordering.orderCountBits));
  return {
    ...size,
    chromaFormatIdc,
    bitDepth,
    chromaBitDepth,
    subLayerCount,
    temporalIdNested,
    maxReorderedFrames,
    vui,
  };
}

function atMost(value: number, max: number, field: string): number {
  if (value > max) throw new MediaError('ERR_MEDIA_DAMAGED', `${field} is ${value}, more than ${max}`);
  return value;
}

/** profile_tier_level (H.265 7.3.3). */
function skipProfileTierLevel(r: BitReader, subLayerCount: number): void {
  r.skip(88, 'general profile');
  r.skip(8, 'general level');
  if (subLayerCount === 1) return;
  // A profile flag and a level flag for each lower sub-layer, filled up to 8 pairs.
  const flags = r.bits(16, 'sub-layer flags');
  for (let i = 0; i < subLayerCount - 1; i++) {
    if (((flags >> (15 - 2 * i)) & 1) !== 0) r.skip(88, 'sub-layer profile');
    if (((flags >> (14 - 2 * i)) & 1) !== 0) r.skip(8, 'sub-layer level');
  }
}

function readSize(r: BitReader, chromaFormatIdc: number): PictureSize {
  const codedWidth = r.unsignedGolomb('width');
  const codedHeight = r.unsignedGolomb('height');
  if (!r.flag('conformance window present')) return pictureSize(codedWidth, codedHeight);
  const unitX = chromaFormatIdc === 1 || chromaFormatIdc === 2 ? 2 : 1;
  const unitY = chromaFormatIdc === 1 ? 2 : 1;
  const width = codedWidth - unitX * (r.unsignedGolomb('window left') + r.unsignedGolomb('window right'));
  const height = codedHeight - unitY * (r.unsignedGolomb('window top') + r.unsignedGolomb('window bottom'));
  return pictureSize(width, height);
}

interface Ordering {
  readonly orderCountBits: number;
  /** With all sub-layers, which stand last. */
  readonly maxReorderedFrames: number;
}

function readOrdering(r: BitReader, subLayerCount: number): Ordering {
  const orderCountBits = atMost(
    r.unsignedGolomb('log2 of max picture order count') + 4,
    16,
    'picture order count bits',
  );
  const orderingCount = r.flag('ordering for all sub-layers') ? subLayerCount : 1;
  let maxReorderedFrames = 0;
  for (let i = 0; i < orderingCount; i++) {
    r.unsignedGolomb('decoded pictures in the buffer');
    maxReorderedFrames = r.unsignedGolomb('reordered pictures');
    r.unsignedGolomb('latency');
  }
  return { orderCountBits, maxReorderedFrames };
}

/** Goes through the coding tools, of which nothing is kept, to the VUI behind them. */
function readVuiBehindTools(r: BitReader, orderCountBits: number): HevcVui | undefined {
  skipGolombs(r, 6, 'block sizes');
  if (r.flag('scaling lists enabled') && r.flag('scaling lists present')) skipScalingLists(r);
  r.skip(2, 'asymmetric partitions and adaptive offset');
  if (r.flag('PCM enabled')) {
    r.skip(8, 'PCM bit depths');
    skipGolombs(r, 2, 'PCM block sizes');
    r.skip(1, 'PCM loop filter');
  }
  skipShortTermSets(r);
  if (r.flag('long-term references present')) {
    const count = atMost(r.unsignedGolomb('long-term references'), MAX_LONG_TERM_PICTURES, 'long-term references');
    r.skip(count * (orderCountBits + 1), 'long-term references');
  }
  r.skip(2, 'motion prediction and intra smoothing');
  return r.flag('VUI present') ? readVui(r) : undefined;
}

function skipGolombs(r: BitReader, count: number, field: string): void {
  for (let i = 0; i < count; i++) r.unsignedGolomb(field);
}

/** scaling_list_data (H.265 7.3.4). */
function skipScalingLists(r: BitReader): void {
  for (let sizeId = 0; sizeId < 4; sizeId++) {
    const listCount = sizeId === 3 ? 2 : 6;
    for (let i = 0; i < listCount; i++) skipScalingList(r, sizeId);
  }
}

function skipScalingList(r: BitReader, sizeId: number): void {
  if (!r.flag('scaling list is coded')) {
    r.unsignedGolomb('scaling list to copy');
    return;
  }
  const coefficientCount = Math.min(64, 16 << (2 * sizeId)) + (sizeId > 1 ? 1 : 0);
  for (let i = 0; i < coefficientCount; i++) r.signedGolomb('scaling coefficient');
}

/** st_ref_pic_set (H.265 7.3.7) of all sets. */
function skipShortTermSets(r: BitReader): void {
  const setCount = atMost(r.unsignedGolomb('short-term sets'), MAX_SHORT_TERM_SETS, 'short-term sets');
  let distances: readonly number[] = [];
  for (let i = 0; i < setCount; i++) {
    const isPredicted = i > 0 && r.flag('set is predicted');
    distances = isPredicted ? readPredictedSet(r, distances) : readCodedSet(r);
  }
}

/** A set told by its difference to the set before: how many bits it has depends on the pictures of that one. */
function readPredictedSet(r: BitReader, distancesBefore: readonly number[]): number[] {
  const isNegative = r.flag('sign of distance');
  const size = r.unsignedGolomb('distance') + 1;
  const shift = isNegative ? -size : size;
  const distances: number[] = [];
  for (const distance of [...distancesBefore, 0]) {
    const isKept = r.flag('picture is used') || r.flag('picture is kept');
    // At distance 0 is the picture itself, which is no reference (H.265 7-61, 7-62).
    if (isKept && distance + shift !== 0) distances.push(distance + shift);
  }
  atMost(distances.length, MAX_REFERENCE_PICTURES, 'pictures in a set');
  const before = distances.filter((distance) => distance < 0).sort((a, b) => b - a);
  const after = distances.filter((distance) => distance > 0).sort((a, b) => a - b);
  return [...before, ...after];
}

function readCodedSet(r: BitReader): number[] {
  const beforeCount = atMost(r.unsignedGolomb('pictures before'), MAX_REFERENCE_PICTURES, 'pictures before');
  const afterCount = atMost(r.unsignedGolomb('pictures after'), MAX_REFERENCE_PICTURES - beforeCount, 'pictures after');
  return [...readDistances(r, beforeCount, -1), ...readDistances(r, afterCount, 1)];
}

function readDistances(r: BitReader, count: number, direction: 1 | -1): number[] {
  const distances: number[] = [];
  let distance = 0;
  for (let i = 0; i < count; i++) {
    distance += direction * (r.unsignedGolomb('distance') + 1);
    distances.push(distance);
    r.skip(1, 'picture is used');
  }
  return distances;
}

function readVui(r: BitReader): HevcVui {
  const start = readVideoUsabilityStart(r);
  r.skip(1, 'neutral chroma');
  const fieldSequence = r.flag('field sequence');
  r.skip(1, 'field info present');
  if (r.flag('default display window present')) skipGolombs(r, 4, 'default display window');
  return { ...start, fieldSequence, frameRate: readIfWhole(() => readFrameRate(r)) };
}

function readFrameRate(r: BitReader): number | undefined {
  if (!r.flag('timing present')) return undefined;
  const unitsInTick = r.bits(32, 'units in tick');
  return frameRateOf(r.bits(32, 'time scale'), unitsInTick);
}
