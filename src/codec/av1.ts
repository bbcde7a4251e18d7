import type { ByteReader } from '../bytes/reader.js';
import { MediaError } from '../errors.js';
import { readRecord } from './record.js';

/** AV1CodecConfigurationRecord (AV1 in ISOBMFF 2.3): what a SequenceStart of AV1 carries. */
export interface Av1Config {
  readonly profile: number;
  readonly levelIdx: number;
  readonly highTier: boolean;
  readonly bitDepth: number;
  readonly monochrome: boolean;
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4: the numbers of H.264. */
  readonly chromaFormatIdc: number;
  /** Open bitstream units: the sequence header, maybe metadata; may be empty. A view of the record. */
  readonly configObus: Uint8Array;
}

const MARKER_AND_VERSION = 0x81;
const OBU_SEQUENCE_HEADER = 1;
const MAX_LEB128_SIZE_BYTES = 8;
/** The sequence header stands in front, behind a temporal delimiter and metadata at most. */
const MAX_SEARCHED_OBU_COUNT = 16;

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export function parseAv1Config(record: Uint8Array): Av1Config {
  return readRecord('the AV1 configuration', record, (r) => {
    if (r.u8('marker and version') !== MARKER_AND_VERSION) {
      throw new MediaError('ERR_MEDIA_DAMAGED', 'the AV1 configuration does not begin with 0x81');
    }
    const profileAndLevel = r.u8('profile and level');
    const flags = r.u8('flags');
    r.skip(1, 'presentation delay');
    const profile = profileAndLevel >> 5;
    const monochrome = (flags & 0x10) !== 0;
    return {
      profile,
      levelIdx: profileAndLevel & 0x1f,
      highTier: (flags & 0x80) !== 0,
      bitDepth: av1BitDepth((flags & 0x40) !== 0, (flags & 0x20) !== 0),
      monochrome,
      chromaFormatIdc: av1ChromaFormat(monochrome, (flags & 0x08) !== 0, (flags & 0x04) !== 0),
      configObus: r.rest(),
    };
  });
}

export function av1BitDepth(isHigh: boolean, isTwelve: boolean): number {
  if (!isHigh) return 8;
  return isTwelve ? 12 : 10;
}

export function av1ChromaFormat(monochrome: boolean, subsamplingX: boolean, subsamplingY: boolean): number {
  if (monochrome) return 0;
  if (subsamplingX) return subsamplingY ? 1 : 2;
  return 3;
}

/**
 * The payload of the sequence header among the first open bitstream units (AV1 5.3), as they stand in a record or at the
 * start of a key frame; a view.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function findAv1SequenceHeader(obus: Uint8Array): Uint8Array | undefined {
  let rest = obus;
  for (let count = 0; rest.length > 0 && count < MAX_SEARCHED_OBU_COUNT; count++) {
    const obu = readObu(rest);
    if (obu.type === OBU_SEQUENCE_HEADER) return obu.payload;
    rest = obu.rest;
  }
  return undefined;
}

function readObu(bytes: Uint8Array): { type: number; payload: Uint8Array; rest: Uint8Array } {
  return readRecord('an AV1 unit', bytes, (r) => {
    const header = r.u8('header');
    if ((header & 0x80) !== 0) throw new MediaError('ERR_MEDIA_DAMAGED', 'an AV1 unit begins with a forbidden bit');
    if ((header & 0x04) !== 0) r.skip(1, 'extension');
    const sizeBytes = (header & 0x02) === 0 ? r.remaining : readLeb128(r);
    return { type: (header >> 3) & 0x0f, payload: r.bytes(sizeBytes, 'payload'), rest: r.rest() };
  });
}

function readLeb128(r: ByteReader): number {
  let value = 0;
  for (let i = 0; i < MAX_LEB128_SIZE_BYTES; i++) {
    const byte = r.u8('size');
    value += (byte & 0x7f) * 2 ** (7 * i);
    if ((byte & 0x80) === 0) return value;
  }
  throw new MediaError('ERR_MEDIA_DAMAGED', 'the size of an AV1 unit has no end');
}

type Av1Profile = Pick<Av1Config, 'profile' | 'levelIdx' | 'highTier' | 'bitDepth'>;

/** Name of the profile (AV1 A.2); `undefined` for reserved numbers. */
export function av1ProfileName({ profile }: Pick<Av1Profile, 'profile'>): string | undefined {
  return ['Main', 'High', 'Professional'][profile];
}

/** Level (AV1 A.3) such as `4.0`; `undefined` where the stream sets no limit. */
export function av1LevelName({ levelIdx }: Pick<Av1Profile, 'levelIdx'>): string | undefined {
  return levelIdx > 23 ? undefined : `${2 + (levelIdx >> 2)}.${levelIdx & 3}`;
}

/** Codec string for web players (AV1 in ISOBMFF 5), such as `av01.0.00M.08`. */
export function av1CodecString({ profile, levelIdx, highTier, bitDepth }: Av1Profile): string {
  return `av01.${profile}.${twoDigits(levelIdx)}${highTier ? 'H' : 'M'}.${twoDigits(bitDepth)}`;
}

function twoDigits(value: number): string {
  return value.toString().padStart(2, '0');
}
