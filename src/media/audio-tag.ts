import type { ByteReader } from '../bytes/reader.js';
import { readRecord } from '../codec/record.js';
import { fourCc, type PayloadPlace, readEnhancedPacket, readModEx, type TagTrack } from './enhanced-header.js';
import {
  ENHANCED_AUDIO,
  PACKET_AUDIO_MULTITRACK,
  PACKET_CODED_FRAMES,
  PACKET_MULTICHANNEL_CONFIG,
  PACKET_SEQUENCE_END,
  PACKET_SEQUENCE_START,
} from './packet-type.js';

/** `pcm`: little-endian. `alaw`, `mulaw`: G.711. */
export type AudioCodec =
  | 'aac'
  | 'mp3'
  | 'opus'
  | 'flac'
  | 'ac3'
  | 'eac3'
  | 'pcm'
  | 'adpcm'
  | 'nellymoser'
  | 'alaw'
  | 'mulaw'
  | 'speex'
  | 'device'
  | 'unknown';

export type AudioPacketType =
  | 'sequence-header'
  | 'frames'
  | 'sequence-end'
  | 'multichannel-config'
  /** No body at all: play out what is there and go on by the clock (E-RTMP v2). */
  | 'silence'
  | 'reserved';

/** Audio tag header (FLV E.4.2.1, E-RTMP v2). */
export interface AudioTagHeader extends PayloadPlace {
  readonly packetType: AudioPacketType;
  readonly codec: AudioCodec;
  /** As in `audiocodecid`: the classic sound format, or the FourCC's number. -1 for silence. */
  readonly codecId: number;
  readonly enhanced: boolean;
  /** What the classic header says of the sound, where it can be believed: not for AAC, nor for enhanced tags. */
  readonly sampleRate: number | undefined;
  readonly channels: number | undefined;
  readonly sampleSizeBits: number | undefined;
  readonly presentationOffsetNs: number;
  readonly track: TagTrack | undefined;
}

const SOUND_FORMAT_AAC = 10;
const SOUND_FORMAT_MP3 = 2;

const CODEC_OF_SOUND_FORMAT: readonly AudioCodec[] = [
  'pcm',
  'adpcm',
  'mp3',
  'pcm',
  'nellymoser',
  'nellymoser',
  'nellymoser',
  'alaw',
  'mulaw',
  'unknown',
  'aac',
  'speex',
  'unknown',
  'unknown',
  'mp3',
  'device',
];

/** Sound formats of one rate, mono where it says so; the bits of the header mean nothing then. */
const FIXED_SOUND: ReadonlyMap<number, { sampleRate: number; channels?: number }> = new Map([
  [4, { sampleRate: 16_000, channels: 1 }],
  [5, { sampleRate: 8_000, channels: 1 }],
  [7, { sampleRate: 8_000 }],
  [8, { sampleRate: 8_000 }],
  [11, { sampleRate: 16_000, channels: 1 }],
  [14, { sampleRate: 8_000 }],
]);

const SAMPLE_RATES = [5512.5, 11_025, 22_050, 44_100] as const;

const CODEC_OF_FOUR_CC: ReadonlyMap<number, AudioCodec> = new Map([
  [fourCc('mp4a'), 'aac'],
  [fourCc('.mp3'), 'mp3'],
  [fourCc('Opus'), 'opus'],
  [fourCc('fLaC'), 'flac'],
  [fourCc('ac-3'), 'ac3'],
  [fourCc('ec-3'), 'eac3'],
]);

const PACKET_TYPES: ReadonlyMap<number, AudioPacketType> = new Map([
  [PACKET_SEQUENCE_START, 'sequence-header'],
  [PACKET_CODED_FRAMES, 'frames'],
  [PACKET_SEQUENCE_END, 'sequence-end'],
  [PACKET_MULTICHANNEL_CONFIG, 'multichannel-config'],
]);

const AAC_PACKET_TYPES: readonly AudioPacketType[] = ['sequence-header', 'frames'];

const NOT_IN_HEADER = { sampleRate: undefined, channels: undefined, sampleSizeBits: undefined } as const;

const SILENCE: AudioTagHeader = {
  ...NOT_IN_HEADER,
  packetType: 'silence',
  codec: 'unknown',
  codecId: -1,
  enhanced: false,
  presentationOffsetNs: 0,
  track: undefined,
  payloadOffset: 0,
  payloadSizeBytes: 0,
};

/**
 * Reads the header of an audio tag; of several tracks, the first. Unknown codecs have codec `unknown`. An empty body is
 * silence, not an error.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`; `ERR_MEDIA_UNSUPPORTED` for multitrack types yet to come
 */
export function parseAudioTag(body: Uint8Array): AudioTagHeader {
  if (body.length === 0) return SILENCE;
  return readRecord('an audio tag', body, (r) => {
    const first = r.u8('audio tag header');
    return first >> 4 === ENHANCED_AUDIO ? readEnhanced(r, first & 0x0f) : readClassic(r, first);
  });
}

function readClassic(r: ByteReader, first: number): AudioTagHeader {
  const soundFormat = first >> 4;
  const isAac = soundFormat === SOUND_FORMAT_AAC;
  const packetType = isAac ? (AAC_PACKET_TYPES[r.u8('AAC packet type')] ?? 'reserved') : 'frames';
  const { sampleRate, channels, sampleSizeBits } = isAac ? NOT_IN_HEADER : classicSound(first);
  return {
    packetType,
    codec: CODEC_OF_SOUND_FORMAT[soundFormat] ?? 'unknown',
    codecId: soundFormat,
    enhanced: false,
    sampleRate,
    channels,
    sampleSizeBits,
    presentationOffsetNs: 0,
    track: undefined,
    payloadOffset: r.offset,
    payloadSizeBytes: r.remaining,
  };
}

function classicSound(first: number): Pick<AudioTagHeader, 'sampleRate' | 'channels' | 'sampleSizeBits'> {
  const soundFormat = first >> 4;
  const fixed = FIXED_SOUND.get(soundFormat);
  // 48 kHz has no number of its own and goes as 44.1 kHz; the MP3 frames know better.
  const sampleRate = soundFormat === SOUND_FORMAT_MP3 ? undefined : SAMPLE_RATES[(first >> 2) & 3];
  return {
    sampleRate: fixed?.sampleRate ?? sampleRate,
    channels: fixed?.channels ?? (first & 1) + 1,
    sampleSizeBits: (first & 2) === 0 ? 8 : 16,
  };
}

function readEnhanced(r: ByteReader, firstPacketType: number): AudioTagHeader {
  const { packetType, presentationOffsetNs } = readModEx(r, firstPacketType);
  const packet = readEnhancedPacket(r, packetType, PACKET_AUDIO_MULTITRACK);
  return {
    packetType: PACKET_TYPES.get(packet.packetType) ?? 'reserved',
    codec: CODEC_OF_FOUR_CC.get(packet.fourCc) ?? 'unknown',
    codecId: packet.fourCc,
    enhanced: true,
    ...NOT_IN_HEADER,
    presentationOffsetNs,
    track: packet.track,
    payloadOffset: packet.payloadOffset,
    payloadSizeBytes: packet.payloadSizeBytes,
  };
}
