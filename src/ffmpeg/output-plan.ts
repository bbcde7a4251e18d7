import { FfmpegError, MediaError, UsageError } from '../errors.js';
import type { Capabilities } from './capability-text.js';
import { audioEncoderArgs, videoEncoderArgs } from './encoders.js';
import { type AudioCodecChoice, changesVideo, type EncodeOptions, type VideoCodecChoice } from './encoding.js';
import { canCopyAudio, canCopyVideo, carriesAudio, carriesVideo, neededVersion } from './flv-codecs.js';
import type { InputAudio, InputVideo } from './input.js';

export interface PlannedMedia {
  /** For people. */
  readonly label: string;
  readonly video: InputVideo | undefined;
  readonly audio: InputAudio | undefined;
  /** Which of FFmpeg's inputs has the audio; video is in the first one. */
  readonly audioInput: number;
  /** It cannot wait. */
  readonly isLive: boolean;
}

/**
 * The arguments behind FFmpeg's inputs: what RTMP can carry is copied, the rest encoded, as far as nothing else is asked for.
 * The output is FLV on standard output.
 *
 * @throws {UsageError} for options that exclude each other
 * @throws {MediaError} when there is nothing to send, or it cannot be carried
 * @throws {FfmpegError} when this FFmpeg cannot do it
 */
export function outputArgs(media: PlannedMedia, options: EncodeOptions, ffmpeg: Capabilities): string[] {
  const { label, video, audio } = media;
  if (video === undefined && audio === undefined) {
    throw new MediaError('ERR_MEDIA_EMPTY', `${label} has neither audio nor video`, { stage: 'file' });
  }
  return [
    ...(video === undefined ? ['-vn'] : ['-map', '0:V:0?', ...videoArgs(video, media, options, ffmpeg)]),
    ...(audio === undefined
      ? ['-an']
      : ['-map', `${media.audioInput}:a:0?`, ...audioArgs(audio, media, options, ffmpeg)]),
    ...(options.extraArgs ?? []),
    ...FLV_ON_STDOUT,
  ];
}

/** Without what only a file can have, and without waiting for a buffer to fill. */
const FLV_ON_STDOUT = ['-sn', '-dn', '-flvflags', 'no_duration_filesize', '-flush_packets', '1', '-f', 'flv', 'pipe:1'];

function videoArgs(video: InputVideo, media: PlannedMedia, options: EncodeOptions, ffmpeg: Capabilities): string[] {
  const codec = videoCodecFor(video, media, options, ffmpeg);
  if (codec === 'copy') return ['-c:v', 'copy'];
  if (!carriesVideo(codec, ffmpeg)) throw tooOld(codec, ffmpeg);
  return videoEncoderArgs({ ...options, codec, isLive: media.isLive }, ffmpeg);
}

function videoCodecFor(
  video: InputVideo,
  { label }: PlannedMedia,
  options: EncodeOptions,
  ffmpeg: Capabilities,
): VideoCodecChoice {
  const isCarried = canCopyVideo(video, ffmpeg);
  if (options.videoCodec !== 'copy') {
    return options.videoCodec ?? (changesVideo(options) || !isCarried ? 'h264' : 'copy');
  }
  if (changesVideo(options)) {
    throw new UsageError('ERR_USAGE', '--video-codec copy leaves the picture as it is: no size, rate or GOP with it', {
      stage: 'options',
    });
  }
  if (!isCarried) throw notCarried(`${label}: its video (${video.codec})`, '--video-codec h264');
  return 'copy';
}

function audioArgs(audio: InputAudio, media: PlannedMedia, options: EncodeOptions, ffmpeg: Capabilities): string[] {
  const codec = audioCodecFor(audio, media, options, ffmpeg);
  if (codec === 'copy') return ['-c:a', 'copy'];
  if (!carriesAudio(codec, ffmpeg)) throw tooOld(codec, ffmpeg);
  return audioEncoderArgs(codec, options, ffmpeg);
}

function audioCodecFor(
  audio: InputAudio,
  { label }: PlannedMedia,
  { audioCodec, audioBitrateBps }: EncodeOptions,
  ffmpeg: Capabilities,
): AudioCodecChoice {
  const isCarried = canCopyAudio(audio, ffmpeg);
  if (audioCodec !== 'copy') return audioCodec ?? (audioBitrateBps !== undefined || !isCarried ? 'aac' : 'copy');
  if (audioBitrateBps !== undefined) {
    throw new UsageError('ERR_USAGE', '--audio-codec copy leaves the sound as it is: no bitrate with it', {
      stage: 'options',
    });
  }
  if (!isCarried) throw notCarried(`${label}: its audio (${audio.codec})`, '--audio-codec aac');
  return 'copy';
}

function tooOld(codec: string, { version }: Capabilities): FfmpegError {
  return new FfmpegError('ERR_FFMPEG_FAILED', `FFmpeg ${version} cannot send ${codec} over RTMP`, {
    stage: 'ffmpeg',
    advice: `FFmpeg ${neededVersion(codec)} or later can; name one with --ffmpeg PATH, or choose another codec`,
  });
}

function notCarried(what: string, option: string): MediaError {
  return new MediaError('ERR_MEDIA_UNSUPPORTED', `${what} cannot be sent as it is`, {
    stage: 'file',
    advice: `leave the choice to rtmpkit, or encode it with ${option}`,
  });
}
