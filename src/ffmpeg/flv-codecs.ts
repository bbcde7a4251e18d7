import type { Capabilities } from './capability-text.js';
import type { InputAudio, InputVideo } from './input.js';

/** Versions of libavformat: FFmpeg 6.1 writes Enhanced RTMP, 8.0 also its audio. */
const ENHANCED_VIDEO = [60, 16] as const;
const ENHANCED_AUDIO = [62, 0] as const;

const CLASSIC_VIDEO: ReadonlySet<string> = new Set(['h264', 'flv1', 'vp6f']);
const NEW_VIDEO: ReadonlySet<string> = new Set(['hevc', 'av1', 'vp9']);
const NEW_AUDIO: ReadonlySet<string> = new Set(['opus', 'flac', 'ac3', 'eac3']);

/** What FLV has a sign for, and players agree upon. */
const MP3_RATES: ReadonlySet<number> = new Set([11_025, 22_050, 44_100, 48_000]);

/** Whether this FFmpeg can put such video into FLV as it is. */
export function carriesVideo(codec: string, ffmpeg: Capabilities): boolean {
  return CLASSIC_VIDEO.has(codec) || (NEW_VIDEO.has(codec) && isAtLeast(ffmpeg, ENHANCED_VIDEO));
}

export function carriesAudio(codec: string, ffmpeg: Capabilities): boolean {
  return codec === 'aac' || codec === 'mp3' || (NEW_AUDIO.has(codec) && isAtLeast(ffmpeg, ENHANCED_AUDIO));
}

export function canCopyVideo({ codec }: InputVideo, ffmpeg: Capabilities): boolean {
  return carriesVideo(codec, ffmpeg);
}

export function canCopyAudio({ codec, sampleRate }: InputAudio, ffmpeg: Capabilities): boolean {
  return carriesAudio(codec, ffmpeg) && (codec !== 'mp3' || MP3_RATES.has(sampleRate ?? 0));
}

/** The FFmpeg from which on a codec can be carried. */
export function neededVersion(codec: string): string {
  return NEW_AUDIO.has(codec) ? '8.0' : '6.1';
}

/** A build that does not tell its version is taken for an old one. */
function isAtLeast({ formatVersion }: Capabilities, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor, ownMinor] = formatVersion ?? [0, 0];
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
