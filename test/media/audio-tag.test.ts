import { describe, expect, it } from 'vitest';
import { MediaError } from '../../src/errors.js';
import { type AudioTagHeader, parseAudioTag } from '../../src/media/audio-tag.js';
import { tagPayload } from '../../src/media/enhanced-header.js';
import { parseMultichannelConfig } from '../../src/media/multichannel-config.js';
import { hex, toHex } from '../amf/golden.js';
import { errorOf } from '../amf/thrown.js';
import { BODIES } from './tags.js';

type Expected = Partial<AudioTagHeader> & { payload: string };

const OPEN = { sampleRate: undefined, channels: undefined, sampleSizeBits: undefined };

const TABLE: readonly (readonly [name: string, wire: string, expected: Expected])[] = [
  ['silence', '', { packetType: 'silence', codecId: -1, payload: '' }],
  // protocol.md 11.6 and 9.4
  [
    'AAC config',
    BODIES.aacHeader,
    { packetType: 'sequence-header', codec: 'aac', codecId: 10, enhanced: false, ...OPEN, payload: '12 10' },
  ],
  ['AAC frame', 'af 01 21 10', { packetType: 'frames', codec: 'aac', ...OPEN, payload: '21 10' }],
  ['AAC of an unknown packet type', 'af 02 21', { packetType: 'reserved', codec: 'aac', payload: '21' }],
  [
    'MP3',
    '2f ff fb',
    { packetType: 'frames', codec: 'mp3', codecId: 2, sampleRate: undefined, channels: 2, payload: 'ff fb' },
  ],
  ['MP3 at 8 kHz', 'ee ff', { codec: 'mp3', codecId: 14, sampleRate: 8_000, channels: 1, payload: 'ff' }],
  ['PCM of the platform', '00 80', { codec: 'pcm', sampleRate: 5512.5, channels: 1, sampleSizeBits: 8, payload: '80' }],
  [
    'PCM little-endian',
    '3b 00 80',
    { codec: 'pcm', sampleRate: 22_050, channels: 2, sampleSizeBits: 16, payload: '00 80' },
  ],
  ['ADPCM', '17 00', { codec: 'adpcm', sampleRate: 11_025, channels: 2, payload: '00' }],
  ['Nellymoser 16 kHz', '4f 00', { codec: 'nellymoser', sampleRate: 16_000, channels: 1, payload: '00' }],
  ['Nellymoser 8 kHz', '5f 00', { codec: 'nellymoser', sampleRate: 8_000, channels: 1, payload: '00' }],
  ['Nellymoser', '6a 00', { codec: 'nellymoser', sampleRate: 22_050, channels: 1, payload: '00' }],
  ['A-law', '7e 00', { codec: 'alaw', sampleRate: 8_000, channels: 1, payload: '00' }],
  ['µ-law', '8f 00', { codec: 'mulaw', sampleRate: 8_000, channels: 2, payload: '00' }],
  ['Speex', 'b2 00', { codec: 'speex', sampleRate: 16_000, channels: 1, payload: '00' }],
  ['Speex of FFmpeg', 'b6 00', { codec: 'speex', sampleRate: 16_000, channels: 1, payload: '00' }],
  ['device', 'f0 00', { codec: 'device', codecId: 15, payload: '00' }],
  ['unknown format', 'c0 00', { codec: 'unknown', codecId: 12, packetType: 'frames', payload: '00' }],
  // 11.8 and 7.3
  [
    'Opus SequenceStart',
    BODIES.opusStart,
    {
      packetType: 'sequence-header',
      codec: 'opus',
      codecId: 1_332_770_163,
      enhanced: true,
      track: undefined,
      payload: BODIES.opusStart.slice(15),
    },
  ],
  [
    'Opus MultichannelConfig',
    BODIES.opusLayout,
    { packetType: 'multichannel-config', codec: 'opus', payload: '01 01 00 00 00 04' },
  ],
  ['Opus CodedFrames', BODIES.opusFrames, { packetType: 'frames', codec: 'opus', payload: 'f8 ff fe' }],
  [
    'one track fLaC',
    BODIES.oneTrackFlac,
    {
      packetType: 'sequence-header',
      codec: 'flac',
      track: { id: 1, form: 'one-track' },
      payload: BODIES.oneTrackFlac.slice(21),
    },
  ],
  ['ac-3 SequenceStart', '90 61 63 2d 33', { packetType: 'sequence-header', codec: 'ac3', payload: '' }],
  ['ec-3', '91 65 63 2d 33 0b 77', { packetType: 'frames', codec: 'eac3', payload: '0b 77' }],
  ['.mp3', '91 2e 6d 70 33 ff fb', { packetType: 'frames', codec: 'mp3', payload: 'ff fb' }],
  [
    'mp4a in ModEx',
    '97 02 00 00 01 01 6d 70 34 61 21',
    { packetType: 'frames', codec: 'aac', presentationOffsetNs: 1, payload: '21' },
  ],
  [
    'many tracks',
    '95 11 6d 70 34 61 02 00 00 01 21 03 00 00 01 22',
    { packetType: 'frames', codec: 'aac', track: { id: 2, form: 'many-tracks' }, payload: '21' },
  ],
  ['SequenceEnd', '92 4f 70 75 73', { packetType: 'sequence-end', codec: 'opus', payload: '' }],
  ['reserved packet type', '93 4f 70 75 73', { packetType: 'reserved', codec: 'opus', payload: '' }],
  [
    'unknown FourCC',
    '91 61 62 63 64 01',
    { packetType: 'frames', codec: 'unknown', codecId: 0x61626364, payload: '01' },
  ],
];

describe('parseAudioTag', () => {
  it.each(TABLE)('%s', (_name, wire, { payload, ...expected }) => {
    const body = hex(wire);
    const header = parseAudioTag(body);
    expect(header).toMatchObject(expected);
    expect(toHex(tagPayload(body, header))).toBe(toHex(hex(payload)));
  });

  it.each([
    ['AAC without packet type', 'af', 'ERR_MEDIA_DAMAGED'],
    ['a cut off FourCC', '91 4f 70 75', 'ERR_MEDIA_DAMAGED'],
    ['a track larger than the tag', '95 11 6d 70 34 61 02 00 00 02 21', 'ERR_MEDIA_DAMAGED'],
    ['a multitrack type yet to come', '95 31 6d 70 34 61 00', 'ERR_MEDIA_UNSUPPORTED'],
  ])('%s: %s', (_name, wire, code) => {
    const error = errorOf(() => parseAudioTag(hex(wire)));
    expect(error).toBeInstanceOf(MediaError);
    expect(error).toMatchObject({ code });
  });
});

describe('parseMultichannelConfig', () => {
  it.each([
    ['01 01 00 00 00 04', { order: 'native', channelCount: 1, channelMask: 4 }],
    ['00 06', { order: 'unspecified', channelCount: 6 }],
    ['02 02 00 ff', { order: 'custom', channelCount: 2, channels: hex('00 ff') }],
    ['07 02', { order: 'reserved', channelCount: 2 }],
  ])('%s', (wire, config) => {
    expect(parseMultichannelConfig(hex(wire))).toEqual(config);
  });

  it('tells a cut off layout', () => {
    expect(errorOf(() => parseMultichannelConfig(hex('02 02 00')))).toMatchObject({ code: 'ERR_MEDIA_DAMAGED' });
  });
});
