import type { InputAudioTrack, InputVideoTrack, MediaCodec } from 'mediabunny';
import type { ContainerTrack, TrackPackets } from './container-reader.js';

const VIDEO_CODECS = { avc: 'h264', hevc: 'hevc', av1: 'av1', vp9: 'vp9', vp8: 'vp8' } as const;
const AUDIO_CODECS = { aac: 'aac', mp3: 'mp3', opus: 'opus', flac: 'flac', ac3: 'ac3', eac3: 'eac3' } as const;

/** What the library tells of a track. It may throw anything when the file is damaged. */
export async function describeTrack(
  track: InputVideoTrack | InputAudioTrack,
  packets: TrackPackets,
): Promise<ContainerTrack> {
  const codec = await track.getCodec();
  const facts = {
    id: track.id,
    isDefault: (await track.getDisposition()).default,
    codecName: codecNameOf(codec, await track.getInternalCodecId()),
    packets,
  };
  if (track.isVideoTrack()) {
    const carried =
      codec !== null && codec in VIDEO_CODECS ? VIDEO_CODECS[codec as keyof typeof VIDEO_CODECS] : undefined;
    if (carried === undefined) return { ...facts, kind: 'video', codec: undefined };
    // Of the codecs that describe themselves in their keyframes nothing else is needed.
    const record = carried === 'h264' || carried === 'hevc' ? await recordOf(track) : undefined;
    return { ...facts, kind: 'video', codec: carried, record, rotationDegrees: await track.getRotation() };
  }
  const carried =
    codec !== null && codec in AUDIO_CODECS ? AUDIO_CODECS[codec as keyof typeof AUDIO_CODECS] : undefined;
  if (carried === undefined) return { ...facts, kind: 'audio', codec: undefined };
  const sound = { sampleRateHz: await track.getSampleRate(), channels: await track.getNumberOfChannels() };
  return { ...facts, kind: 'audio', codec: carried, record: await recordOf(track), sound };
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

const CODEC_NAMES: Partial<Record<MediaCodec, string>> = {
  avc: 'H.264',
  hevc: 'H.265',
  av1: 'AV1',
  vp9: 'VP9',
  vp8: 'VP8',
  prores: 'ProRes',
  aac: 'AAC',
  mp3: 'MP3',
  opus: 'Opus',
  vorbis: 'Vorbis',
  flac: 'FLAC',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
  dts: 'DTS',
  ulaw: 'G.711',
  alaw: 'G.711',
};

/** @param id as the container has it */
function codecNameOf(codec: MediaCodec | null, id: string | number | Uint8Array | null): string {
  if (codec !== null) return CODEC_NAMES[codec] ?? codec.replace('pcm-', 'PCM ');
  if (id === null) return 'an unknown codec';
  return typeof id === 'object' ? `codec ${Buffer.from(id).toString('hex')}` : `codec ${id}`;
}
