import { parseAacConfig } from '../codec/aac.js';
import type { AudioFormat, Track, TrackCodec, TrackFormat, VideoFormat } from '../media/track/track.js';
import { element, float, ID, text, unsigned } from './ebml.js';

const TRACK_TYPE = { video: 1, audio: 2 } as const;
/** What an Opus decoder has to hear before it is right (RFC 9559 28.1). */
const OPUS_SEEK_PRE_ROLL_NS = 80_000_000;

const CODEC_ID: Readonly<Record<TrackCodec, string>> = {
  h264: 'V_MPEG4/ISO/AVC',
  hevc: 'V_MPEGH/ISO/HEVC',
  av1: 'V_AV1',
  vp9: 'V_VP9',
  vp8: 'V_VP8',
  aac: 'A_AAC',
  mp3: 'A_MPEG/L3',
  opus: 'A_OPUS',
  flac: 'A_FLAC',
  ac3: 'A_AC3',
  eac3: 'A_EAC3',
};

const WEBM_CODECS: ReadonlySet<TrackCodec> = new Set(['av1', 'vp9', 'vp8', 'opus']);

export function isWebmCodec(codec: TrackCodec): boolean {
  return WEBM_CODECS.has(codec);
}

/** `TrackEntry` (RFC 9559 5.1.4.1). */
export function trackEntry({ number, format }: Track, isFirstOfKind: boolean): Uint8Array {
  const { kind, codec } = format;
  const config = codecPrivate(format);
  return element(
    ID.TrackEntry,
    unsigned(ID.TrackNumber, number),
    unsigned(ID.TrackUID, number),
    unsigned(ID.TrackType, TRACK_TYPE[kind]),
    unsigned(ID.FlagDefault, isFirstOfKind ? 1 : 0),
    unsigned(ID.FlagLacing, 0),
    text(ID.Language, 'und'),
    text(ID.CodecID, CODEC_ID[codec]),
    ...(config === undefined ? [] : [element(ID.CodecPrivate, config)]),
    ...(codec === 'opus' ? [unsigned(ID.SeekPreRoll, OPUS_SEEK_PRE_ROLL_NS)] : []),
    format.kind === 'video' ? video(format) : audio(format),
  );
}

function codecPrivate({ codec, config }: TrackFormat): Uint8Array | undefined {
  switch (codec) {
    case 'h264':
    case 'hevc':
    case 'av1':
    case 'aac':
    case 'opus':
      return config;
    case 'flac':
      return flacFileStart(config);
    case 'vp9':
    case 'vp8':
    case 'mp3':
    case 'ac3':
    case 'eac3':
      return undefined;
  }
}

/** `fLaC` and STREAMINFO as the only block. */
function flacFileStart(streamInfo: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('fLaC'), Uint8Array.of(0x80, 0, 0, streamInfo.length), streamInfo]);
}

function video({ width, height, sampleAspectRatio: ratio, colour, fullRange }: VideoFormat): Uint8Array {
  const isSquare = ratio === undefined || ratio.width === ratio.height;
  return element(
    ID.Video,
    unsigned(ID.PixelWidth, width),
    unsigned(ID.PixelHeight, height),
    ...(isSquare
      ? []
      : [
          unsigned(ID.DisplayWidth, Math.max(1, Math.round((width * ratio.width) / ratio.height))),
          unsigned(ID.DisplayHeight, height),
        ]),
    ...(colour === undefined
      ? []
      : [
          element(
            ID.Colour,
            unsigned(ID.MatrixCoefficients, colour.matrixCoefficients),
            unsigned(ID.Range, fullRange === true ? 2 : 1),
            unsigned(ID.TransferCharacteristics, colour.transferCharacteristics),
            unsigned(ID.Primaries, colour.colourPrimaries),
          ),
        ]),
  );
}

function audio(format: AudioFormat): Uint8Array {
  const outputRateHz = format.codec === 'aac' ? parseAacConfig(format.config).outputSampleRateHz : format.sampleRateHz;
  return element(
    ID.Audio,
    float(ID.SamplingFrequency, format.sampleRateHz),
    ...(outputRateHz === format.sampleRateHz ? [] : [float(ID.OutputSamplingFrequency, outputRateHz)]),
    unsigned(ID.Channels, format.channels),
  );
}
