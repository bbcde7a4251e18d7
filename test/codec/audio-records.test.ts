import { describe, expect, it } from 'vitest';
import { aacCodecString, aacProfileName, parseAacConfig } from '../../src/codec/aac.js';
import { parseAc3FrameHeader } from '../../src/codec/ac3.js';
import { parseFlacConfig } from '../../src/codec/flac.js';
import { parseMp3FrameHeader } from '../../src/codec/mp3.js';
import { parseOpusHead } from '../../src/codec/opus.js';
import { MediaError } from '../../src/errors.js';
import { hex, toHex } from '../amf/golden.js';
import { errorOf } from '../amf/thrown.js';
import { RECORDS } from './records.js';

describe('AAC configuration', () => {
  it.each([
    ['mono48', 48_000, 1],
    ['stereo48', 48_000, 2],
    ['stereo44', 44_100, 2],
    ['surround51', 48_000, 6],
    ['surround71', 48_000, 8],
    ['programConfig', 44_100, 3],
  ] as const)('sees what ffprobe sees in %s', (name, rateHz, channels) => {
    const config = parseAacConfig(RECORDS.asc[name]);
    expect(config).toMatchObject({
      objectType: 2,
      outputSampleRateHz: rateHz,
      outputChannels: channels,
      sbr: false,
      ps: false,
      frameLengthSamples: 1024,
    });
    expect(aacProfileName(config)).toBe('LC');
    expect(aacCodecString(config)).toBe('mp4a.40.2');
  });

  // protocol.md 9.3; the last two rows follow its description of signalling behind the core's part.
  it.each([
    ['12 10', 'LC', 44_100, 2, undefined],
    ['11 90', 'LC', 48_000, 2, undefined],
    ['12 08', 'LC', 44_100, 1, undefined],
    ['2b 92 08 00', 'HE-AAC', 44_100, 2, true],
    // 29 (PS), index 7, mono, extension index 4, LC: 11101 0111 0001 0100 00010 000
    ['eb 8a 08 00', 'HE-AACv2', 44_100, 2, true],
    // LC 22050 stereo; 0x2b7, SBR present at 44100.
    ['13 90 56 e5 a0', 'HE-AAC', 44_100, 2, true],
    // The same, mono, and PS present behind 0x548.
    ['13 88 56 e5 a5 48 80', 'HE-AACv2', 44_100, 2, true],
  ])('%s is %s', (record, profile, rateHz, channels, sbr) => {
    const config = parseAacConfig(hex(record));
    expect(aacProfileName(config)).toBe(profile);
    expect(config).toMatchObject({ objectType: 2, outputSampleRateHz: rateHz, outputChannels: channels, sbr });
  });

  it('reads explicit rates and escaped object types', () => {
    // 2, index 15, 0x00bb80, stereo
    expect(parseAacConfig(hex('17 80 5d c0 10'))).toMatchObject({ sampleRateHz: 48_000, channels: 2 });
    // 31, 32 + 10 = 42 (USAC), index 3, stereo
    const usac = parseAacConfig(hex('f9 46 40'));
    expect(usac).toMatchObject({ objectType: 42, sampleRateHz: 48_000, channels: 2, frameLengthSamples: undefined });
    expect(aacProfileName(usac)).toBe('xHE-AAC');
  });

  it('leaves the channels open when their element is missing', () => {
    expect(parseAacConfig(hex('12 00'))).toMatchObject({ channels: undefined, sampleRateHz: 44_100 });
  });
});

describe('MP3 frame header', () => {
  it.each([
    ['mono44', { version: '1', sampleRateHz: 44_100, channels: 1, bitrateBps: 64_000, frameLengthSamples: 1152 }],
    ['mono22', { version: '2', sampleRateHz: 22_050, channels: 1, bitrateBps: 64_000, frameLengthSamples: 576 }],
    ['mono11', { version: '2.5', sampleRateHz: 11_025, channels: 1, bitrateBps: 64_000, frameLengthSamples: 576 }],
    ['stereo48', { version: '1', sampleRateHz: 48_000, channels: 2, bitrateBps: 128_000, frameSizeBytes: 384 }],
    ['mono8', { version: '2.5', sampleRateHz: 8_000, channels: 1, bitrateBps: 8_000, frameSizeBytes: 72 }],
  ] as const)('sees what ffprobe sees in %s', (name, header) => {
    expect(parseMp3FrameHeader(RECORDS.mp3[name])).toMatchObject(header);
  });

  it('knows free format and padding', () => {
    expect(parseMp3FrameHeader(hex('ff fb 00 c4'))).toMatchObject({ bitrateBps: undefined, frameSizeBytes: undefined });
    // 128 kbit/s at 44100 Hz: 417 bytes, 418 with padding.
    expect(parseMp3FrameHeader(hex('ff fb 90 44')).frameSizeBytes).toBe(417);
    expect(parseMp3FrameHeader(hex('ff fb 92 44')).frameSizeBytes).toBe(418);
  });
});

describe('Opus header', () => {
  it('reads mono of protocol.md 7.7 and 5.1', () => {
    expect(parseOpusHead(RECORDS.opusHead.sheet)).toEqual({
      channels: 1,
      preSkipSamples: 312,
      inputSampleRateHz: 48_000,
      outputGainDb: 0,
      mappingFamily: 0,
      streamCount: 1,
      coupledCount: 0,
    });
    expect(parseOpusHead(RECORDS.opusHead.surround51)).toMatchObject({
      channels: 6,
      mappingFamily: 1,
      streamCount: 4,
      coupledCount: 2,
    });
  });

  it('reads a negative gain', () => {
    expect(parseOpusHead(hex('4f 70 75 73 48 65 61 64 01 02 00 00 80 bb 00 00 00 ff 00')).outputGainDb).toBe(-1);
  });
});

describe('FLAC configuration', () => {
  const expected = { sampleRateHz: 44_100, channels: 2, sampleSizeBits: 24, minBlockSamples: 4608, totalSamples: 8820 };

  it('reads the bare block and the start of a file', () => {
    expect(parseFlacConfig(RECORDS.streamInfo)).toMatchObject(expected);
    const file = hex(`66 4c 61 43 80 00 00 22 ${toHex(RECORDS.streamInfo)}`);
    expect(parseFlacConfig(file)).toMatchObject(expected);
  });
});

describe('AC-3 frame header', () => {
  it.each([
    ['mono44', { codec: 'ac3', sampleRateHz: 44_100, channels: 1, lowFrequencyChannel: false }],
    ['surround51', { codec: 'ac3', sampleRateHz: 48_000, channels: 6, lowFrequencyChannel: true }],
    ['eac3Surround51', { codec: 'eac3', sampleRateHz: 32_000, channels: 6, lowFrequencyChannel: true }],
    ['eac3Stereo', { codec: 'eac3', sampleRateHz: 32_000, channels: 2, lowFrequencyChannel: false }],
  ] as const)('sees what ffprobe sees in %s', (name, header) => {
    expect(parseAc3FrameHeader(RECORDS.ac3[name])).toEqual(header);
  });
});

describe('damage', () => {
  it.each([
    ['AAC object type 0', () => parseAacConfig(hex('00 10'))],
    ['AAC with a reserved rate', () => parseAacConfig(hex('16 90'))],
    ['one byte of AAC', () => parseAacConfig(hex('12'))],
    ['MP3 without sync word', () => parseMp3FrameHeader(hex('49 44 33 03'))],
    ['MP3 of a reserved version', () => parseMp3FrameHeader(hex('ff eb 90 44'))],
    ['MP3 of a bad bit rate', () => parseMp3FrameHeader(hex('ff fb f0 44'))],
    ['Opus without magic', () => parseOpusHead(hex('4f 70 75 73 48 65 61 65 01 02 00 00 80 bb 00 00 00 00 00'))],
    ['Opus of no channels', () => parseOpusHead(hex('4f 70 75 73 48 65 61 64 01 00 00 00 80 bb 00 00 00 00 00'))],
    ['FLAC at 0 Hz', () => parseFlacConfig(new Uint8Array(34))],
    ['FLAC with other metadata first', () => parseFlacConfig(hex('66 4c 61 43 04 00 00 22'))],
    ['AC-3 without sync word', () => parseAc3FrameHeader(hex('0b 78 00 00 00 40 00 00'))],
    ['AC-3 of a reserved rate', () => parseAc3FrameHeader(hex('0b 77 00 00 c0 40 00 00'))],
    ['AC-3 of bitstream id 17', () => parseAc3FrameHeader(hex('0b 77 00 00 00 88 00 00'))],
  ])('%s is told as damaged media', (_name, parse) => {
    const error = errorOf(parse);
    expect(error).toBeInstanceOf(MediaError);
    expect(error).toMatchObject({ code: 'ERR_MEDIA_DAMAGED' });
  });

  it('tells layer II from damage', () => {
    expect(errorOf(() => parseMp3FrameHeader(hex('ff fd 90 44')))).toMatchObject({ code: 'ERR_MEDIA_UNSUPPORTED' });
  });
});
