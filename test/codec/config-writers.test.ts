import { describe, expect, it } from 'vitest';
import { parseAacConfig } from '../../src/codec/aac.js';
import { hasAdtsHeader, parseAdtsHeader, writeAacConfig } from '../../src/codec/adts.js';
import { findAv1SequenceHeader, parseAv1Config } from '../../src/codec/av1.js';
import { writeAv1Config } from '../../src/codec/av1-config-writer.js';
import { parseAvcConfig } from '../../src/codec/avc.js';
import { writeAvcConfig } from '../../src/codec/avc-config-writer.js';
import { writeFlacConfig } from '../../src/codec/flac-config-writer.js';
import { parseHevcConfig } from '../../src/codec/hevc.js';
import { writeHevcConfig } from '../../src/codec/hevc-config-writer.js';
import { lengthPrefixed, splitByteStream, splitLengthPrefixed } from '../../src/codec/nal-stream.js';
import { writeOpusHead } from '../../src/codec/opus.js';
import { vp9Colour, vp9LevelOf, writeVpConfig } from '../../src/codec/vp-config-writer.js';
import { parseVp9KeyframeHeader } from '../../src/codec/vp9.js';
import { MediaError } from '../../src/errors.js';
import { hex } from '../amf/golden.js';
import { errorOf } from '../amf/thrown.js';
import { RECORDS } from './records.js';

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('records built from what a stream carries, as FFmpeg builds them', () => {
  it.each(Object.keys(RECORDS.avcC) as (keyof typeof RECORDS.avcC)[])('H.264: %s', (name) => {
    const record = RECORDS.avcC[name];
    const { sequenceParameterSets, pictureParameterSets } = parseAvcConfig(record);
    const written = writeAvcConfig({ sequence: sequenceParameterSets, picture: pictureParameterSets });
    expect(toHex(written)).toBe(toHex(record));
  });

  it.each(Object.keys(RECORDS.hvcC) as (keyof typeof RECORDS.hvcC)[])('H.265: %s', (name) => {
    const record = RECORDS.hvcC[name];
    const nals = (wanted: number) => parseHevcConfig(record).nalArrays.find(({ nalType }) => nalType === wanted)!.nals;
    const written = writeHevcConfig({ video: nals(32), sequence: nals(33), picture: nals(34) });
    // What comes from an MP4 promises that frames carry no parameter sets; what is built here cannot.
    expect(toHex(written)).toBe(
      toHex(record).replace('03a00001', '03200001').replace('a10001', '210001').replace('a20001', '220001'),
    );
  });

  it.each([...Object.entries(RECORDS.av1C), ...Object.entries(RECORDS.av1CMore)])('AV1: %s', (_, record) => {
    const sequenceHeader = findAv1SequenceHeader(parseAv1Config(record).configObus)!;
    expect(toHex(writeAv1Config(sequenceHeader))).toBe(toHex(record));
  });

  it.each(['profile0', 'profile3'] as const)('VP9: %s', (name) => {
    const { width, height, colourSpace, ...config } = parseVp9KeyframeHeader(RECORDS.vp9Keyframe[name])!;
    const written = writeVpConfig({ ...config, level: vp9LevelOf(width, height), colour: vp9Colour(colourSpace) });
    expect(toHex(written)).toBe(toHex(RECORDS.vpcC[name]));
  });

  it('AAC: the two bytes of protocol.md 9.3', () => {
    expect(toHex(writeAacConfig({ objectType: 2, sampleRateIndex: 4, channelConfiguration: 2 }))).toBe('1210');
    expect(toHex(writeAacConfig({ objectType: 2, sampleRateIndex: 3, channelConfiguration: 2 }))).toBe('1190');
  });

  it('Opus: the header of protocol.md 7.7', () => {
    expect(toHex(writeOpusHead(1, 48_000))).toBe(toHex(RECORDS.opusHead.sheet));
  });

  it('FLAC: the start of a file without its other blocks', () => {
    const file = hex(`664c6143 00000022 ${toHex(RECORDS.streamInfo)} 84000004 00000000`);
    expect(toHex(writeFlacConfig(file))).toBe(`664c614380000022${toHex(RECORDS.streamInfo)}`);
    expect(errorOf(() => writeFlacConfig(hex('664c6143')))).toBeInstanceOf(MediaError);
  });

  it('is an error without a sequence parameter set', () => {
    expect(errorOf(() => writeAvcConfig({ sequence: [], picture: [] }))).toBeInstanceOf(MediaError);
    expect(errorOf(() => writeHevcConfig({ video: [], sequence: [], picture: [] }))).toBeInstanceOf(MediaError);
  });
});

describe('ADTS', () => {
  /** LC, 44100 Hz, stereo, 371 bytes, without checksum; as FFmpeg's adts muxer writes it. */
  const header = hex('ff f1 50 80 2e 7f fc');

  it('tells the configuration', () => {
    expect(parseAdtsHeader(header)).toEqual({
      objectType: 2,
      sampleRateIndex: 4,
      channelConfiguration: 2,
      headerSizeBytes: 7,
      frameSizeBytes: 371,
    });
    expect(parseAacConfig(writeAacConfig(parseAdtsHeader(header)))).toMatchObject({
      sampleRateHz: 44_100,
      channels: 2,
    });
  });

  it('has two bytes more with a checksum', () => {
    expect(parseAdtsHeader(hex('ff f0 50 80 2e 7f fc 00 00')).headerSizeBytes).toBe(9);
  });

  it('is told from raw AAC and from MP3', () => {
    expect(hasAdtsHeader(header)).toBe(true);
    expect(hasAdtsHeader(hex('21 10 04 60'))).toBe(false);
    expect(hasAdtsHeader(RECORDS.mp3.mono44)).toBe(false);
  });

  it.each([
    ['no sync word', 'fe f1 50 80 2e 7f fc', 'ERR_MEDIA_DAMAGED'],
    ['cut off', 'ff f1 50', 'ERR_MEDIA_DAMAGED'],
    ['several blocks', 'ff f1 50 80 2e 7f fd', 'ERR_MEDIA_UNSUPPORTED'],
  ])('is an error: %s', (_, bytes, code) => {
    expect(errorOf(() => parseAdtsHeader(hex(bytes)))).toMatchObject({ code });
  });
});

describe('NAL units', () => {
  it.each([
    ['start codes of four and three bytes', '00000001 67aa 000001 68bb', ['67aa', '68bb']],
    ['zeros behind a unit', '000001 67aa 0000 000001 68bb 000000', ['67aa', '68bb']],
    ['something ahead of the first', 'ffff 000001 65cc', ['65cc']],
    ['an empty one', '000001 000001 65cc', ['65cc']],
    ['emulation prevention stays', '000001 650000030100', ['6500000301']],
    ['no start code at all', '65cc', []],
  ])('are found in a byte stream: %s', (_, stream, nals) => {
    expect(splitByteStream(hex(stream)).map(toHex)).toEqual(nals);
  });

  it('get lengths of four bytes', () => {
    expect(toHex(lengthPrefixed([hex('67aa'), hex('68bbcc')]))).toBe('0000000267aa0000000368bbcc');
    expect(splitLengthPrefixed(hex('0000000267aa0000000368bbcc'), 4).map(toHex)).toEqual(['67aa', '68bbcc']);
    expect(splitLengthPrefixed(hex('000267aa'), 2).map(toHex)).toEqual(['67aa']);
  });

  it('must not go beyond their frame', () => {
    expect(errorOf(() => splitLengthPrefixed(hex('0000000367aa'), 4))).toMatchObject({ code: 'ERR_MEDIA_DAMAGED' });
    expect(errorOf(() => splitLengthPrefixed(hex('0000'), 4))).toMatchObject({ code: 'ERR_MEDIA_DAMAGED' });
    expect(errorOf(() => splitLengthPrefixed(hex('ffffffff00'), 4))).toMatchObject({ code: 'ERR_MEDIA_DAMAGED' });
  });
});
