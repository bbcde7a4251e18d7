import type { EncodeOptions } from '../ffmpeg/encoding.js';
import type { Settings } from './options/option.js';
import type { ENCODE_OPTIONS } from './options/tables.js';

/** How the options say that media is to be encoded; what nobody said is left out. */
export function encodeOptions(settings: Settings<typeof ENCODE_OPTIONS>): EncodeOptions {
  const given = {
    size: settings.size,
    fps: settings.fps,
    videoCodec: settings['video-codec'],
    videoBitrateBps: settings['video-bitrate'],
    gopMs: settings.gop,
    audioCodec: settings['audio-codec'],
    audioBitrateBps: settings['audio-bitrate'],
    preset: settings.preset,
    lowLatency: settings['low-latency'] || undefined,
    extraArgs: settings['ffmpeg-args'],
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
