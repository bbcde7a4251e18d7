import { describe, expect, it } from 'vitest';
import { MediaError } from '../../src/errors.js';
import { describeAudio, describeVideo } from '../../src/media/stream-description.js';
import { toHex } from '../amf/golden.js';
import { RECORDS } from '../codec/records.js';
import { audio, BODIES, data, video } from './tags.js';

const CLASSIC_HEADER = '17 00 00 00 00';

describe('describeVideo', () => {
  it.each([
    [
      'AVC of protocol.md 11.6',
      BODIES.avcHeader,
      {
        codec: 'h264',
        codecId: 7,
        codecString: 'avc1.42c00a',
        profile: 'Constrained Baseline',
        level: '1.0',
        width: 64,
        height: 64,
        frameRate: 25,
        bitDepth: 8,
        chroma: '4:2:0',
      },
    ],
    [
      'HEVC of protocol.md 11.7',
      BODIES.hvc1Start,
      {
        codec: 'hevc',
        codecId: 0x68766331,
        codecString: 'hvc1.1.6.L30.90',
        profile: 'Main',
        level: '1.0',
        width: 64,
        height: 64,
        frameRate: 25,
        trackId: 0,
      },
    ],
    [
      'HEVC for HDR',
      `90 68 76 63 31 ${toHex(RECORDS.hvcC.main10)}`,
      {
        profile: 'Main 10',
        bitDepth: 10,
        colour: { colourPrimaries: 9, transferCharacteristics: 16, matrixCoefficients: 9 },
      },
    ],
    [
      'interlaced AVC',
      `${CLASSIC_HEADER} ${toHex(RECORDS.avcC.interlaced)}`,
      {
        width: 1920,
        height: 1080,
        interlaced: true,
        sampleAspectRatio: { width: 3, height: 4 },
        maxReorderedFrames: 0,
      },
    ],
    [
      'AV1 without units',
      BODIES.oneTrackAv01,
      { codec: 'av1', profile: 'Main', level: '2.0', bitDepth: 8, trackId: 1 },
    ],
    [
      'AV1',
      `90 61 76 30 31 ${toHex(RECORDS.av1C.aom444)}`,
      { codecString: 'av01.1.00M.10', width: 322, height: 182, chroma: '4:4:4', fullRange: false },
    ],
    ['an AV1 key frame', `91 61 76 30 31 ${toHex(RECORDS.av1Keyframe)}`, { codec: 'av1', width: 322, height: 182 }],
    [
      'VP9',
      `90 76 70 30 39 ${toHex(RECORDS.vpcC.profile0)}`,
      { codec: 'vp9', codecString: 'vp09.00.11.08', profile: 'Profile 0', level: '1.1', bitDepth: 8 },
    ],
    [
      'a VP9 key frame',
      `91 76 70 30 39 ${toHex(RECORDS.vp9Keyframe.profile0)}`,
      { codec: 'vp9', width: 322, height: 182 },
    ],
    ['a VP8 key frame', `91 76 70 30 38 ${toHex(RECORDS.vp8Keyframe)}`, { codec: 'vp8', width: 322, height: 182 }],
  ])('%s', (_name, wire, expected) => {
    const description = describeVideo(video(wire));
    expect(description).toMatchObject(expected);
    expect(description?.damage).toBeUndefined();
  });

  it.each([
    ['a frame of AVC', BODIES.avcKeyframe, { codec: 'h264', codecId: 7, trackId: 0 }],
    ['a SequenceStart without body', BODIES.bodylessAv01, { codec: 'av1', codecId: 0x61763031, trackId: 0 }],
    ['an inter frame of VP8', 'a1 76 70 30 38 f1 67 00', { codec: 'vp8', codecId: 0x76703038, trackId: 0 }],
    ['an unknown codec', '1f 00 00', { codec: 'unknown', codecId: 15, trackId: 0 }],
  ])('knows only the codec from %s', (_name, wire, expected) => {
    expect(describeVideo(video(wire))).toEqual(expected);
  });

  it('names the codec and tells the damage of a broken record', () => {
    const description = describeVideo(video(`${CLASSIC_HEADER} 01 42 c0 0a ff e1 00 17 67 42`));
    expect(description).toMatchObject({ codec: 'h264', damage: { code: 'ERR_MEDIA_DAMAGED' } });
    expect(description?.damage).toBeInstanceOf(MediaError);
  });

  it.each([
    ['a command', video('57 00')],
    ['an empty tag', video('')],
    ['a broken header', video('91 68')],
    ['audio', audio(BODIES.aacHeader)],
    ['data', data(BODIES.metadata)],
  ])('says nothing of %s', (_name, tag) => {
    expect(describeVideo(tag)).toBeUndefined();
  });
});

describe('describeAudio', () => {
  it.each([
    [
      'AAC of protocol.md 11.6',
      BODIES.aacHeader,
      {
        codec: 'aac',
        codecId: 10,
        codecString: 'mp4a.40.2',
        profile: 'LC',
        sampleRate: 44_100,
        channels: 2,
        sampleSizeBits: 16,
      },
    ],
    [
      'HE-AAC',
      `af 00 ${toHex(RECORDS.asc.he)}`,
      { profile: 'HE-AAC', codecString: 'mp4a.40.5', sampleRate: 44_100, channels: 2 },
    ],
    [
      'MP3 at 48 kHz',
      `2f ${toHex(RECORDS.mp3.stereo48)}`,
      { codec: 'mp3', codecId: 2, sampleRate: 48_000, channels: 2, sampleSizeBits: 16, bitrateBps: 128_000 },
    ],
    ['Opus', BODIES.opusStart, { codec: 'opus', sampleRate: 48_000, channels: 1 }],
    [
      'FLAC of track 1',
      BODIES.oneTrackFlac,
      { codec: 'flac', trackId: 1, sampleRate: 44_100, channels: 2, sampleSizeBits: 24 },
    ],
    [
      'AC-3',
      `91 61 63 2d 33 ${toHex(RECORDS.ac3.surround51)}`,
      { codec: 'ac3', codecString: 'ac-3', sampleRate: 48_000, channels: 6 },
    ],
    [
      'E-AC-3',
      `91 65 63 2d 33 ${toHex(RECORDS.ac3.eac3Surround51)}`,
      { codec: 'eac3', sampleRate: 32_000, channels: 6 },
    ],
    ['Speex', 'b6 00', { codec: 'speex', sampleRate: 16_000, channels: 1, sampleSizeBits: 16 }],
    ['A-law', '7e 00', { codec: 'alaw', sampleRate: 8_000, channels: 1 }],
  ])('%s', (_name, wire, expected) => {
    const description = describeAudio(audio(wire));
    expect(description).toMatchObject(expected);
    expect(description?.damage).toBeUndefined();
  });

  it('knows only the codec from a frame of AAC and from a SequenceStart without body', () => {
    expect(describeAudio(audio('af 01 21 10'))).toEqual({ codec: 'aac', codecId: 10, trackId: 0 });
    expect(describeAudio(audio('90 61 63 2d 33'))).toEqual({ codec: 'ac3', codecId: 1_633_889_587, trackId: 0 });
  });

  it('names the codec and tells the damage of a broken frame', () => {
    expect(describeAudio(audio('2f 00 00 00 00'))).toMatchObject({
      codec: 'mp3',
      damage: { code: 'ERR_MEDIA_DAMAGED' },
    });
  });

  it.each([
    ['silence', audio('')],
    ['a broken header', audio('91 4f')],
    ['video', video(BODIES.avcHeader)],
  ])('says nothing of %s', (_name, tag) => {
    expect(describeAudio(tag)).toBeUndefined();
  });
});
