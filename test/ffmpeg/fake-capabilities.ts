import type { Capabilities } from '../../src/ffmpeg/capabilities.js';

export interface Abilities {
  readonly formatVersion?: readonly [number, number];
  readonly encoders?: readonly string[];
  readonly demuxers?: readonly string[];
}

/** An FFmpeg 5.1 that can do this and no more. */
export function ffmpegThatCan({ formatVersion = [59, 27], encoders = [], demuxers = [] }: Abilities): Capabilities {
  return {
    version: '5.1.9',
    formatVersion,
    encoders: new Set(encoders),
    muxers: new Set(['flv']),
    demuxers: new Set(demuxers),
    inputProtocols: new Set(['file', 'http']),
  };
}
