import type { InputAudioTrack, InputTrack, InputVideoTrack, MediaCodec } from 'mediabunny';
import { MediaError } from '../../errors.js';
import type { WarningEvent } from '../../events.js';
import { CARRIED_ADVICE, isCarried } from './carried-track.js';
import type { ContainerFile } from './container-file.js';

/** The tracks of a file that are sent: at most one of each kind. */
export interface TrackChoice {
  readonly video: InputVideoTrack | undefined;
  readonly audio: InputAudioTrack | undefined;
}

/**
 * Of each kind the track that the file calls its default, or the first. One that RTMP cannot carry gives way to one of its
 * kind that it can carry. What is left out is told.
 *
 * @throws {MediaError} `ERR_MEDIA_UNSUPPORTED` when a kind that the file has would be missing; `ERR_MEDIA_EMPTY`
 */
export async function chooseTracks(file: ContainerFile, warn: (event: WarningEvent) => void): Promise<TrackChoice> {
  const tracks = await file.reading(() => file.input.getTracks());
  const video = await chooseOfKind(
    file,
    tracks.filter((track) => track.isVideoTrack()),
    'video',
    warn,
  );
  const audio = await chooseOfKind(
    file,
    tracks.filter((track) => track.isAudioTrack()),
    'audio',
    warn,
  );
  if (video === undefined && audio === undefined) {
    throw new MediaError('ERR_MEDIA_EMPTY', `${file.path}: the file has no audio and no video`, { stage: 'file' });
  }
  return { video, audio };
}

async function chooseOfKind<T extends InputTrack>(
  file: ContainerFile,
  tracks: readonly T[],
  kind: 'audio' | 'video',
  warn: (event: WarningEvent) => void,
): Promise<T | undefined> {
  const described = await file.reading(() => Promise.all(tracks.map((track) => describe(track))));
  const preferred = described.find(({ isDefault }) => isDefault) ?? described[0];
  if (preferred === undefined) return undefined;
  const carried = described.filter(({ isCarriedByRtmp }) => isCarriedByRtmp);
  const chosen = preferred.isCarriedByRtmp ? preferred : (carried.find(({ isDefault }) => isDefault) ?? carried[0]);
  if (chosen === undefined) {
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', `${file.path}: RTMP cannot carry its ${kind} (${preferred.codec})`, {
      stage: 'file',
      advice: CARRIED_ADVICE[kind],
    });
  }
  if (described.length > 1) {
    const others = described.filter((track) => track !== chosen).map(({ codec }) => codec);
    warn({
      event: 'warning',
      code: 'WARN_TRACKS_LEFT_OUT',
      message: `of ${described.length} ${kind} tracks only number ${chosen.track.number} (${chosen.codec}) is sent, not ${others.join(', ')}`,
    });
  }
  return chosen.track;
}

interface DescribedTrack<T> {
  readonly track: T;
  readonly isDefault: boolean;
  readonly isCarriedByRtmp: boolean;
  /** As people call it. */
  readonly codec: string;
}

async function describe<T extends InputTrack>(track: T): Promise<DescribedTrack<T>> {
  return {
    track,
    isDefault: (await track.getDisposition()).default,
    isCarriedByRtmp: await isCarried(track),
    codec: codecName(await track.getCodec(), await track.getInternalCodecId()),
  };
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
};

/** @param id as the container has it */
function codecName(codec: MediaCodec | null, id: string | number | Uint8Array | null): string {
  if (codec !== null) return CODEC_NAMES[codec] ?? `PCM, ${codec}`;
  if (id === null) return 'an unknown codec';
  return typeof id === 'object' ? `codec ${Buffer.from(id).toString('hex')}` : `codec ${id}`;
}
