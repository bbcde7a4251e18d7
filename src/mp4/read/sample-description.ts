import type { ByteReader } from '../../bytes/reader.js';
import { ByteWriter } from '../../bytes/writer.js';
import { parseAacConfig } from '../../codec/aac.js';
import { OPUS_SAMPLE_RATE_HZ } from '../../codec/opus.js';
import { readIfWhole, readRecord } from '../../codec/record.js';
import { MediaError } from '../../errors.js';
import type { Sound, WritableAudioCodec } from '../../media/audio-tag-writer.js';
import type { WritableVideoCodec } from '../../media/video-tag-writer.js';
import { type Box, boxesIn, findBox } from './box.js';
import { type ElementaryStream, elementaryCodec, readElementaryStream } from './elementary-stream.js';
import { readFullBox } from './full-box.js';

/** What the samples of a track are (`stsd`, ISO/IEC 14496-12 8.5.2): the first entry, where there are several. */
export type SampleDescription = VideoDescription | AudioDescription | ForeignDescription;

export interface VideoDescription {
  readonly kind: 'video';
  readonly codec: WritableVideoCodec;
  /** avcC or hvcC. */
  readonly record: Uint8Array | undefined;
}

export interface AudioDescription {
  readonly kind: 'audio';
  readonly codec: WritableAudioCodec;
  /** AudioSpecificConfig, OpusHead, or `fLaC` with its blocks. */
  readonly record: Uint8Array | undefined;
  readonly sound: Sound;
}

/** What RTMP cannot carry. */
export interface ForeignDescription {
  readonly kind: 'audio' | 'video';
  readonly codec: undefined;
  /** As people call it. */
  readonly codecName: string;
}

/**
 * @param stsd content of the box
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function readSampleDescription(kind: 'audio' | 'video', stsd: Uint8Array): SampleDescription {
  return readFullBox('stsd', stsd, (r, { version }) => {
    r.skip(4, 'count');
    for (const entry of boxesIn(r.rest())) {
      return kind === 'video' ? readVideoEntry(entry) : readAudioEntry(entry, version);
    }
    throw new MediaError('ERR_MEDIA_DAMAGED', 'a track does not tell its codec');
  });
}

/** Reserved bytes, the number of the data reference, and what describes a picture. */
const VIDEO_ENTRY_HEAD_SIZE_BYTES = 78;

const VIDEO_CODECS: ReadonlyMap<string, WritableVideoCodec> = new Map([
  ['avc1', 'h264'],
  ['avc3', 'h264'],
  ['dva1', 'h264'], // Dolby Vision on top of it
  ['dvav', 'h264'],
  ['hvc1', 'hevc'],
  ['hev1', 'hevc'],
  ['dvh1', 'hevc'],
  ['dvhe', 'hevc'],
  ['av01', 'av1'],
  ['vp08', 'vp8'],
  ['vp09', 'vp9'],
]);

function readVideoEntry({ type, content }: Box): SampleDescription {
  const boxes = readRecord(type, content, (r) => {
    r.skip(VIDEO_ENTRY_HEAD_SIZE_BYTES, 'head');
    return r.rest();
  });
  if (type === 'encv') return encrypted('video', boxes);
  const codec = VIDEO_CODECS.get(type);
  if (codec === undefined) return foreign('video', type);
  // The others describe themselves in their keyframes.
  const record = codec === 'h264' ? findBox(boxes, 'avcC') : codec === 'hevc' ? findBox(boxes, 'hvcC') : undefined;
  return { kind: 'video', codec, record: record && new Uint8Array(record) };
}

const AUDIO_CODECS: ReadonlyMap<string, WritableAudioCodec> = new Map([
  ['Opus', 'opus'],
  ['fLaC', 'flac'],
  ['ac-3', 'ac3'],
  ['sac3', 'ac3'],
  ['ec-3', 'eac3'],
  ['.mp3', 'mp3'],
  ['ms\0U', 'mp3'], // QuickTime: the number 0x55 of WAVE files
]);

function readAudioEntry({ type, content }: Box, stsdVersion: number): SampleDescription {
  const { sound, boxes } = readRecord(type, content, (r) => readAudioHead(r, stsdVersion));
  if (type === 'enca') return encrypted('audio', boxes);
  const esds = findBox(boxes, 'esds') ?? findBox(boxes, 'wave', 'esds');
  if (esds !== undefined && type === 'mp4a') return ofElementaryStream(readElementaryStream(esds), sound);
  const codec = AUDIO_CODECS.get(type);
  if (codec === undefined) return foreign('audio', type);
  const record = audioRecord(codec, boxes);
  return {
    kind: 'audio',
    codec,
    record,
    sound: codec === 'opus' ? { ...sound, sampleRateHz: OPUS_SAMPLE_RATE_HZ } : sound,
  };
}

function ofElementaryStream({ objectType, specificInfo }: ElementaryStream, sound: Sound): SampleDescription {
  const found = elementaryCodec(objectType);
  if (found.codec === undefined) return { kind: 'audio', codec: undefined, codecName: found.codecName };
  const record = found.codec === 'aac' && specificInfo !== undefined ? new Uint8Array(specificInfo) : undefined;
  return { kind: 'audio', codec: found.codec, record, sound: aacSound(record) ?? sound };
}

/** What entries of QuickTime have behind the usual fields, by their version. */
const VERSION_1_FIELDS_SIZE_BYTES = 16;

interface AudioHead {
  readonly sound: Sound;
  readonly boxes: Uint8Array;
}

/** ISO/IEC 14496-12 12.2.3, and the versions 1 and 2 of the QuickTime File Format. */
function readAudioHead(r: ByteReader, stsdVersion: number): AudioHead {
  r.skip(6 + 2, 'reserved');
  const version = r.u16('version');
  r.skip(2 + 4, 'revision and vendor');
  const channels = r.u16('channels');
  r.skip(2 + 2 + 2, 'sample size and packing');
  const sampleRateHz = r.u32('sample rate') / 2 ** 16;
  if (stsdVersion !== 0 || version === 0) return { sound: { sampleRateHz, channels }, boxes: r.rest() };
  if (version === 1) {
    r.skip(VERSION_1_FIELDS_SIZE_BYTES, 'packing');
    return { sound: { sampleRateHz, channels }, boxes: r.rest() };
  }
  r.skip(4, 'size');
  const exactRateHz = r.f64('sample rate');
  const exactChannels = r.u32('channels');
  r.skip(4 + 4 + 4 + 4 + 4, 'packing');
  return { sound: { sampleRateHz: exactRateHz, channels: exactChannels }, boxes: r.rest() };
}

function audioRecord(codec: WritableAudioCodec, boxes: Uint8Array): Uint8Array | undefined {
  switch (codec) {
    case 'opus': {
      const dOps = findBox(boxes, 'dOps');
      return dOps && opusHeadOf(dOps);
    }
    case 'flac': {
      const dfLa = findBox(boxes, 'dfLa');
      return dfLa && readFullBox('dfLa', dfLa, (r) => new ByteWriter().utf8('fLaC').bytes(r.rest()).toBytes());
    }
    case 'aac':
    case 'mp3':
    case 'ac3':
    case 'eac3':
      return undefined;
  }
}

/** The identification header (RFC 7845 5.1) of an OpusSpecificBox, which has the same fields, big-endian. */
function opusHeadOf(dOps: Uint8Array): Uint8Array {
  return readRecord('dOps', dOps, (r) => {
    r.skip(1, 'version');
    const w = new ByteWriter(32).utf8('OpusHead').u8(1).u8(r.u8('channels'));
    w.u16LittleEndian(r.u16('pre-skip')).u32LittleEndian(r.u32('input sample rate'));
    return w.u16LittleEndian(r.u16('output gain')).bytes(r.rest()).toBytes();
  });
}

function aacSound(record: Uint8Array | undefined): Sound | undefined {
  const config = record && readIfWhole(() => parseAacConfig(record));
  if (config?.outputChannels === undefined) return undefined;
  return { sampleRateHz: config.outputSampleRateHz, channels: config.outputChannels };
}

const FOREIGN_NAMES: ReadonlyMap<string, string> = new Map([
  ['mp4v', 'MPEG-4 part 2'],
  ['jpeg', 'JPEG'],
  ['apch', 'ProRes'],
  ['apcn', 'ProRes'],
  ['apcs', 'ProRes'],
  ['apco', 'ProRes'],
  ['ap4h', 'ProRes'],
  ['ap4x', 'ProRes'],
  ['alac', 'ALAC'],
  ['ulaw', 'G.711'],
  ['alaw', 'G.711'],
  ['twos', 'PCM'],
  ['sowt', 'PCM'],
  ['lpcm', 'PCM'],
  ['ipcm', 'PCM'],
  ['fpcm', 'PCM'],
  ['in24', 'PCM'],
  ['in32', 'PCM'],
  ['fl32', 'PCM'],
  ['fl64', 'PCM'],
  ['raw ', 'PCM'],
  ['dtsc', 'DTS'],
  ['dtsh', 'DTS'],
  ['dtsl', 'DTS'],
  ['dtse', 'DTS'],
  ['vvc1', 'H.266'],
  ['vvi1', 'H.266'],
]);

function foreign(kind: 'audio' | 'video', type: string): ForeignDescription {
  return { kind, codec: undefined, codecName: FOREIGN_NAMES.get(type) ?? `codec ${printable(type)}` };
}

/** ISO/IEC 14496-12 8.12: what it is stands in a box of its own. */
function encrypted(kind: 'audio' | 'video', boxes: Uint8Array): ForeignDescription {
  const frma = findBox(boxes, 'sinf', 'frma');
  const type = frma === undefined ? '' : Buffer.from(frma).toString('latin1');
  return { kind, codec: undefined, codecName: type === '' ? 'encrypted' : `${printable(type)}, encrypted` };
}

function printable(type: string): string {
  return /^[\x20-\x7e]+$/.test(type) ? type.trim() : Buffer.from(type, 'latin1').toString('hex');
}
