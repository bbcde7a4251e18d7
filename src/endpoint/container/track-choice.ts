import type { InputAudioTrack, InputTrack, InputVideoTrack, MediaCodec } from 'mediabunny';
import { MediaError } from '../../errors.js';
import type { WarningEvent } from '../../events.js';
import { CARRIED_ADVICE, isCarried } from './carried-track.js';
import type { ContainerFile } from './container-file.js';
import type { ForeignTrack } from './container-head.js';

/** The tracks of a file that are sent: at most one of each kind. */
export interface TrackChoice {
  readonly video: InputVideoTrack | undefined;
  readonly audio: InputAudioTrack | undefined;
}

/**
 * Of each kind the track that the file calls its default, or the first. One that RTMP cannot carry gives way to one of its
 * kind that it can carry. What is left out is told.
 *
 * @param foreign tracks of the file that the library passes over
 * @throws {MediaError} `ERR_MEDIA_UNSUPPORTED` when a kind that the file has would be missing; `ERR_MEDIA_EMPTY`
 */
export async function chooseTracks(
  file: ContainerFile,
  foreign: readonly ForeignTrack[],
  warn: (event: WarningEvent) => void,
): Promise<TrackChoice> {
  const tracks = await file.tracks();
  const found = await file.reading(async () => ({
    video: await describeAll(tracks.filter((track) => track.isVideoTrack())),
    audio: await describeAll(tracks.filter((track) => track.isAudioTrack())),
  }));
  const choose = <T extends InputTrack>(kind: 'audio' | 'video', candidates: readonly Candidate<T>[]) => {
    const others = foreign.filter((track) => track.kind === kind).map(({ codec }) => codec);
    return chooseOfKind(file.path, kind, candidates, others, warn);
  };
  const video = choose('video', found.video);
  const audio = choose('audio', found.audio);
  if (video === undefined && audio === undefined) {
    throw new MediaError('ERR_MEDIA_EMPTY', `${file.path}: the file has no audio and no video`, { stage: 'file' });
  }
  return { video, audio };
}

/** @param foreign codecs of further tracks of this kind, which cannot be chosen */
function chooseOfKind<T extends InputTrack>(
  path: string,
  kind: 'audio' | 'video',
  candidates: readonly Candidate<T>[],
  foreign: readonly string[],
  warn: (event: WarningEvent) => void,
): T | undefined {
  const carried = candidates.filter(({ isCarriedByRtmp }) => isCarriedByRtmp);
  const preferred = preferredOf(candidates);
  const chosen = preferred?.isCarriedByRtmp === true ? preferred : preferredOf(carried);
  if (chosen === undefined) {
    const codec = preferred?.codec ?? foreign[0];
    if (codec === undefined) return undefined;
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', `${path}: RTMP cannot carry its ${kind} (${codec})`, {
      stage: 'file',
      advice: CARRIED_ADVICE[kind],
    });
  }
  const others = [...candidates.filter((track) => track !== chosen).map(({ codec }) => codec), ...foreign];
  if (others.length > 0) warn(leftOut(kind, chosen, others));
  return chosen.track;
}

function preferredOf<T>(candidates: readonly Candidate<T>[]): Candidate<T> | undefined {
  return candidates.find(({ isDefault }) => isDefault) ?? candidates[0];
}

function leftOut(kind: string, { track, codec }: Candidate<InputTrack>, others: readonly string[]): WarningEvent {
  return {
    event: 'warning',
    code: 'WARN_TRACKS_LEFT_OUT',
    message: `of ${others.length + 1} ${kind} tracks only number ${track.number} (${codec}) is sent, not ${others.join(', ')}`,
  };
}

interface Candidate<T> {
  readonly track: T;
  readonly isDefault: boolean;
  readonly isCarriedByRtmp: boolean;
  /** As people call it. */
  readonly codec: string;
}

async function describeAll<T extends InputTrack>(tracks: readonly T[]): Promise<Candidate<T>[]> {
  return Promise.all(
    tracks.map(async (track) => ({
      track,
      isDefault: (await track.getDisposition()).default,
      isCarriedByRtmp: await isCarried(track),
      codec: codecName(await track.getCodec(), await track.getInternalCodecId()),
    })),
  );
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
function codecName(codec: MediaCodec | null, id: string | number | Uint8Array | null): string {
  if (codec !== null) return CODEC_NAMES[codec] ?? codec.replace('pcm-', 'PCM ');
  if (id === null) return 'an unknown codec';
  return typeof id === 'object' ? `codec ${Buffer.from(id).toString('hex')}` : `codec ${id}`;
}
