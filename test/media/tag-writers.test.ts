import { describe, expect, it } from 'vitest';
import { parseAudioTag } from '../../src/media/audio-tag.js';
import { audioConfigBody, audioFrameHeader, type WritableAudioCodec } from '../../src/media/audio-tag-writer.js';
import { parseVideoTag } from '../../src/media/video-tag.js';
import {
  videoConfigBody,
  videoFrameHeaderSizeBytes,
  type WritableVideoCodec,
  writeVideoFrameHeader,
} from '../../src/media/video-tag-writer.js';
import { hex } from '../amf/golden.js';

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function frameHeader(codec: WritableVideoCodec, isKeyframe: boolean, compositionTimeMs: number): string {
  const header = { isKeyframe, compositionTimeMs };
  const body = new Uint8Array(videoFrameHeaderSizeBytes(codec, header));
  writeVideoFrameHeader(body, codec, header);
  return toHex(body);
}

describe('video tags', () => {
  // protocol.md 8.1, 11.6, 11.7 and 7.2.
  it.each([
    ['h264', true, 0, '1701000000'],
    ['h264', false, 80, '2701000050'],
    ['h264', false, -40, '2701ffffd8'],
    ['hevc', true, 40, '9168766331000028'],
    ['hevc', true, 0, '9368766331'],
    ['hevc', false, -1, 'a168766331ffffff'],
    ['av1', true, 0, '9161763031'],
    ['vp9', false, 0, 'a176703039'],
    ['vp8', true, 0, '9176703038'],
  ] as const)('of %s, keyframe %s, composition time %i', (codec, isKeyframe, compositionTimeMs, bytes) => {
    expect(frameHeader(codec, isKeyframe, compositionTimeMs)).toBe(bytes);
    expect(parseVideoTag(hex(bytes))).toMatchObject({
      codec,
      packetType: 'frames',
      frameType: isKeyframe ? 'key' : 'inter',
      compositionTimeMs,
    });
  });

  it.each([
    ['h264', '1700000000aabb'],
    ['hevc', '9068766331aabb'],
    ['av1', '9061763031aabb'],
    ['vp9', '9076703039aabb'],
    ['vp8', '9076703038aabb'],
  ] as const)('with a configuration of %s', (codec, bytes) => {
    expect(toHex(videoConfigBody(codec, hex('aabb')))).toBe(bytes);
    expect(parseVideoTag(hex(bytes))).toMatchObject({ codec, packetType: 'sequence-header', payloadSizeBytes: 2 });
  });
});

describe('audio tags', () => {
  const stereo = { sampleRateHz: 44_100, channels: 2 };

  it.each([
    ['aac', stereo, 'af01'],
    ['aac', { sampleRateHz: 48_000, channels: 1 }, 'af01'],
    ['mp3', stereo, '2f'],
    ['mp3', { sampleRateHz: 48_000, channels: 1 }, '2e'],
    ['mp3', { sampleRateHz: 22_050, channels: 2 }, '2b'],
    ['mp3', { sampleRateHz: 11_025, channels: 1 }, '26'],
    ['mp3', { sampleRateHz: 8_000, channels: 1 }, 'e2'],
    ['opus', stereo, '914f707573'],
    ['flac', stereo, '91664c6143'],
    ['ac3', stereo, '9161632d33'],
    ['eac3', stereo, '9165632d33'],
  ] as const)('of %s, %o', (codec, sound, bytes) => {
    expect(toHex(audioFrameHeader(codec, sound))).toBe(bytes);
    expect(parseAudioTag(hex(`${bytes}00`))).toMatchObject({ codec, packetType: 'frames' });
  });

  it.each<[WritableAudioCodec, string | undefined]>([
    ['aac', 'af00aabb'],
    ['mp3', undefined],
    ['opus', '904f707573aabb'],
    ['flac', '90664c6143aabb'],
    ['ac3', '9061632d33aabb'],
  ])('with a configuration of %s', (codec, bytes) => {
    const body = audioConfigBody(codec, hex('aabb'));
    expect(body && toHex(body)).toBe(bytes);
  });
});
