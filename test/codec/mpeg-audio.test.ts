import { describe, expect, it } from 'vitest';
import { foreignMpegAudioName, id3SizeBytes, readMp3Info, readMpegAudioFrame } from '../../src/codec/mpeg-audio.js';
import { hex } from '../amf/golden.js';
import { concat } from '../support/flv-builder.js';

describe('frames of MPEG audio', () => {
  it.each([
    // LC, 44100 Hz, stereo, 371 bytes: as FFmpeg's adts muxer writes it.
    [
      'ADTS',
      'fff150802e7ffc',
      { codec: 'aac', sizeBytes: 371, sampleRateHz: 44_100, channels: 2, lengthMs: (1024 * 1000) / 44_100 },
    ],
    [
      'MP3, 128 kbit/s at 48 kHz',
      'fffb9464',
      { codec: 'mp3', sizeBytes: 384, sampleRateHz: 48_000, channels: 2, lengthMs: 24 },
    ],
    [
      'MP3 of MPEG-2, mono',
      'fff384c4',
      { codec: 'mp3', sizeBytes: 192, sampleRateHz: 24_000, channels: 1, lengthMs: 24 },
    ],
  ])('%s', (_, header, frame) => {
    expect(readMpegAudioFrame(hex(`00 ${header}`), 1)).toEqual(frame);
  });

  it.each([
    ['nothing', ''],
    ['no sync word', '00fb9464'],
    ['a reserved bitrate', 'fffbf464'],
    ['a reserved rate', 'fffb9c64'],
    ['free format', 'fffb0464'],
    ['a reserved version', 'ffeb9464'],
    ['layer II', 'fffd9404'],
    ['ADTS of a reserved rate', 'fff17c802e7ffc'],
    ['ADTS without anything in it', 'fff1508000fffc'],
    ['ADTS that is cut off', 'fff150'],
  ])('are not: %s', (_, header) => {
    expect(readMpegAudioFrame(hex(header), 0)).toBeUndefined();
  });

  it('that cannot be sent have names', () => {
    expect(
      ['fffd9404', 'ffff9404', 'fff150802e7ffd', 'fff150802e7ffc', 'fffb9464', '494433'].map((text) =>
        foreignMpegAudioName(hex(text)),
      ),
    ).toEqual([
      'MPEG audio layer II',
      'MPEG audio layer I',
      'AAC with several blocks in a frame',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('what encoders put ahead of MP3', () => {
  const behind = (offset: number, text: string, bytes: string): Uint8Array =>
    concat(hex('fffb9464'), new Uint8Array(offset - 4), Buffer.from(text), hex(bytes), new Uint8Array(20));

  it.each([
    ['Xing, MPEG-1 stereo', behind(36, 'Xing', '0000000f 00000123'), 0x123],
    ['Info, MPEG-2 mono', behind(13, 'Info', '00000001 00000123'), 0x123],
    ['Xing without a count', behind(21, 'Xing', '00000002 00000123'), undefined],
    ['VBRI', behind(36, 'VBRI', `0001 0000 0000 00000000 ${'00000123'}`), 0x123],
  ])('tells the number of frames: %s', (_, frame, frameCount) => {
    expect(readMp3Info(frame)).toEqual({ frameCount });
  });

  it('is not in other frames', () => {
    expect(readMp3Info(behind(36, 'Sing', ''))).toBeUndefined();
    expect(readMp3Info(hex('fffb9464'))).toBeUndefined();
  });

  it.each([
    ['a tag', '494433 0300 00 00000201', 257 + 10],
    ['a tag with footer', '494433 0400 10 00000001', 1 + 20],
    ['what is none', '494400 0300 00 00000201', 0],
    ['a size that cannot be', '494433 0300 00 00000280', 0],
    ['a tag that is cut off', '494433 03', 0],
  ])('may be %s', (_, bytes, sizeBytes) => {
    expect(id3SizeBytes(hex(bytes), 0)).toBe(sizeBytes);
  });
});
