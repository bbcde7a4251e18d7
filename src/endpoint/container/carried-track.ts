import type { TakeMemory } from '../../bytes/memory.js';
import { aacSampleRateIndex } from '../../codec/aac.js';
import { hasAdtsHeader, writeAacConfig } from '../../codec/adts.js';
import { writeFlacConfig } from '../../codec/flac-config-writer.js';
import { parseMp3FrameHeader } from '../../codec/mp3.js';
import { writeOpusHead } from '../../codec/opus.js';
import { MediaError } from '../../errors.js';
import type { Sound, WritableAudioCodec } from '../../media/audio-tag-writer.js';
import type { CodedTrack } from '../../media/track/coded-track.js';
import { adtsTrack, av1Track, plainTrack, vp8Track, vp9Track } from '../../media/track/frame-track.js';
import { avcStreamTrack, hevcStreamTrack, recordedAvcTrack, recordedHevcTrack } from '../../media/track/nal-track.js';
import { audioTrackTags, type TrackTags, videoTrackTags } from '../../media/track/track-tags.js';
import type { WritableVideoCodec } from '../../media/video-tag-writer.js';
import type { SendableAudio, SendableVideo } from './container-reader.js';

/** A track of a file in a form that RTMP carries. */
export interface CarriedTrack {
  readonly codec: WritableVideoCodec | WritableAudioCodec;
  /** From the first packet on, or from any keyframe. */
  tags(take?: TakeMemory): TrackTags;
}

/** What to do about media that RTMP has no form for. */
export const CARRIED_ADVICE = {
  video: 'RTMP carries H.264, H.265, AV1, VP9 and VP8 video; --video-codec h264 encodes it anew (with FFmpeg)',
  audio: 'RTMP carries AAC, MP3, Opus, FLAC, AC-3 and E-AC-3 audio; --audio-codec aac encodes it anew (with FFmpeg)',
} as const;

const NO_CONFIG = new Uint8Array(0);
const AAC_LC = 2;

/** @throws {MediaError} `ERR_MEDIA_DAMAGED`, `ERR_MEDIA_UNSUPPORTED` */
export function carryVideo({ codec, record }: SendableVideo): CarriedTrack {
  return { codec, tags: (take) => videoTrackTags(codec, codedVideo(codec, record), take) };
}

function codedVideo(codec: WritableVideoCodec, record: Uint8Array | undefined): CodedTrack {
  switch (codec) {
    case 'h264':
      return record === undefined ? avcStreamTrack() : recordedAvcTrack(record);
    case 'hevc':
      return record === undefined ? hevcStreamTrack() : recordedHevcTrack(record);
    case 'av1':
      return av1Track();
    case 'vp9':
      return vp9Track();
    case 'vp8':
      return vp8Track();
  }
}

/**
 * @param firstPacket tells what a container leaves out
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`, `ERR_MEDIA_UNSUPPORTED`
 */
export function carryAudio({ codec, record, sound }: SendableAudio, firstPacket: Uint8Array): CarriedTrack {
  if (codec === 'mp3') mustBeLayerThree(firstPacket);
  if (codec === 'aac' && record === undefined && hasAdtsHeader(firstPacket)) {
    return { codec, tags: (take) => audioTrackTags(codec, adtsTrack(), sound, take) };
  }
  const config = audioConfig(codec, record, sound);
  return { codec, tags: (take) => audioTrackTags(codec, plainTrack(config), sound, take) };
}

/** Layer II, which is common in broadcasting, goes by the same name in some containers. */
function mustBeLayerThree(frame: Uint8Array): void {
  try {
    parseMp3FrameHeader(frame);
  } catch (error) {
    if (!(error instanceof MediaError) || error.code !== 'ERR_MEDIA_UNSUPPORTED') throw error;
    throw new MediaError(error.code, 'RTMP cannot carry its audio (MPEG audio layer II)', {
      stage: 'file',
      advice: CARRIED_ADVICE.audio,
      cause: error,
    });
  }
}

function audioConfig(codec: WritableAudioCodec, record: Uint8Array | undefined, sound: Sound): Uint8Array {
  switch (codec) {
    case 'aac':
      return record ?? plainAacConfig(sound);
    case 'opus':
      return record ?? writeOpusHead(sound.channels === 1 ? 1 : 2, sound.sampleRateHz);
    case 'flac':
      return writeFlacConfig(record ?? NO_CONFIG);
    case 'mp3':
    case 'ac3':
    case 'eac3':
      return NO_CONFIG;
  }
}

/** Old Matroska files have no more than a codec's name. */
function plainAacConfig({ sampleRateHz, channels }: Sound): Uint8Array {
  const sampleRateIndex = aacSampleRateIndex(sampleRateHz);
  if (sampleRateIndex === undefined || channels > 6) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'the AAC track has no configuration');
  }
  return writeAacConfig({ objectType: AAC_LC, sampleRateIndex, channelConfiguration: channels });
}
