import { describe, expect, it } from 'vitest';
import { MediaError } from '../../src/errors.js';
import { fourCc, tagPayload } from '../../src/media/enhanced-header.js';
import { parseVideoTag, type VideoPacketHeader } from '../../src/media/video-tag.js';
import { hex, toHex } from '../amf/golden.js';
import { errorOf } from '../amf/thrown.js';
import { BODIES } from './tags.js';

type Expected = Partial<VideoPacketHeader> & { payload: string };

const KEY = { frameType: 'key', enhanced: false, compositionTimeMs: 0, track: undefined } as const;
const ENHANCED_KEY = { ...KEY, enhanced: true } as const;
const HEVC_NAL = '00 00 00 0e 28 01 af 1d 80 f7 01 b2 ff fd 23 2f b3 3c';

const TABLE: readonly (readonly [name: string, wire: string, expected: Expected])[] = [
  // protocol.md 11.6 and 8.1
  [
    'AVC config',
    BODIES.avcHeader,
    { ...KEY, packetType: 'sequence-header', codec: 'h264', codecId: 7, payload: BODIES.avcHeader.slice(20) },
  ],
  [
    'AVC key frame',
    BODIES.avcKeyframe,
    { ...KEY, packetType: 'frames', codec: 'h264', payload: BODIES.avcKeyframe.slice(20) },
  ],
  ['AVC end', BODIES.avcEnd, { ...KEY, packetType: 'sequence-end', codec: 'h264', payload: '' }],
  ['AVC end of two bytes', '17 02', { ...KEY, packetType: 'sequence-end', codec: 'h264', payload: '' }],
  [
    'AVC shown before it is decoded',
    '27 01 ff ff d8 01',
    { frameType: 'inter', packetType: 'frames', compositionTimeMs: -40, payload: '01' },
  ],
  ['AVC of an unknown packet type', '27 03 00 00 00 01', { packetType: 'reserved', codec: 'h264', payload: '01' }],
  [
    'HEVC of codec id 12',
    '1c 01 00 00 28 01',
    { ...KEY, packetType: 'frames', codec: 'hevc', codecId: 12, compositionTimeMs: 40, payload: '01' },
  ],
  ['MPEG-4', '19 00 00 00 00 01', { ...KEY, packetType: 'sequence-header', codec: 'mpeg4', codecId: 9, payload: '01' }],
  [
    'H.263',
    '22 00 00 84',
    { frameType: 'inter', packetType: 'frames', codec: 'h263', codecId: 2, payload: '00 00 84' },
  ],
  ['disposable H.263', '32 00', { frameType: 'disposable-inter', packetType: 'frames', payload: '00' }],
  ['VP6', '14 00 78', { ...KEY, packetType: 'frames', codec: 'vp6', payload: '78' }],
  ['VP6 with alpha', '15 00 00 00 10 78', { ...KEY, packetType: 'frames', codec: 'vp6a', payload: '78' }],
  ['screen', '13 01', { ...KEY, codec: 'screen', payload: '01' }],
  ['screen 2', '16 01', { ...KEY, codec: 'screen2', payload: '01' }],
  ['generated key frame', '47 01 00 00 00 01', { frameType: 'generated-key', payload: '01' }],
  ['unknown codec', '1f 01', { ...KEY, packetType: 'frames', codec: 'unknown', codecId: 15, payload: '01' }],
  // 11.7
  [
    'hvc1 SequenceStart',
    BODIES.hvc1Start,
    {
      ...ENHANCED_KEY,
      packetType: 'sequence-header',
      codec: 'hevc',
      codecId: 1_752_589_105,
      payload: BODIES.hvc1Start.slice(20),
    },
  ],
  [
    'hvc1 CodedFrames',
    BODIES.hvc1Frames,
    { ...ENHANCED_KEY, packetType: 'frames', codec: 'hevc', compositionTimeMs: 40, payload: HEVC_NAL },
  ],
  [
    'hvc1 CodedFramesX',
    BODIES.hvc1FramesX,
    { ...ENHANCED_KEY, packetType: 'frames', codec: 'hevc', payload: HEVC_NAL },
  ],
  // 11.8
  [
    'ModEx',
    BODIES.modEx,
    { ...ENHANCED_KEY, packetType: 'frames', codec: 'hevc', presentationOffsetNs: 500_000, payload: HEVC_NAL },
  ],
  [
    'one track av01',
    BODIES.oneTrackAv01,
    {
      ...ENHANCED_KEY,
      packetType: 'sequence-header',
      codec: 'av1',
      track: { id: 1, form: 'one-track' },
      payload: '81 00 0c 00',
    },
  ],
  [
    'many tracks',
    BODIES.manyTracksHvc1,
    { ...ENHANCED_KEY, packetType: 'frames', codec: 'hevc', track: { id: 0, form: 'many-tracks' }, payload: HEVC_NAL },
  ],
  [
    'colorInfo of FFmpeg',
    BODIES.colorInfoFfmpeg,
    { frameType: 'command', packetType: 'metadata', codec: 'hevc', payload: BODIES.colorInfoFfmpeg.slice(15) },
  ],
  [
    'colorInfo of OBS',
    BODIES.colorInfoObs,
    { frameType: 'reserved', packetType: 'metadata', codec: 'hevc', payload: BODIES.colorInfoObs.slice(15) },
  ],
  [
    'SequenceStart without body',
    BODIES.bodylessAv01,
    { ...ENHANCED_KEY, packetType: 'sequence-header', codec: 'av1', payload: '' },
  ],
  // 7.2
  [
    'many tracks of many codecs',
    '96 21 61 76 63 31 03 00 00 04 ff ff ff 09 76 70 30 39 01 00 00 01 0a',
    {
      ...ENHANCED_KEY,
      packetType: 'frames',
      codec: 'h264',
      compositionTimeMs: -1,
      track: { id: 3, form: 'many-tracks-many-codecs' },
      payload: '09',
    },
  ],
  [
    'two ModEx, one unknown',
    '97 00 ff 17 02 00 00 01 01 76 70 30 39 0a',
    { ...ENHANCED_KEY, packetType: 'frames', codec: 'vp9', presentationOffsetNs: 1, payload: '0a' },
  ],
  [
    'ModEx of 300 bytes',
    `97 ff 01 2b ${'00 '.repeat(300)} 11 76 70 30 38 0a`,
    { ...ENHANCED_KEY, packetType: 'frames', codec: 'vp8', presentationOffsetNs: 0, payload: '0a' },
  ],
  [
    'av01 CodedFrames has no composition time',
    'a1 61 76 30 31 0a',
    { frameType: 'inter', packetType: 'frames', codec: 'av1', payload: '0a' },
  ],
  [
    'av01 CodedFramesX, which is not defined',
    'a3 61 76 30 31 0a',
    { packetType: 'frames', codec: 'av1', payload: '0a' },
  ],
  ['vvc1', 'a1 76 76 63 31 00 00 28 0a', { packetType: 'frames', codec: 'vvc', compositionTimeMs: 40, payload: '0a' }],
  ['SequenceEnd of OBS', 'a2 68 76 63 31', { packetType: 'sequence-end', codec: 'hevc', payload: '' }],
  [
    'MPEG-2 TS SequenceStart',
    '95 61 76 30 31 80',
    { packetType: 'mpeg2ts-sequence-header', codec: 'av1', payload: '80' },
  ],
  [
    'unknown FourCC',
    '91 61 62 63 64 0a',
    { packetType: 'frames', codec: 'unknown', codecId: 0x61626364, payload: '0a' },
  ],
  ['reserved packet type', '9a 68 76 63 31 0a', { packetType: 'reserved', codec: 'hevc', payload: '0a' }],
];

describe('parseVideoTag', () => {
  it.each(TABLE)('%s', (_name, wire, { payload, ...expected }) => {
    const body = hex(wire);
    const header = parseVideoTag(body);
    expect(header).toMatchObject(expected);
    expect(toHex(tagPayload(body, header as VideoPacketHeader))).toBe(toHex(hex(payload)));
  });

  it.each([
    ['57 00', 'seek-start', false],
    ['57 01', 'seek-end', false],
    ['57', 'unknown', false],
    ['d1 00', 'seek-start', true],
    ['d7 00 00 01 01', 'seek-end', true],
    ['d1 07', 'unknown', true],
  ])('%s is the command %s', (wire, command, enhanced) => {
    expect(parseVideoTag(hex(wire))).toEqual({ packetType: 'command', frameType: 'command', command, enhanced });
  });

  it.each([
    ['no body', '', 'ERR_MEDIA_DAMAGED'],
    ['AVC without packet type', '17', 'ERR_MEDIA_DAMAGED'],
    ['AVC cut off in the composition time', '17 01 00 00', 'ERR_MEDIA_DAMAGED'],
    ['VP6 without crop byte', '14', 'ERR_MEDIA_DAMAGED'],
    ['a cut off FourCC', '91 68 76 63', 'ERR_MEDIA_DAMAGED'],
    ['hvc1 cut off in the composition time', '91 68 76 63 31 00 00', 'ERR_MEDIA_DAMAGED'],
    ['a track larger than the tag', '96 13 68 76 63 31 00 00 00 12 00', 'ERR_MEDIA_DAMAGED'],
    ['multitrack within multitrack', '96 06 68 76 63 31 00', 'ERR_MEDIA_DAMAGED'],
    ['ModEx larger than the tag', '97 05 00 00', 'ERR_MEDIA_DAMAGED'],
    ['a flood of ModEx', `97 ${'00 00 07 '.repeat(30)} 01 68 76 63 31 00`, 'ERR_MEDIA_DAMAGED'],
    ['a multitrack type yet to come', '96 31 68 76 63 31 00', 'ERR_MEDIA_UNSUPPORTED'],
  ])('%s: %s', (_name, wire, code) => {
    const error = errorOf(() => parseVideoTag(hex(wire)));
    expect(error).toBeInstanceOf(MediaError);
    expect(error).toMatchObject({ code });
  });
});

describe('fourCc', () => {
  // protocol.md 7.1
  it.each([
    ['avc1', 1_635_148_593],
    ['hvc1', 1_752_589_105],
    ['vvc1', 1_987_470_129],
    ['av01', 1_635_135_537],
    ['vp09', 1_987_063_865],
    ['vp08', 1_987_063_864],
    ['mp4a', 1_836_069_985],
    ['Opus', 1_332_770_163],
    ['fLaC', 1_716_281_667],
    ['.mp3', 778_924_083],
    ['ac-3', 1_633_889_587],
    ['ec-3', 1_700_998_451],
  ])('%s is %i', (text, number) => {
    expect(fourCc(text)).toBe(number);
  });
});
