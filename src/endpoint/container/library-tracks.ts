import type { InputAudioTrack, InputVideoTrack, MediaCodec } from 'mediabunny';
import type { WritableAudioCodec } from '../../media/audio-tag-writer.js';
import type { WritableVideoCodec } from '../../media/video-tag-writer.js';
import { CODEC_NAMES } from './codec-names.js';
import type { ContainerTrack, TrackPackets } from './container-reader.js';

const VIDEO_CODECS: Partial<Record<MediaCodec, WritableVideoCodec>> = {
  avc: 'h264',
  hevc: 'hevc',
  av1: 'av1',
  vp9: 'vp9',
  vp8: 'vp8',
};
const AUDIO_CODECS: Partial<Record<MediaCodec, WritableAudioCodec>> = {
  aac: 'aac',
  mp3: 'mp3',
  opus: 'opus',
  flac: 'flac',
  ac3: 'ac3',
  eac3: 'eac3',
};

/** What the library tells of a track. It may throw anything when the file is damaged. */
export function describeTrack(
  track: InputVideoTrack | InputAudioTrack,
  packets: TrackPackets,
): Promise<ContainerTrack> {
  return track.isVideoTrack() ? describeVideo(track, packets) : describeAudio(track, packets);
}

async function describeVideo(track: InputVideoTrack, packets: TrackPackets): Promise<ContainerTrack> {
  const found = await track.getCodec();
  const { default: isDefault } = await track.getDisposition();
  const codec = found === null ? undefined : VIDEO_CODECS[found];
  if (codec === undefined) {
    return { kind: 'video', codec, codecName: foreignName(found, await track.getInternalCodecId()), isDefault };
  }
  // Of the codecs that describe themselves in their keyframes nothing else is needed.
  const record = codec === 'h264' || codec === 'hevc' ? await recordOf(track) : undefined;
  const rotationDegrees = await track.getRotation();
  const codecName = CODEC_NAMES[codec];
  return { kind: 'video', id: track.id, isDefault, codec, codecName, record, rotationDegrees, packets };
}

async function describeAudio(track: InputAudioTrack, packets: TrackPackets): Promise<ContainerTrack> {
  const found = await track.getCodec();
  const { default: isDefault } = await track.getDisposition();
  const codec = found === null ? undefined : AUDIO_CODECS[found];
  if (codec === undefined) {
    return { kind: 'audio', codec, codecName: foreignName(found, await track.getInternalCodecId()), isDefault };
  }
  const sound = { sampleRateHz: await track.getSampleRate(), channels: await track.getNumberOfChannels() };
  const record = await recordOf(track);
  return { kind: 'audio', id: track.id, isDefault, codec, codecName: CODEC_NAMES[codec], record, sound, packets };
}

/** The configuration record of the container; a copy. */
async function recordOf(track: InputVideoTrack | InputAudioTrack): Promise<Uint8Array | undefined> {
  const description = (await track.getDecoderConfig())?.description;
  if (description === undefined) return undefined;
  const bytes = ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description);
  return new Uint8Array(bytes);
}

const FOREIGN_NAMES: Partial<Record<MediaCodec, string>> = {
  prores: 'ProRes',
  vorbis: 'Vorbis',
  dts: 'DTS',
  ulaw: 'G.711',
  alaw: 'G.711',
};

/** @param id as the container has it */
function foreignName(codec: MediaCodec | null, id: string | number | Uint8Array | null): string {
  if (codec !== null) return FOREIGN_NAMES[codec] ?? codec.replace('pcm-', 'PCM ');
  if (id === null) return 'an unknown codec';
  return typeof id === 'object' ? `codec ${Buffer.from(id).toString('hex')}` : `codec ${id}`;
}
