import { MediaError } from '../errors.js';
import { BitReader } from './bit-reader.js';
import { readIfWhole } from './record.js';

/** AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1): what a SequenceStart of AAC carries. */
export interface AacConfig {
  /** Of the core: 2 is LC. */
  readonly objectType: number;
  /** Of the core. */
  readonly sampleRateHz: number;
  /** 0: told by a program configuration element. */
  readonly channelConfiguration: number;
  /** `undefined` where a program configuration element that should tell is missing or damaged. */
  readonly channels: number | undefined;
  /** Spectral band replication; `undefined`: not signalled, so it may still be there. */
  readonly sbr: boolean | undefined;
  /** Parametric stereo, likewise. */
  readonly ps: boolean | undefined;
  /** What a decoder gives: with SBR the extension's rate. */
  readonly outputSampleRateHz: number;
  /** What a decoder gives: with PS two. */
  readonly outputChannels: number | undefined;
  /** Samples per frame at the core's rate; `undefined` for object types that do not tell it here. */
  readonly frameLengthSamples: number | undefined;
}

const SAMPLE_RATES_HZ = [
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
] as const;
const EXPLICIT_RATE = 15;

/** Number of a sample rate (ISO/IEC 14496-3 1.6.3.4), or `undefined` when it has none. */
export function aacSampleRateIndex(sampleRateHz: number): number | undefined {
  const index = (SAMPLE_RATES_HZ as readonly number[]).indexOf(sampleRateHz);
  return index < 0 ? undefined : index;
}

const CHANNELS_OF_CONFIGURATION: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 4],
  [5, 5],
  [6, 6],
  [7, 8],
  [11, 7],
  [12, 8],
  [14, 8],
]);

const TYPE_LC = 2;
const TYPE_SBR = 5;
const TYPE_ER_BSAC = 22;
const TYPE_PS = 29;
const TYPE_ESCAPE = 31;
/** Main, LC, SSR, LTP and ER LC, whose specific part (GASpecificConfig) is read. */
const GENERAL_AUDIO_TYPES: ReadonlySet<number> = new Set([1, 2, 3, 4, 17]);

const SYNC_EXTENSION = 0x2b7;
const SYNC_EXTENSION_PS = 0x548;
/** Where the extension behind the core's part is looked for, at most. */
const MAX_SYNC_SEARCH_BITS = 256;

interface Extension {
  readonly sbr: boolean | undefined;
  readonly ps: boolean | undefined;
  readonly sampleRateHz?: number;
}

const NO_EXTENSION: Extension = { sbr: undefined, ps: undefined };

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export function parseAacConfig(record: Uint8Array): AacConfig {
  const r = new BitReader(record);
  const firstType = readObjectType(r);
  const sampleRateHz = readSampleRate(r);
  const channelConfiguration = r.bits(4, 'channel configuration');
  const isHierarchical = firstType === TYPE_SBR || firstType === TYPE_PS;
  const extensionInFront: Extension = isHierarchical
    ? { sbr: true, ps: firstType === TYPE_PS ? true : undefined, sampleRateHz: readSampleRate(r) }
    : NO_EXTENSION;
  const objectType = isHierarchical ? readObjectType(r) : firstType;
  if (isHierarchical && objectType === TYPE_ER_BSAC) r.skip(4, 'extension channel configuration');

  // Players need nothing of what follows, and encoders leave some of it out.
  const core = readIfWhole(() => readGeneralAudio(r, objectType, channelConfiguration)) ?? {};
  const extension = isHierarchical ? extensionInFront : (readIfWhole(() => findSyncExtension(r)) ?? NO_EXTENSION);
  const channels = core.channels ?? CHANNELS_OF_CONFIGURATION.get(channelConfiguration);
  return {
    objectType,
    sampleRateHz,
    channelConfiguration,
    channels,
    sbr: extension.sbr,
    ps: extension.ps,
    outputSampleRateHz: extension.sampleRateHz ?? sampleRateHz,
    outputChannels: extension.ps === true && channels === 1 ? 2 : channels,
    frameLengthSamples: core.frameLengthSamples,
  };
}

function readObjectType(r: BitReader): number {
  const type = r.bits(5, 'object type');
  const whole = type === TYPE_ESCAPE ? 32 + r.bits(6, 'object type') : type;
  if (whole === 0) throw new MediaError('ERR_MEDIA_DAMAGED', 'the AAC configuration has object type 0');
  return whole;
}

function readSampleRate(r: BitReader): number {
  const index = r.bits(4, 'sample rate');
  const rateHz = index === EXPLICIT_RATE ? r.bits(24, 'sample rate') : SAMPLE_RATES_HZ[index];
  if (!rateHz) throw new MediaError('ERR_MEDIA_DAMAGED', `the AAC configuration has the reserved sample rate ${index}`);
  return rateHz;
}

interface Core {
  readonly frameLengthSamples?: number;
  readonly channels?: number;
}

/** GASpecificConfig (ISO/IEC 14496-3 4.4.1). */
function readGeneralAudio(r: BitReader, objectType: number, channelConfiguration: number): Core {
  if (!GENERAL_AUDIO_TYPES.has(objectType)) return {};
  const frameLengthSamples = r.flag('short frames') ? 960 : 1024;
  if (r.flag('depends on core coder')) r.skip(14, 'core coder delay');
  const hasExtensionFlag = r.flag('extension flag');
  if (channelConfiguration !== 0) return { frameLengthSamples };
  const channels = readIfWhole(() => readProgramChannels(r));
  // Only error resilient types carry more behind an extension flag, and those are described well enough.
  return channels === undefined || hasExtensionFlag ? { frameLengthSamples } : { frameLengthSamples, channels };
}

/** program_config_element (ISO/IEC 14496-3 4.4.1.1): counts the channels. */
function readProgramChannels(r: BitReader): number {
  r.skip(4 + 2 + 4, 'program');
  const mainElementCount = r.bits(4, 'front elements') + r.bits(4, 'side elements') + r.bits(4, 'back elements');
  const lfeCount = r.bits(2, 'low frequency elements');
  const dataCount = r.bits(3, 'data elements');
  const couplingCount = r.bits(4, 'coupling elements');
  if (r.flag('mono mixdown')) r.skip(4, 'mono mixdown');
  if (r.flag('stereo mixdown')) r.skip(4, 'stereo mixdown');
  if (r.flag('matrix mixdown')) r.skip(3, 'matrix mixdown');
  let channels = lfeCount;
  for (let i = 0; i < mainElementCount; i++) {
    channels += r.flag('element is a pair') ? 2 : 1;
    r.skip(4, 'element tag');
  }
  r.skip(4 * (lfeCount + dataCount) + 5 * couplingCount, 'element tags');
  r.skipToByte();
  r.skip(8 * r.bits(8, 'comment size'), 'comment');
  return channels;
}

/** The extension behind the core's part, which decoders without SBR do not look at. */
function findSyncExtension(r: BitReader): Extension {
  for (let searched = 0; searched < MAX_SYNC_SEARCH_BITS && r.remainingBits > 15; searched++) {
    if (r.peek(11) === SYNC_EXTENSION) return readSyncExtension(r);
    r.skip(1, 'padding');
  }
  return NO_EXTENSION;
}

function readSyncExtension(r: BitReader): Extension {
  r.skip(11, 'sync extension');
  if (readObjectType(r) !== TYPE_SBR) return NO_EXTENSION;
  if (!r.flag('SBR present')) return { sbr: false, ps: false };
  const sampleRateHz = readSampleRate(r);
  if (r.peek(11) !== SYNC_EXTENSION_PS) return { sbr: true, ps: undefined, sampleRateHz };
  r.skip(11, 'sync extension');
  return { sbr: true, ps: readIfWhole(() => r.flag('PS present')), sampleRateHz };
}

const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'Main'],
  [2, 'LC'],
  [3, 'SSR'],
  [4, 'LTP'],
  [17, 'ER LC'],
  [23, 'LD'],
  [39, 'ELD'],
  [42, 'xHE-AAC'],
]);

/** Name of the profile as people know it, such as `LC` or `HE-AAC`; `undefined` for object types that are no AAC. */
export function aacProfileName({
  objectType,
  sbr,
  ps,
}: Pick<AacConfig, 'objectType' | 'sbr' | 'ps'>): string | undefined {
  if (objectType === TYPE_LC && ps === true) return 'HE-AACv2';
  if (objectType === TYPE_LC && sbr === true) return 'HE-AAC';
  return TYPE_NAMES.get(objectType);
}

/** Codec string for web players (RFC 6381), such as `mp4a.40.2`. */
export function aacCodecString({ objectType, sbr, ps }: Pick<AacConfig, 'objectType' | 'sbr' | 'ps'>): string {
  if (ps === true) return `mp4a.40.${TYPE_PS}`;
  return `mp4a.40.${sbr === true ? TYPE_SBR : objectType}`;
}
