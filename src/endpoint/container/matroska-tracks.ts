import type { ListedTrack } from '../../matroska/read/track-list.js';
import type { WritableAudioCodec } from '../../media/audio-tag-writer.js';
import type { WritableVideoCodec } from '../../media/video-tag-writer.js';
import { CODEC_NAMES } from './codec-names.js';
import type { ContainerTrack, TrackPackets } from './container-reader.js';
import type { BlockReading } from './matroska-cursor.js';

const VIDEO: ReadonlyMap<string, WritableVideoCodec> = new Map([
  ['V_MPEG4/ISO/AVC', 'h264'],
  ['V_MPEGH/ISO/HEVC', 'hevc'],
  ['V_AV1', 'av1'],
  ['V_VP9', 'vp9'],
  ['V_VP8', 'vp8'],
]);

/** Profiles and layers that may stand behind a codec's name are no part of it here. */
const AUDIO: ReadonlyMap<string, WritableAudioCodec> = new Map([
  ['A_AAC', 'aac'],
  ['A_MPEG/L3', 'mp3'],
  ['A_OPUS', 'opus'],
  ['A_FLAC', 'flac'],
  ['A_AC3', 'ac3'],
  ['A_EAC3', 'eac3'],
]);

const FOREIGN_NAMES: ReadonlyMap<string, string> = new Map([
  ['V_MPEG1', 'MPEG-1 video'],
  ['V_MPEG2', 'MPEG-2 video'],
  ['V_MPEG4', 'MPEG-4 part 2'],
  ['V_THEORA', 'Theora'],
  ['V_PRORES', 'ProRes'],
  ['A_MPEG', 'MPEG audio layer I or II'],
  ['A_VORBIS', 'Vorbis'],
  ['A_DTS', 'DTS'],
  ['A_PCM', 'PCM'],
  ['A_TRUEHD', 'TrueHD'],
  ['A_ALAC', 'ALAC'],
]);

/** Opus always runs at this rate, whatever the track says. */
const OPUS_SAMPLE_RATE_HZ = 48_000;
const USUAL_OPUS_FRAME_MS = 20;
const USUAL_FRAME_SAMPLES: Readonly<Record<Exclude<WritableAudioCodec, 'opus'>, number>> = {
  aac: 1024,
  mp3: 1152,
  flac: 4096,
  ac3: 1536,
  eac3: 1536,
};

/** What a track of the list is to push. */
export function describeTrack(listed: ListedTrack, packets: TrackPackets): ContainerTrack {
  const { kind, number: id, isDefault, coding, codecPrivate, rotation, sampleRateHz, channels } = listed;
  const name = nameOf(listed);
  if (coding.type === 'foreign') return { kind, isDefault, codec: undefined, codecName: `${name}, ${coding.name}` };
  const record = codecPrivate === undefined || codecPrivate.length === 0 ? undefined : codecPrivate;
  const facts = { id, isDefault, codecName: name, record, packets };
  const video = kind === 'video' ? VIDEO.get(listed.codecId) : undefined;
  if (video !== undefined) return { ...facts, kind: 'video', codec: video, rotationDegrees: rotation };
  const codec = kind === 'audio' ? audioOf(listed) : undefined;
  if (codec === undefined) return { kind, isDefault, codec: undefined, codecName: name };
  const rateHz = codec === 'opus' ? OPUS_SAMPLE_RATE_HZ : sampleRateHz;
  return { ...facts, kind: 'audio', codec, sound: { sampleRateHz: rateHz, channels } };
}

function audioOf({ codecId }: ListedTrack): WritableAudioCodec | undefined {
  return AUDIO.get(codecId) ?? AUDIO.get(familyOf(codecId));
}

function familyOf(codecId: string): string {
  return codecId.split('/', 1)[0] ?? codecId;
}

function nameOf(track: ListedTrack): string {
  const { codecId } = track;
  if (codecId === '') return 'an unknown codec';
  const known = VIDEO.get(codecId) ?? audioOf(track);
  return known === undefined ? (FOREIGN_NAMES.get(familyOf(codecId)) ?? `codec ${codecId}`) : CODEC_NAMES[known];
}

export function blockReadingOf(track: ListedTrack, tickMs: number): BlockReading {
  const { number, codecDelayMs, frameMs = 0, coding } = track;
  return {
    trackNumber: number,
    tickMs,
    delayMs: codecDelayMs,
    frameMs,
    usualFrameMs: usualFrameMsOf(track),
    strippedStart: coding.type === 'plain' ? coding.strippedStart : new Uint8Array(0),
  };
}

function usualFrameMsOf(track: ListedTrack): number {
  const codec = track.kind === 'audio' ? audioOf(track) : undefined;
  if (codec === undefined) return 0;
  return codec === 'opus' ? USUAL_OPUS_FRAME_MS : (USUAL_FRAME_SAMPLES[codec] * 1000) / track.sampleRateHz;
}
