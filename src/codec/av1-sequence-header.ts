import { av1BitDepth, av1ChromaFormat } from './av1.js';
import { BitReader } from './bit-reader.js';
import { frameRateOf, type PictureSize, pictureSize } from './picture-size.js';
import { type ColourDescription, readColourDescription } from './video-usability.js';

/** Sequence header of AV1 (5.5), as far as it describes the picture. The size is the largest that frames may have. */
export interface Av1SequenceHeader extends PictureSize {
  readonly profile: number;
  /** Of the first operating point, the one with all layers. */
  readonly levelIdx: number;
  readonly highTier: boolean;
  readonly bitDepth: number;
  readonly monochrome: boolean;
  readonly chromaFormatIdc: number;
  /** 0 unknown, 1 beside the luma sample above, 2 on it. */
  readonly chromaSamplePosition: number;
  readonly fullRange: boolean;
  readonly colour?: ColourDescription | undefined;
  /** Only when all pictures are shown equally long. */
  readonly frameRate?: number | undefined;
}

/**
 * @param payload the unit's payload, as `findAv1SequenceHeader` gives it.
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function parseAv1SequenceHeader(payload: Uint8Array): Av1SequenceHeader {
  const r = new BitReader(payload);
  const profile = r.bits(3, 'profile');
  r.skip(1, 'still picture');
  const isReduced = r.flag('reduced still picture header');
  const operation = isReduced ? { levelIdx: r.bits(5, 'level'), highTier: false } : readOperation(r);
  const size = readSize(r);
  skipTools(r, isReduced);
  return { profile, ...operation, ...size, ...readColour(r, profile) };
}

type Operation = Pick<Av1SequenceHeader, 'levelIdx' | 'highTier' | 'frameRate'>;

function readOperation(r: BitReader): Operation {
  const hasTiming = r.flag('timing present');
  const frameRate = hasTiming ? readTiming(r) : undefined;
  const delayBits = hasTiming && r.flag('decoder model present') ? readDelayBits(r) : undefined;
  const hasInitialDelay = r.flag('initial display delay present');
  const pointCount = r.bits(5, 'operating points') + 1;
  const first = readOperatingPoint(r, delayBits, hasInitialDelay);
  for (let i = 1; i < pointCount; i++) readOperatingPoint(r, delayBits, hasInitialDelay);
  return { ...first, frameRate };
}

function readTiming(r: BitReader): number | undefined {
  const unitsInTick = r.bits(32, 'units in display tick');
  const timeScale = r.bits(32, 'time scale');
  if (!r.flag('equal picture interval')) return undefined;
  const ticksPerPicture = r.unsignedGolomb('ticks per picture') + 1;
  return frameRateOf(timeScale, unitsInTick * ticksPerPicture);
}

/** Decoder model; gives the size of the delays that operating points carry. */
function readDelayBits(r: BitReader): number {
  const delayBits = r.bits(5, 'buffer delay length') + 1;
  r.skip(32 + 5 + 5, 'decoder model');
  return delayBits;
}

function readOperatingPoint(
  r: BitReader,
  delayBits: number | undefined,
  hasInitialDelay: boolean,
): Pick<Operation, 'levelIdx' | 'highTier'> {
  r.skip(12, 'operating point');
  const levelIdx = r.bits(5, 'level');
  const highTier = levelIdx > 7 && r.flag('tier');
  if (delayBits !== undefined && r.flag('decoder model for this point')) r.skip(2 * delayBits + 1, 'buffer delays');
  if (hasInitialDelay && r.flag('initial display delay for this point')) r.skip(4, 'initial display delay');
  return { levelIdx, highTier };
}

function readSize(r: BitReader): PictureSize {
  const widthBits = r.bits(4, 'width bits') + 1;
  const heightBits = r.bits(4, 'height bits') + 1;
  const width = r.bits(widthBits, 'width') + 1;
  return pictureSize(width, r.bits(heightBits, 'height') + 1);
}

function skipTools(r: BitReader, isReduced: boolean): void {
  if (!isReduced && r.flag('frame ids present')) r.skip(4 + 3, 'frame id lengths');
  r.skip(3, 'superblock size and intra tools');
  if (!isReduced) skipInterTools(r);
  r.skip(3, 'super-resolution, CDEF and restoration');
}

function skipInterTools(r: BitReader): void {
  r.skip(4, 'inter tools');
  const hasOrderHint = r.flag('order hint');
  if (hasOrderHint) r.skip(2, 'order hint tools');
  const usesScreenTools = r.flag('choose screen content tools') || r.flag('force screen content tools');
  if (usesScreenTools && !r.flag('choose integer motion vectors')) r.skip(1, 'force integer motion vectors');
  if (hasOrderHint) r.skip(3, 'order hint bits');
}

type Colour = Pick<
  Av1SequenceHeader,
  'bitDepth' | 'monochrome' | 'chromaFormatIdc' | 'chromaSamplePosition' | 'fullRange' | 'colour'
>;

/** color_config (AV1 5.5.2). */
function readColour(r: BitReader, profile: number): Colour {
  const isHigh = r.flag('high bit depth');
  const bitDepth = av1BitDepth(isHigh, profile === 2 && isHigh && r.flag('twelve bit'));
  const monochrome = profile !== 1 && r.flag('monochrome');
  const colour = r.flag('colour description present') ? readColourDescription(r) : undefined;
  if (!monochrome && colour !== undefined && isRgb(colour)) {
    return { bitDepth, monochrome, chromaFormatIdc: 3, chromaSamplePosition: 0, fullRange: true, colour };
  }
  const fullRange = r.flag('full range');
  const chromaFormatIdc = monochrome ? 0 : readChromaFormat(r, profile, bitDepth);
  const chromaSamplePosition = chromaFormatIdc === 1 ? r.bits(2, 'chroma sample position') : 0;
  return { bitDepth, monochrome, chromaFormatIdc, chromaSamplePosition, fullRange, colour };
}

/** sRGB in identity matrix: full range and 4:4:4 by definition, not sent. */
function isRgb({ colourPrimaries, transferCharacteristics, matrixCoefficients }: ColourDescription): boolean {
  return colourPrimaries === 1 && transferCharacteristics === 13 && matrixCoefficients === 0;
}

function readChromaFormat(r: BitReader, profile: number, bitDepth: number): number {
  if (profile === 0) return av1ChromaFormat(false, true, true);
  if (profile === 1) return av1ChromaFormat(false, false, false);
  if (bitDepth < 12) return av1ChromaFormat(false, true, false);
  const subsamplingX = r.flag('subsampling x');
  return av1ChromaFormat(false, subsamplingX, subsamplingX && r.flag('subsampling y'));
}
