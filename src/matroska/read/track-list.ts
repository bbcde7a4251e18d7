import { ID } from '../ebml.js';
import { childrenOf, floatOf, textOf, unsignedOf } from './element-reader.js';

/** How the frames of a track are stored. */
export type FrameCoding =
  /** With these bytes left out at the start of each: none, or as `ContentCompSettings` has them. */
  | { readonly type: 'plain'; readonly strippedStart: Uint8Array }
  /** In a way that is not undone here. */
  | { readonly type: 'foreign'; readonly name: string };

/** What `TrackEntry` (RFC 9559 5.1.4.1) says of a track of audio or video. */
export interface ListedTrack {
  readonly number: number;
  readonly kind: 'audio' | 'video';
  readonly codecId: string;
  readonly codecPrivate: Uint8Array | undefined;
  readonly isDefault: boolean;
  readonly coding: FrameCoding;
  /** Of a frame, where all have the same. */
  readonly frameMs: number | undefined;
  /** How much later than it is presented each block says it is. */
  readonly codecDelayMs: number;
  /** By which the picture is to be turned, clockwise. */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly sampleRateHz: number;
  readonly channels: number;
}

const TYPE_VIDEO = 1;
const TYPE_AUDIO = 2;
const NS_PER_MS = 1_000_000;
const DEFAULT_SAMPLE_RATE_HZ = 8000;
const NOTHING = new Uint8Array(0);
/** A file with more tracks is none that was made to be played. */
const MAX_TRACKS = 256;

/** @param tracks the data of `Tracks`. Tracks that are switched off and those of other kinds are left out. */
export function readTrackList(tracks: Uint8Array): ListedTrack[] {
  const listed: ListedTrack[] = [];
  for (const { id, data } of childrenOf(tracks)) {
    const track = id === ID.TrackEntry ? readTrackEntry(data) : undefined;
    if (track !== undefined && !listed.some(({ number }) => number === track.number)) listed.push(track);
    if (listed.length === MAX_TRACKS) break;
  }
  return listed;
}

function readTrackEntry(entry: Uint8Array): ListedTrack | undefined {
  const fields = new Map<number, Uint8Array>();
  for (const { id, data } of childrenOf(entry)) fields.set(id, data);
  const unsigned = (id: number, absent: number): number => {
    const data = fields.get(id);
    return data === undefined ? absent : unsignedOf(data);
  };
  const type = unsigned(ID.TrackType, 0);
  const number = unsigned(ID.TrackNumber, 0);
  if ((type !== TYPE_VIDEO && type !== TYPE_AUDIO) || number === 0 || unsigned(ID.FlagEnabled, 1) === 0)
    return undefined;
  const codecPrivate = fields.get(ID.CodecPrivate);
  return {
    number,
    kind: type === TYPE_VIDEO ? 'video' : 'audio',
    codecId: textOf(fields.get(ID.CodecID) ?? NOTHING),
    codecPrivate: codecPrivate?.slice(),
    isDefault: unsigned(ID.FlagDefault, 1) !== 0,
    coding: codingOf(fields.get(ID.ContentEncodings) ?? NOTHING),
    frameMs: unsigned(ID.DefaultDuration, 0) / NS_PER_MS || undefined,
    codecDelayMs: unsigned(ID.CodecDelay, 0) / NS_PER_MS,
    rotation: rotationOf(fields.get(ID.Video) ?? NOTHING),
    ...soundOf(fields.get(ID.Audio) ?? NOTHING),
  };
}

function soundOf(audio: Uint8Array): Pick<ListedTrack, 'sampleRateHz' | 'channels'> {
  const sampling = childOf(audio, ID.SamplingFrequency);
  const channels = childOf(audio, ID.Channels);
  return {
    sampleRateHz: Math.round((sampling && floatOf(sampling)) || DEFAULT_SAMPLE_RATE_HZ),
    channels: (channels && unsignedOf(channels)) || 1,
  };
}

/** `ProjectionPoseRoll` (RFC 9559 5.1.4.1.28.46) turns against the clock. */
function rotationOf(video: Uint8Array): ListedTrack['rotation'] {
  const projection = childOf(video, ID.Projection);
  const roll = projection && childOf(projection, ID.ProjectionPoseRoll);
  const turned = ((-((roll && floatOf(roll)) ?? 0) % 360) + 360) % 360;
  return ([90, 180, 270] as const).find((rotation) => rotation === Math.round(turned)) ?? 0;
}

function childOf(parent: Uint8Array, wantedId: number): Uint8Array | undefined {
  for (const { id, data } of childrenOf(parent)) {
    if (id === wantedId) return data;
  }
  return undefined;
}

const SCOPE_FRAMES = 1;
const TYPE_COMPRESSION = 0;
const COMPRESSION_NAMES = ['zlib', 'bzlib', 'LZO', 'header stripping'] as const;
const HEADER_STRIPPING = 3;

/** `ContentEncodings` (RFC 9559 5.1.4.1.31). Encodings of other things than frames do not matter here. */
function codingOf(encodings: Uint8Array): FrameCoding {
  let strippedStart = NOTHING;
  for (const { id, data } of childrenOf(encodings)) {
    if (id !== ID.ContentEncoding || (numberIn(data, ID.ContentEncodingScope, SCOPE_FRAMES) & SCOPE_FRAMES) === 0)
      continue;
    if (numberIn(data, ID.ContentEncodingType, TYPE_COMPRESSION) !== TYPE_COMPRESSION) {
      return { type: 'foreign', name: 'encrypted' };
    }
    const compression = childOf(data, ID.ContentCompression) ?? NOTHING;
    const algorithm = numberIn(compression, ID.ContentCompAlgo, 0);
    if (algorithm !== HEADER_STRIPPING) {
      return { type: 'foreign', name: `compressed with ${COMPRESSION_NAMES[algorithm] ?? `algorithm ${algorithm}`}` };
    }
    // What was taken off first stands in front of what was taken off then.
    strippedStart = Buffer.concat([strippedStart, childOf(compression, ID.ContentCompSettings) ?? NOTHING]);
  }
  return { type: 'plain', strippedStart };
}

function numberIn(parent: Uint8Array, id: number, absent: number): number {
  const data = childOf(parent, id);
  return data === undefined ? absent : unsignedOf(data);
}
