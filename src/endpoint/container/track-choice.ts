import { MediaError } from '../../errors.js';
import type { WarningEvent } from '../../events.js';
import { CARRIED_ADVICE } from './carried-track.js';
import type { ContainerTrack, SendableAudio, SendableVideo } from './container-reader.js';

/** The tracks of a file that are sent: at most one of each kind. */
export interface TrackChoice {
  readonly video: SendableVideo | undefined;
  readonly audio: SendableAudio | undefined;
}

/**
 * Of each kind the track that the file calls its default, or the first. One that RTMP cannot carry gives way to one of its
 * kind that it can carry. What is left out is told.
 *
 * @throws {MediaError} `ERR_MEDIA_UNSUPPORTED` when a kind that the file has would be missing; `ERR_MEDIA_EMPTY`
 */
export function chooseTracks(tracks: readonly ContainerTrack[], warn: (event: WarningEvent) => void): TrackChoice {
  const video = chooseOfKind('video', tracks.filter(isVideo), warn);
  const audio = chooseOfKind('audio', tracks.filter(isAudio), warn);
  if (video === undefined && audio === undefined) {
    throw new MediaError('ERR_MEDIA_EMPTY', 'the file has no audio and no video', { stage: 'file' });
  }
  return { video, audio };
}

type OfKind<K> = Extract<ContainerTrack, { kind: K }>;
type Sendable<T> = Exclude<T, { codec: undefined }>;

const isVideo = (track: ContainerTrack): track is OfKind<'video'> => track.kind === 'video';
const isAudio = (track: ContainerTrack): track is OfKind<'audio'> => track.kind === 'audio';

function chooseOfKind<T extends ContainerTrack>(
  kind: 'audio' | 'video',
  candidates: readonly T[],
  warn: (event: WarningEvent) => void,
): Sendable<T> | undefined {
  const preferred = preferredOf(candidates);
  if (preferred === undefined) return undefined;
  const chosen = isSendable(preferred) ? preferred : preferredOf(candidates.filter(isSendable));
  if (chosen === undefined) {
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', `RTMP cannot carry its ${kind} (${preferred.codecName})`, {
      stage: 'file',
      advice: CARRIED_ADVICE[kind],
    });
  }
  if (candidates.length > 1) warn(leftOut(kind, candidates, chosen));
  return chosen;
}

function isSendable<T extends ContainerTrack>(track: T): track is Sendable<T> {
  return track.codec !== undefined;
}

function preferredOf<T extends ContainerTrack>(candidates: readonly T[]): T | undefined {
  return candidates.find(({ isDefault }) => isDefault) ?? candidates[0];
}

function leftOut(kind: string, candidates: readonly ContainerTrack[], chosen: ContainerTrack): WarningEvent {
  const number = candidates.indexOf(chosen) + 1;
  const others = candidates.filter((track) => track !== chosen).map(({ codecName }) => codecName);
  return {
    event: 'warning',
    code: 'WARN_TRACKS_LEFT_OUT',
    message: `of ${candidates.length} ${kind} tracks only number ${number} (${chosen.codecName}) is sent, not ${others.join(', ')}`,
  };
}
