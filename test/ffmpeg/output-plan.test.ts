import { describe, expect, it } from 'vitest';
import type { EncodeOptions } from '../../src/ffmpeg/encoding.js';
import { outputArgs, type PlannedMedia } from '../../src/ffmpeg/output-plan.js';
import { type Abilities, ffmpegThatCan } from './fake-capabilities.js';

const ALL = ['libx264', 'libx265', 'libsvtav1', 'aac', 'libmp3lame', 'libopus'];
const FFMPEG_6_1 = [60, 16] as const;
const FFMPEG_8 = [62, 3] as const;

interface Case {
  readonly video?: string;
  readonly audio?: string;
  readonly sampleRate?: number;
  readonly isLive?: boolean;
  readonly options?: EncodeOptions;
  readonly can?: Abilities;
}

function plan({ video, audio, sampleRate, isLive = false, options = {}, can = {} }: Case): string {
  const media: PlannedMedia = {
    label: 'film',
    video: video === undefined ? undefined : { codec: video },
    audio: audio === undefined ? undefined : { codec: audio, sampleRate },
    audioInput: 0,
    isLive,
  };
  return outputArgs(media, options, ffmpegThatCan({ encoders: ALL, ...can })).join(' ');
}

describe('outputArgs', () => {
  it('writes FLV without what a pipe cannot have', () => {
    expect(plan({ video: 'h264', audio: 'aac' })).toBe(
      '-map 0:V:0? -c:v copy -map 0:a:0? -c:a copy -sn -dn -flvflags no_duration_filesize -flush_packets 1 -f flv pipe:1',
    );
  });

  it.each<[string, Case, string]>([
    ['H.264', { video: 'h264' }, '-c:v copy'],
    ['HEVC, when FFmpeg is new enough', { video: 'hevc', can: { formatVersion: FFMPEG_6_1 } }, '-c:v copy'],
    ['HEVC otherwise', { video: 'hevc' }, '-c:v libx264'],
    ['HEVC, of a build that does not tell its age', { video: 'hevc', can: { formatVersion: [0, 0] } }, '-c:v libx264'],
    ['MPEG-2', { video: 'mpeg2video' }, '-c:v libx264'],
    ['AAC', { audio: 'aac', sampleRate: 96_000 }, '-c:a copy'],
    ['MP3', { audio: 'mp3', sampleRate: 44_100 }, '-c:a copy'],
    ['MP3 at a rate that FLV has no sign for', { audio: 'mp3', sampleRate: 16_000 }, '-c:a aac'],
    ['Opus, when FFmpeg is new enough', { audio: 'opus', can: { formatVersion: FFMPEG_8 } }, '-c:a copy'],
    ['Opus otherwise', { audio: 'opus', can: { formatVersion: FFMPEG_6_1 } }, '-c:a aac'],
    ['PCM', { audio: 'pcm_s16le' }, '-c:a aac -b:a 128000 -ar 48000 -ac 2'],
    ['H.264 in another size', { video: 'h264', options: { size: { width: 640, height: 360 } } }, '-c:v libx264'],
    [
      'H.264 in a new codec',
      { video: 'h264', options: { videoCodec: 'av1' }, can: { formatVersion: FFMPEG_6_1 } },
      '-c:v libsvtav1 -preset 10 -crf 35',
    ],
    ['AAC at another rate', { audio: 'aac', options: { audioBitrateBps: 64_000 } }, '-c:a aac -b:a 64000'],
    ['AAC as MP3', { audio: 'aac', options: { audioCodec: 'mp3' } }, '-c:a libmp3lame -b:a 128000 -ar 44100 -ac 2'],
    ['sound when only the picture changes', { video: 'h264', audio: 'aac', options: { fps: 10 } }, '-c:a copy'],
    [
      'a live picture',
      { video: 'rawvideo', isLive: true },
      '-c:v libx264 -preset veryfast -tune zerolatency -sc_threshold 0 -crf 23',
    ],
    ['a file in a hurry', { video: 'mpeg4', options: { lowLatency: true } }, '-preset ultrafast -tune zerolatency'],
    [
      'with the preset that is wanted',
      { video: 'h264', options: { preset: 'slow' } },
      '-c:v libx264 -preset slow -sc_threshold',
    ],
    [
      'at the rate that is wanted',
      { video: 'h264', options: { videoBitrateBps: 800_000 } },
      '-b:v 800000 -maxrate 800000 -bufsize 800000',
    ],
    [
      'with a keyframe every two seconds',
      { video: 'mpeg4', options: { fps: 25 } },
      '-r 25 -g 50 -force_key_frames expr:gte(t,n_forced*2.000)',
    ],
    [
      'with keyframes as wanted',
      { video: 'mpeg4', options: { gopMs: 500 } },
      '-g 60 -force_key_frames expr:gte(t,n_forced*0.500)',
    ],
    ['with even sides', { video: 'mpeg4' }, '-vf crop=trunc(iw/2)*2:trunc(ih/2)*2 -pix_fmt yuv420p'],
    [
      'in proportion',
      { video: 'mpeg4', options: { size: { width: 640, height: 360 } } },
      '-vf scale=640:360:force_original_aspect_ratio=decrease,pad=640:360:(ow-iw)/2:(oh-ih)/2,setsar=1',
    ],
    ['without video', { audio: 'aac' }, '-vn -map 0:a:0?'],
    ['without audio', { video: 'h264' }, '-c:v copy -an'],
    [
      'with arguments of the person behind ours',
      { video: 'h264', options: { extraArgs: ['-metadata', 'a=b'] } },
      '-an -metadata a=b -sn',
    ],
    [
      'with another encoder where the usual one is not there',
      { video: 'mpeg4', can: { encoders: ['libopenh264'] } },
      '-c:v libopenh264 -b:v 2500000',
    ],
  ])('sends %s', (_, input, expected) => {
    expect(plan(input)).toContain(expected);
  });

  it.each<[string, Case, string, string]>([
    ['nothing', {}, 'ERR_MEDIA_EMPTY', 'film has neither audio nor video'],
    [
      'a copy that is changed',
      { video: 'h264', options: { videoCodec: 'copy', fps: 5 } },
      'ERR_USAGE',
      '--video-codec copy',
    ],
    [
      'a copied sound at another rate',
      { audio: 'aac', options: { audioCodec: 'copy', audioBitrateBps: 64_000 } },
      'ERR_USAGE',
      '--audio-codec copy',
    ],
    [
      'a copy of what cannot be carried',
      { video: 'mpeg4', options: { videoCodec: 'copy' } },
      'ERR_MEDIA_UNSUPPORTED',
      'mpeg4',
    ],
    [
      'a copy of sound that cannot be carried',
      { audio: 'vorbis', options: { audioCodec: 'copy' } },
      'ERR_MEDIA_UNSUPPORTED',
      'vorbis',
    ],
    [
      'HEVC with an old FFmpeg',
      { video: 'h264', options: { videoCodec: 'hevc' } },
      'ERR_FFMPEG_FAILED',
      'FFmpeg 5.1.9 cannot send hevc',
    ],
    [
      'Opus with an old FFmpeg',
      { audio: 'aac', options: { audioCodec: 'opus' } },
      'ERR_FFMPEG_FAILED',
      'cannot send opus',
    ],
    [
      'what there is no encoder for',
      { video: 'mpeg4', can: { encoders: [] } },
      'ERR_FFMPEG_FAILED',
      'cannot encode h264',
    ],
  ])('refuses %s', (_, input, code, words) => {
    expect(() => plan(input)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }));
  });
});
