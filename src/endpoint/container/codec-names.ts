import type { WritableAudioCodec } from '../../media/audio-tag-writer.js';
import type { WritableVideoCodec } from '../../media/video-tag-writer.js';

/** As people call what can be sent. */
export const CODEC_NAMES: Readonly<Record<WritableVideoCodec | WritableAudioCodec, string>> = {
  h264: 'H.264',
  hevc: 'H.265',
  av1: 'AV1',
  vp9: 'VP9',
  vp8: 'VP8',
  aac: 'AAC',
  mp3: 'MP3',
  opus: 'Opus',
  flac: 'FLAC',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
};
