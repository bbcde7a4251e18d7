import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ClipShape {
  readonly seconds: number;
  readonly video?: 'h264' | 'hevc' | 'av1' | undefined;
  readonly audio?: 'aac' | 'mp3' | 'opus' | undefined;
  /** 320x180 when left out. */
  readonly size?: string;
  /** Seconds from keyframe to keyframe; 1 when left out. */
  readonly gopSeconds?: number;
  /** Composition times other than 0; `true` when left out. */
  readonly bFrames?: boolean;
}

const FRAMES_PER_SECOND = 25;

const VIDEO_ENCODERS: Record<NonNullable<ClipShape['video']>, readonly string[]> = {
  h264: ['-c:v', 'libx264', '-preset', 'veryfast', '-sc_threshold', '0', '-pix_fmt', 'yuv420p'],
  hevc: [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    'log-level=error:scenecut=0',
    '-pix_fmt',
    'yuv420p',
  ],
  av1: ['-c:v', 'libsvtav1', '-preset', '12', '-svtav1-params', 'scd=0', '-pix_fmt', 'yuv420p'],
};

const AUDIO_ENCODERS: Record<NonNullable<ClipShape['audio']>, readonly string[]> = {
  aac: ['-c:a', 'aac', '-b:a', '96k'],
  mp3: ['-c:a', 'libmp3lame', '-b:a', '96k'],
  opus: ['-c:a', 'libopus', '-b:a', '96k', '-ar', '48000'],
};

/** Encodes a moving test picture and noise (every frame differs from all others) into an FLV. */
export async function makeClip(path: string, shape: ClipShape, ffmpeg: readonly string[] = ['ffmpeg']): Promise<void> {
  const [command = 'ffmpeg', ...prefix] = ffmpeg;
  await run(command, [
    ...prefix,
    '-hide_banner',
    '-loglevel',
    'error',
    '-nostdin',
    ...sources(shape),
    ...encoders(shape),
    path,
  ]);
}

function sources({ seconds, video, audio, size = '320x180' }: ClipShape): string[] {
  const picture = `testsrc2=size=${size}:rate=${FRAMES_PER_SECOND}:duration=${seconds}`;
  const noise = `anoisesrc=duration=${seconds}:sample_rate=44100:amplitude=0.2:seed=1`;
  return [
    ...(video === undefined ? [] : ['-f', 'lavfi', '-i', picture]),
    ...(audio === undefined ? [] : ['-f', 'lavfi', '-i', noise]),
  ];
}

function encoders({ video, audio, gopSeconds = 1, bFrames = true }: ClipShape): string[] {
  const gop = `${Math.round(gopSeconds * FRAMES_PER_SECOND)}`;
  return [
    ...(video === undefined
      ? []
      : [...VIDEO_ENCODERS[video], '-g', gop, '-keyint_min', gop, '-bf', bFrames ? '2' : '0']),
    ...(audio === undefined ? [] : [...AUDIO_ENCODERS[audio], '-ac', '2']),
    '-f',
    'flv',
    '-y',
  ];
}
