import { aacCodecString, aacProfileName, parseAacConfig } from '../codec/aac.js';
import { parseAc3FrameHeader } from '../codec/ac3.js';
import { av1CodecString, av1LevelName, av1ProfileName, findAv1SequenceHeader, parseAv1Config } from '../codec/av1.js';
import { type Av1SequenceHeader, parseAv1SequenceHeader } from '../codec/av1-sequence-header.js';
import { avcCodecString, avcLevelName, avcProfileName, parseAvcConfig } from '../codec/avc.js';
import { parseAvcSps } from '../codec/avc-sps.js';
import { parseFlacConfig } from '../codec/flac.js';
import { hevcCodecString, hevcLevelName, hevcProfileName, hevcSpsOf, parseHevcConfig } from '../codec/hevc.js';
import { parseHevcSps } from '../codec/hevc-sps.js';
import { parseMp3FrameHeader } from '../codec/mp3.js';
import { OPUS_SAMPLE_RATE_HZ, parseOpusHead } from '../codec/opus.js';
import { readIfWhole } from '../codec/record.js';
import type { ColourDescription, SampleAspectRatio, VideoSignal } from '../codec/video-usability.js';
import { parseVpConfig, vp9CodecString, vp9LevelName } from '../codec/vp9.js';
import { MediaError } from '../errors.js';
import { type AudioCodec, type AudioTagHeader, parseAudioTag } from './audio-tag.js';
import { tagPayload } from './enhanced-header.js';
import { keyframeSize } from './keyframe-size.js';
import type { MediaTag } from './tag.js';
import { parseVideoTag, type VideoCodec, type VideoPacketHeader } from './video-tag.js';

export type Chroma = '4:0:0' | '4:2:0' | '4:2:2' | '4:4:4';

/** What is known of a video stream from one of its tags; the rest is left out. */
export interface VideoDescription extends VideoDetails {
  readonly codec: VideoCodec;
  /** As in `videocodecid`: the classic number, or the FourCC's. */
  readonly codecId: number;
  readonly trackId: number;
  /** The configuration or header could not be read. */
  readonly damage?: MediaError | undefined;
}

export interface VideoDetails {
  /** For web players (RFC 6381). */
  readonly codecString?: string | undefined;
  readonly profile?: string | undefined;
  readonly level?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Frames per second, as the encoder promises; not measured. */
  readonly frameRate?: number | undefined;
  readonly bitDepth?: number | undefined;
  readonly chroma?: Chroma | undefined;
  readonly interlaced?: boolean | undefined;
  readonly sampleAspectRatio?: SampleAspectRatio | undefined;
  readonly fullRange?: boolean | undefined;
  readonly colour?: ColourDescription | undefined;
  /** 0: no B-frames. */
  readonly maxReorderedFrames?: number | undefined;
}

/** What is known of an audio stream from one of its tags; the rest is left out. */
export interface AudioDescription extends AudioDetails {
  readonly codec: AudioCodec;
  /** As in `audiocodecid`: the classic number, or the FourCC's. */
  readonly codecId: number;
  readonly trackId: number;
  /** The configuration or header could not be read. */
  readonly damage?: MediaError | undefined;
}

export interface AudioDetails {
  /** For web players (RFC 6381). */
  readonly codecString?: string | undefined;
  readonly profile?: string | undefined;
  /** Hz, as a decoder gives them. */
  readonly sampleRate?: number | undefined;
  readonly channels?: number | undefined;
  readonly sampleSizeBits?: number | undefined;
  /** As the frame says; not measured. */
  readonly bitrateBps?: number | undefined;
  /** AAC: spectral band replication and parametric stereo; `undefined`: not signalled. */
  readonly sbr?: boolean | undefined;
  readonly ps?: boolean | undefined;
  /** How long the sound of a tag lasts, where all of them last as long. */
  readonly frameDurationMs?: number | undefined;
}

/**
 * Describes a video stream by a sequence header, or by a frame: key frames of VP8, VP9 and AV1 tell more than their
 * configuration. `undefined` when the tag says nothing of the stream or its header cannot be read. Never throws: media that
 * cannot be described may still be passed on.
 */
export function describeVideo(tag: MediaTag): VideoDescription | undefined {
  if (tag.kind !== 'video') return undefined;
  const header = readIfWhole(() => parseVideoTag(tag.body));
  if (header === undefined || header.packetType === 'command') return undefined;
  const { codec, codecId, track } = header;
  const payload = tagPayload(tag.body, header);
  return { codec, codecId, trackId: track?.id ?? 0, ...detailsOrDamage(() => videoDetails(header, payload)) };
}

/** As `describeVideo`. Frames of MP3, AC-3 and E-AC-3 tell what these codecs have no configuration for. */
export function describeAudio(tag: MediaTag): AudioDescription | undefined {
  if (tag.kind !== 'audio') return undefined;
  const header = readIfWhole(() => parseAudioTag(tag.body));
  if (header === undefined || header.packetType === 'silence') return undefined;
  const { codec, codecId, track } = header;
  const payload = tagPayload(tag.body, header);
  return { codec, codecId, trackId: track?.id ?? 0, ...detailsOrDamage(() => audioDetails(header, payload)) };
}

function detailsOrDamage<T extends object>(read: () => T): T | { damage: MediaError } {
  try {
    return read();
  } catch (error) {
    if (error instanceof MediaError) return { damage: error };
    throw error;
  }
}

function videoDetails(header: VideoPacketHeader, payload: Uint8Array): VideoDetails {
  const { codec, frameType, packetType } = header;
  // A SequenceStart without a body is followed by the full one.
  if (payload.length === 0) return {};
  if (packetType === 'sequence-header') return configuredVideo(codec, payload);
  return packetType === 'frames' && frameType === 'key' ? keyframeDetails(header, payload) : {};
}

function configuredVideo(codec: VideoCodec, record: Uint8Array): VideoDetails {
  switch (codec) {
    case 'h264':
      return avcDetails(record);
    case 'hevc':
      return hevcDetails(record);
    case 'av1':
      return av1Details(record);
    case 'vp9':
    case 'vp8':
      return vpDetails(codec, record);
    default:
      return {};
  }
}

function keyframeDetails(header: VideoPacketHeader, frame: Uint8Array): VideoDetails {
  if (header.codec !== 'av1') return keyframeSize(header, frame) ?? {};
  const sequenceHeader = findAv1SequenceHeader(frame);
  return sequenceHeader === undefined ? {} : av1HeaderDetails(parseAv1SequenceHeader(sequenceHeader));
}

const CHROMA_OF_FORMAT_IDC: readonly Chroma[] = ['4:0:0', '4:2:0', '4:2:2', '4:4:4'];

function signalDetails(signal: VideoSignal | undefined): Pick<VideoDetails, 'fullRange' | 'colour'> {
  return { fullRange: signal?.fullRange, colour: signal?.colour };
}

function avcDetails(record: Uint8Array): VideoDetails {
  const config = parseAvcConfig(record);
  const named = {
    codecString: avcCodecString(config),
    profile: avcProfileName(config),
    level: avcLevelName(config),
  };
  const [nal] = config.sequenceParameterSets;
  if (nal === undefined) return named;
  const { width, height, bitDepth, chromaFormatIdc, interlaced, vui } = parseAvcSps(nal);
  return {
    ...named,
    width,
    height,
    frameRate: vui?.frameRate,
    bitDepth,
    chroma: CHROMA_OF_FORMAT_IDC[chromaFormatIdc],
    interlaced,
    sampleAspectRatio: vui?.sampleAspectRatio,
    ...signalDetails(vui?.signal),
    maxReorderedFrames: vui?.maxReorderedFrames,
  };
}

function hevcDetails(record: Uint8Array): VideoDetails {
  const config = parseHevcConfig(record);
  const named = {
    codecString: hevcCodecString(config),
    profile: hevcProfileName(config),
    level: hevcLevelName(config),
    frameRate: config.averageFrameRate,
    bitDepth: config.bitDepth,
    chroma: CHROMA_OF_FORMAT_IDC[config.chromaFormatIdc],
  };
  const nal = hevcSpsOf(config);
  if (nal === undefined) return named;
  const { width, height, maxReorderedFrames, vui } = parseHevcSps(nal);
  return {
    ...named,
    width,
    height,
    frameRate: vui?.frameRate ?? config.averageFrameRate,
    interlaced: vui?.fieldSequence,
    sampleAspectRatio: vui?.sampleAspectRatio,
    ...signalDetails(vui?.signal),
    maxReorderedFrames,
  };
}

function av1Details(record: Uint8Array): VideoDetails {
  const config = parseAv1Config(record);
  const named = {
    codecString: av1CodecString(config),
    profile: av1ProfileName(config),
    level: av1LevelName(config),
    bitDepth: config.bitDepth,
    chroma: CHROMA_OF_FORMAT_IDC[config.chromaFormatIdc],
  };
  const payload = findAv1SequenceHeader(config.configObus);
  return payload === undefined ? named : { ...named, ...av1HeaderDetails(parseAv1SequenceHeader(payload)) };
}

function av1HeaderDetails(header: Av1SequenceHeader): VideoDetails {
  return {
    codecString: av1CodecString(header),
    profile: av1ProfileName(header),
    level: av1LevelName(header),
    width: header.width,
    height: header.height,
    frameRate: header.frameRate,
    bitDepth: header.bitDepth,
    chroma: CHROMA_OF_FORMAT_IDC[header.chromaFormatIdc],
    fullRange: header.fullRange,
    colour: header.colour,
  };
}

function vpDetails(codec: 'vp9' | 'vp8', record: Uint8Array): VideoDetails {
  const config = parseVpConfig(record);
  return {
    codecString: codec === 'vp9' ? vp9CodecString(config) : 'vp8',
    profile: `Profile ${config.profile}`,
    level: vp9LevelName(config),
    bitDepth: config.bitDepth,
    chroma: CHROMA_OF_FORMAT_IDC[config.chromaFormatIdc],
    fullRange: config.fullRange,
    colour: config.colour,
  };
}

function audioDetails(header: AudioTagHeader, payload: Uint8Array): AudioDetails {
  const { sampleRate, channels, sampleSizeBits } = header;
  if (payload.length === 0) return { sampleRate, channels, sampleSizeBits };
  if (header.packetType === 'sequence-header') return configuredAudio(header.codec, payload);
  const fromHeader = { sampleRate, channels, sampleSizeBits };
  return header.packetType === 'frames' ? { ...fromHeader, ...frameDetails(header.codec, payload) } : {};
}

function configuredAudio(codec: AudioCodec, record: Uint8Array): AudioDetails {
  switch (codec) {
    case 'aac': {
      const config = parseAacConfig(record);
      return {
        codecString: aacCodecString(config),
        profile: aacProfileName(config),
        sampleRate: config.outputSampleRateHz,
        channels: config.outputChannels,
        sampleSizeBits: 16,
        sbr: config.sbr,
        ps: config.ps,
        frameDurationMs: durationMs(config.frameLengthSamples, config.sampleRateHz),
      };
    }
    case 'opus':
      return { codecString: 'opus', sampleRate: OPUS_SAMPLE_RATE_HZ, channels: parseOpusHead(record).channels };
    case 'flac': {
      const { sampleRateHz, channels, sampleSizeBits } = parseFlacConfig(record);
      return { codecString: 'flac', sampleRate: sampleRateHz, channels, sampleSizeBits };
    }
    default:
      return {};
  }
}

function frameDetails(codec: AudioCodec, frame: Uint8Array): AudioDetails {
  switch (codec) {
    case 'mp3': {
      const { sampleRateHz, channels, bitrateBps, frameLengthSamples, frameSizeBytes } = parseMp3FrameHeader(frame);
      const isOneFrame = frameSizeBytes === frame.length;
      const frameDurationMs = isOneFrame ? durationMs(frameLengthSamples, sampleRateHz) : undefined;
      return { codecString: 'mp3', sampleRate: sampleRateHz, channels, bitrateBps, frameDurationMs };
    }
    case 'ac3':
    case 'eac3': {
      const { sampleRateHz, channels } = parseAc3FrameHeader(frame);
      return { codecString: codec === 'ac3' ? 'ac-3' : 'ec-3', sampleRate: sampleRateHz, channels };
    }
    default:
      return {};
  }
}

function durationMs(samples: number | undefined, sampleRateHz: number): number | undefined {
  return samples === undefined ? undefined : (samples * 1000) / sampleRateHz;
}
