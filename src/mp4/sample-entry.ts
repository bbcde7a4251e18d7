import { parseOpusHead } from '../codec/opus.js';
import type { AudioFormat, VideoFormat } from '../media/track/track.js';
import { box, fields, fullBox, zeros } from './box.js';

const DATA_REFERENCE_INDEX = 1;
/** 72 per inch, as everybody writes it. */
const RESOLUTION = 0x00480000;
const DEPTH_COLOUR = 24;

/** Sample description of a video track (ISO/IEC 14496-12 8.5.2, 12.1.3). */
export function videoSampleEntry(format: VideoFormat): Uint8Array {
  const { width, height } = format;
  const { type, config } = videoCodecBoxes(format);
  const head = fields((w) => {
    w.bytes(zeros(6)).u16(DATA_REFERENCE_INDEX).bytes(zeros(16)).u16(width).u16(height);
    w.u32(RESOLUTION).u32(RESOLUTION).u32(0).u16(1).bytes(zeros(32)).u16(DEPTH_COLOUR).u16(0xffff);
  });
  return box(type, head, config, ...colourBoxes(format), ...aspectBoxes(format));
}

function videoCodecBoxes({ codec, config }: VideoFormat): { type: string; config: Uint8Array } {
  switch (codec) {
    case 'h264':
      return { type: 'avc1', config: box('avcC', config) };
    case 'hevc':
      return { type: 'hvc1', config: box('hvcC', config) };
    case 'av1':
      return { type: 'av01', config: box('av1C', config) };
    case 'vp9':
      return { type: 'vp09', config: fullBox('vpcC', 1, 0, config, zeros(Math.max(0, 8 - config.length))) };
    case 'vp8':
      return { type: 'vp08', config: fullBox('vpcC', 1, 0, config, zeros(Math.max(0, 8 - config.length))) };
  }
}

function colourBoxes({ colour, fullRange }: VideoFormat): Uint8Array[] {
  if (colour === undefined) return [];
  const { colourPrimaries, transferCharacteristics, matrixCoefficients } = colour;
  const content = fields((w) => {
    w.utf8('nclx').u16(colourPrimaries).u16(transferCharacteristics).u16(matrixCoefficients);
    w.u8(fullRange === true ? 0x80 : 0);
  });
  return [box('colr', content)];
}

function aspectBoxes({ sampleAspectRatio }: VideoFormat): Uint8Array[] {
  if (sampleAspectRatio === undefined || sampleAspectRatio.width === sampleAspectRatio.height) return [];
  const { width, height } = sampleAspectRatio;
  return [
    box(
      'pasp',
      fields((w) => w.u32(width).u32(height)),
    ),
  ];
}

/** Sample description of an audio track (ISO/IEC 14496-12 12.2.3). */
export function audioSampleEntry(format: AudioFormat): Uint8Array {
  const { channels, sampleRateHz } = format;
  const { type, config } = audioCodecBoxes(format);
  const head = fields((w) => {
    w.bytes(zeros(6)).u16(DATA_REFERENCE_INDEX).bytes(zeros(8)).u16(channels).u16(16).u32(0);
    // 16 bits before the point; higher rates stand in the codec's own box.
    w.u32(sampleRateHz < 2 ** 16 ? sampleRateHz * 2 ** 16 : 0);
  });
  return box(type, head, config);
}

function audioCodecBoxes(format: AudioFormat): { type: string; config: Uint8Array } {
  const { codec, config } = format;
  switch (codec) {
    case 'aac':
      return { type: 'mp4a', config: elementaryStream(OBJECT_TYPE_AAC, config) };
    case 'mp3':
      return { type: 'mp4a', config: elementaryStream(mp3ObjectType(format), config) };
    case 'opus':
      return { type: 'Opus', config: box('dOps', opusContent(config)) };
    case 'flac':
      return { type: 'fLaC', config: fullBox('dfLa', 0, 0, lastMetadataBlock(config)) };
    case 'ac3':
      return { type: 'ac-3', config: box('dac3', config) };
    case 'eac3':
      return { type: 'ec-3', config: box('dec3', config) };
  }
}

const OBJECT_TYPE_AAC = 0x40;
const OBJECT_TYPE_MPEG2_PART3 = 0x69;
const OBJECT_TYPE_MPEG1_PART3 = 0x6b;
const LOWEST_MPEG1_RATE_HZ = 32_000;

function mp3ObjectType({ sampleRateHz }: AudioFormat): number {
  return sampleRateHz < LOWEST_MPEG1_RATE_HZ ? OBJECT_TYPE_MPEG2_PART3 : OBJECT_TYPE_MPEG1_PART3;
}

const TAG_ES = 3;
const TAG_DECODER_CONFIG = 4;
const TAG_DECODER_SPECIFIC = 5;
const TAG_SYNC_LAYER = 6;
/** Audio stream, not upstream; the last bit is reserved and set. */
const STREAM_TYPE_AUDIO = 0x15;

/** `esds` (ISO/IEC 14496-14 5.6, 14496-1 7.2.6). */
function elementaryStream(objectType: number, config: Uint8Array): Uint8Array {
  const specific = config.length === 0 ? [] : [descriptor(TAG_DECODER_SPECIFIC, config)];
  const decoder = descriptor(
    TAG_DECODER_CONFIG,
    fields((w) => w.u8(objectType).u8(STREAM_TYPE_AUDIO).u24(0).u32(0).u32(0)),
    ...specific,
  );
  const syncLayer = descriptor(
    TAG_SYNC_LAYER,
    fields((w) => w.u8(2)),
  );
  const stream = descriptor(
    TAG_ES,
    fields((w) => w.u16(0).u8(0)),
    decoder,
    syncLayer,
  );
  return fullBox('esds', 0, 0, stream);
}

/** The size in four bytes of 7 bits each, as everybody writes it. */
function descriptor(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = contents.reduce((sum, { length }) => sum + length, 0);
  return fields((w) => {
    w.u8(tag);
    for (const shift of [21, 14, 7]) w.u8(0x80 | ((sizeBytes >> shift) & 0x7f));
    w.u8(sizeBytes & 0x7f);
    for (const content of contents) w.bytes(content);
  });
}

const OPUS_HEAD_TABLE_OFFSET = 19;

/** OpusSpecificBox: the identification header with version 0, without magic and big-endian. */
function opusContent(head: Uint8Array): Uint8Array {
  const { channels, preSkipSamples, inputSampleRateHz, outputGainDb, mappingFamily, streamCount, coupledCount } =
    parseOpusHead(head);
  return fields((w) => {
    w.u8(0).u8(channels).u16(preSkipSamples).u32(inputSampleRateHz);
    w.u16(Math.round(outputGainDb * 256) & 0xffff).u8(mappingFamily);
    if (mappingFamily === 0) return;
    const mapping = head.subarray(OPUS_HEAD_TABLE_OFFSET + 2, OPUS_HEAD_TABLE_OFFSET + 2 + channels);
    w.u8(streamCount).u8(coupledCount).bytes(mapping);
  });
}

/** STREAMINFO with the header of a block that is the only one (RFC 9639 8.1). */
function lastMetadataBlock(streamInfo: Uint8Array): Uint8Array {
  return fields((w) => w.u8(0x80).u24(streamInfo.length).bytes(streamInfo));
}
