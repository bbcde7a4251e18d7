import { FfmpegError } from '../errors.js';
import type { Capabilities } from './capability-text.js';
import type { AudioCodecChoice, EncodeOptions, VideoCodecChoice } from './encoding.js';
import { seconds } from './input.js';

/** Among them the first that FFmpeg has. Those that need a certain machine come last. */
const ENCODERS: Readonly<Record<Exclude<VideoCodecChoice | AudioCodecChoice, 'copy'>, readonly string[]>> = {
  h264: ['libx264', 'h264_videotoolbox', 'h264_mf', 'libopenh264', 'h264_nvenc', 'h264_qsv', 'h264_amf'],
  hevc: ['libx265', 'hevc_videotoolbox', 'hevc_mf', 'hevc_nvenc', 'hevc_qsv', 'hevc_amf'],
  av1: ['libsvtav1', 'libaom-av1', 'librav1e', 'av1_nvenc', 'av1_qsv', 'av1_amf'],
  aac: ['aac', 'aac_at', 'libfdk_aac', 'aac_mf'],
  mp3: ['libmp3lame', 'libshine', 'mp3_mf'],
  opus: ['libopus'],
};

const GOP_MS = 2_000;
/** Above any that is likely: the time between keyframes is what counts, and is asked for separately. */
const MOST_FPS = 120;
const AUDIO_BITRATE_BPS: Readonly<Record<Exclude<AudioCodecChoice, 'copy'>, number>> = {
  aac: 128_000,
  mp3: 128_000,
  opus: 96_000,
};
/** No picture may need more than this, where nobody says a rate: it would not get through an ordinary line. */
const MAX_BITRATE_BPS = 6_000_000;

export interface VideoEncoding extends EncodeOptions {
  readonly codec: Exclude<VideoCodecChoice, 'copy'>;
  /** The input cannot wait. */
  readonly isLive: boolean;
}

/** @throws {FfmpegError} when this FFmpeg has no encoder for it */
export function videoEncoderArgs(encoding: VideoEncoding, ffmpeg: Capabilities): string[] {
  const { codec, fps, gopMs = GOP_MS } = encoding;
  const encoder = encoderFor(codec, ffmpeg);
  return [
    '-c:v',
    encoder,
    ...speedArgs(encoder, encoding),
    ...rateArgs(encoder, encoding),
    ...(fps === undefined ? [] : ['-r', `${fps}`]),
    '-g',
    `${Math.max(1, Math.ceil(((fps ?? MOST_FPS) * gopMs) / 1_000))}`,
    '-force_key_frames',
    `expr:gte(t,n_forced*${seconds(gopMs)})`,
    '-vf',
    pictureFilter(encoding),
    '-pix_fmt',
    'yuv420p',
  ];
}

/** @throws {FfmpegError} when this FFmpeg has no encoder for it */
export function audioEncoderArgs(
  codec: Exclude<AudioCodecChoice, 'copy'>,
  { audioBitrateBps = AUDIO_BITRATE_BPS[codec] }: EncodeOptions,
  ffmpeg: Capabilities,
): string[] {
  const sampleRate = codec === 'mp3' ? 44_100 : 48_000;
  return ['-c:a', encoderFor(codec, ffmpeg), '-b:a', `${audioBitrateBps}`, '-ar', `${sampleRate}`, '-ac', '2'];
}

function encoderFor(codec: keyof typeof ENCODERS, { encoders, version }: Capabilities): string {
  const encoder = ENCODERS[codec].find((name) => encoders.has(name));
  if (encoder === undefined) {
    throw new FfmpegError('ERR_FFMPEG_FAILED', `this FFmpeg (${version}) cannot encode ${codec}`, {
      stage: 'ffmpeg',
      advice: `use one that was built with ${ENCODERS[codec][0]}, with --ffmpeg PATH`,
    });
  }
  return encoder;
}

/** How fast and how well it works, and whether pictures wait for later ones. */
function speedArgs(encoder: string, { preset, isLive, lowLatency = false }: VideoEncoding): string[] {
  const usual = lowLatency ? 'ultrafast' : 'veryfast';
  const asked = preset === undefined ? [] : ['-preset', preset];
  const isSwift = isLive || lowLatency;
  switch (encoder) {
    case 'libx264':
      return [...presetOr(usual, asked), ...(isSwift ? ['-tune', 'zerolatency'] : []), '-sc_threshold', '0'];
    case 'libx265':
      return [
        ...presetOr(usual, asked),
        ...(isSwift ? ['-tune', 'zerolatency'] : []),
        '-x265-params',
        'scenecut=0:log-level=1',
      ];
    case 'libsvtav1':
      return presetOr('10', asked);
    case 'libaom-av1':
      return ['-usage', 'realtime', '-cpu-used', preset ?? '8', '-row-mt', '1'];
    case 'librav1e':
      return ['-speed', preset ?? '10'];
    case 'h264_videotoolbox':
    case 'hevc_videotoolbox':
      return isSwift ? ['-realtime', '1', '-bf', '0'] : [];
    default:
      return asked;
  }
}

function presetOr(fallback: string, asked: string[]): string[] {
  return asked.length === 0 ? ['-preset', fallback] : asked;
}

/** A constant rate where one is asked for; else a constant quality below a limit, where the encoder knows that. */
function rateArgs(encoder: string, { videoBitrateBps }: VideoEncoding): string[] {
  if (videoBitrateBps !== undefined) {
    const limits = encoder === 'libsvtav1' ? [] : ['-maxrate', `${videoBitrateBps}`, '-bufsize', `${videoBitrateBps}`];
    return ['-b:v', `${videoBitrateBps}`, ...limits];
  }
  switch (encoder) {
    case 'libx264':
    case 'libx265':
      return ['-crf', '23', '-maxrate', `${MAX_BITRATE_BPS}`, '-bufsize', `${MAX_BITRATE_BPS}`];
    case 'libsvtav1':
      return ['-crf', '35'];
    default:
      return ['-b:v', '2500000'];
  }
}

/** Fits the picture into the size with its proportions kept; without a size, only sees to it that its sides are even. */
function pictureFilter({ size }: VideoEncoding): string {
  if (size === undefined) return 'crop=trunc(iw/2)*2:trunc(ih/2)*2';
  const box = `${size.width}:${size.height}`;
  return `scale=${box}:force_original_aspect_ratio=decrease,pad=${box}:(ow-iw)/2:(oh-ih)/2,setsar=1`;
}
