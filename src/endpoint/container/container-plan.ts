import type { AmfValue } from '../../amf/value.js';
import { MediaError } from '../../errors.js';
import type { WarningEvent } from '../../events.js';
import { CodecFacts } from '../../flv/codec-facts.js';
import { describeVideo } from '../../media/stream-description.js';
import type { MediaTag } from '../../media/tag.js';
import { startsBehindEnd } from '../file-errors.js';
import { type CarriedTrack, carryAudio, carryVideo } from './carried-track.js';
import type { ContainerReader, PacketCursor, SendableAudio, SendableTrack, SendableVideo } from './container-reader.js';
import { chooseTracks } from './track-choice.js';
import { findKeyframe, originOf, type WantedStart } from './track-start.js';

/** So many frames tell how frames are reordered, and their rate. */
const PROBED_FRAMES = 120;
/** Encoders that promise to reorder more frames than this allow for the worst case and do not do it. */
const MAX_BELIEVED_REORDERING = 4;
/** How far behind a packet's start the end of a file may be when the packet does not say how long it is. */
const MAX_LAST_FRAME_MS = 1_000;

/** A track that is sent. */
export interface PlannedTrack {
  readonly id: number;
  readonly carried: CarriedTrack;
}

export interface PlannedVideo extends PlannedTrack {
  /** Presentation times of the first frames from the start on, in decode order. */
  readonly firstPresentationMs: readonly number[];
  /** `undefined`: what is decoded first is shown first. */
  readonly promisedReorderedFrames: number | undefined;
  /** Where it really begins. */
  readonly startMs: number;
}

/** What is sent of a file, and what is to be known before. Holds nothing open. Times are on the file's own timeline. */
export interface ContainerPlan {
  readonly video: PlannedVideo | undefined;
  readonly audio: PlannedTrack | undefined;
  /** Where to begin, at the keyframe before. */
  readonly wanted: WantedStart;
  /** Of the whole file, from its origin on; `undefined`: not known. */
  readonly durationMs: number | undefined;
  /** Properties of `onMetaData`. */
  readonly metadata: ReadonlyMap<string, AmfValue>;
}

type Warn = (event: WarningEvent) => void;

/**
 * Looks into a file: which tracks are sent, how, and from where.
 *
 * @param path names it in what is told
 * @throws {MediaError} `ERR_MEDIA_UNSUPPORTED`, `ERR_MEDIA_EMPTY`, `ERR_MEDIA_DAMAGED`
 * @throws {UsageError} when the file ends before `startMs`
 */
export async function planContainer(
  file: ContainerReader,
  path: string,
  startMs: number,
  warn: Warn,
): Promise<ContainerPlan> {
  warnOfMissingEnd(file, path, warn);
  const { video, audio } = chooseTracks(file.tracks, warn);
  if (video !== undefined) warnOfRotation(video, warn);
  const tracks = [video, audio].filter((track) => track !== undefined);

  const wanted = await wantedStart(path, tracks, startMs);
  const facts = new CodecFacts();
  const plannedVideo = video && (await planVideo(video, wanted, facts));
  const plannedAudio = audio && (await planAudio(audio, facts));
  const endMs = await file.endMs(tracks);
  return {
    video: plannedVideo,
    audio: plannedAudio,
    wanted,
    durationMs: endMs === undefined ? undefined : Math.max(0, Math.round(endMs - wanted.originMs)),
    metadata: metadataOf(facts, plannedVideo),
  };
}

async function wantedStart(path: string, tracks: readonly SendableTrack[], startMs: number): Promise<WantedStart> {
  const firstPresentationMs: number[] = [];
  for (const { packets } of tracks) {
    const first = await packets.first();
    if (first !== undefined) firstPresentationMs.push(first.presentationMs);
  }
  if (firstPresentationMs.length === 0) {
    throw new MediaError('ERR_MEDIA_EMPTY', 'the file has no audio and no video', { stage: 'file' });
  }
  const originMs = originOf(firstPresentationMs);
  if (startMs > 0 && !(await reaches(tracks, originMs + startMs))) throw startsBehindEnd(path, startMs);
  return { originMs, startMs: originMs + startMs };
}

/** Whether one of the tracks is not over at that time. */
async function reaches(tracks: readonly SendableTrack[], timeMs: number): Promise<boolean> {
  for (const { packets } of tracks) {
    const packet = await packets.at(timeMs);
    if (packet !== undefined && packet.presentationMs + Math.max(packet.durationMs, MAX_LAST_FRAME_MS) > timeMs)
      return true;
  }
  return false;
}

async function planVideo(
  track: SendableVideo,
  wanted: WantedStart,
  facts: CodecFacts,
): Promise<PlannedVideo | undefined> {
  const packets = await findKeyframe(track.packets, wanted);
  if (packets === undefined) return undefined;
  const carried = carryVideo(track);
  const tags = firstTags(carried, packets.isKeyframe, await packets.data(), facts);
  const isReordered = carried.codec === 'h264' || carried.codec === 'hevc';
  return {
    id: track.id,
    carried,
    startMs: packets.presentationMs,
    firstPresentationMs: await probe(packets),
    promisedReorderedFrames: isReordered ? believed(tags) : undefined,
  };
}

async function planAudio(track: SendableAudio, facts: CodecFacts): Promise<PlannedTrack | undefined> {
  const first = await track.packets.first();
  if (first === undefined) return undefined;
  const data = await first.data();
  const carried = carryAudio(track, data);
  firstTags(carried, first.isKeyframe, data, facts);
  return { id: track.id, carried };
}

/** The tags of a track's first packet. */
function firstTags(carried: CarriedTrack, isKeyframe: boolean, data: Uint8Array, facts: CodecFacts): MediaTag[] {
  const tags: MediaTag[] = [];
  carried.tags().append(tags, { data, isKeyframe, decodeMs: 0, presentationMs: 0 });
  for (const tag of tags) facts.see(tag);
  return tags;
}

/** How many frames are reordered, by the configuration among these tags. */
function believed(tags: readonly MediaTag[]): number {
  const promised = tags.map((tag) => describeVideo(tag)?.maxReorderedFrames).find((count) => count !== undefined) ?? 0;
  return promised <= MAX_BELIEVED_REORDERING ? promised : 0;
}

async function probe(packets: PacketCursor): Promise<number[]> {
  const presentationMs: number[] = [];
  while (!packets.isAtEnd && presentationMs.length < PROBED_FRAMES) {
    if (packets.isWaiting !== true) presentationMs.push(packets.presentationMs);
    await packets.advance();
  }
  return presentationMs;
}

function metadataOf(facts: CodecFacts, video: PlannedVideo | undefined): Map<string, AmfValue> {
  const { properties } = facts;
  const frameRate = video && frameRateOf(video.firstPresentationMs);
  if (frameRate !== undefined && !properties.has('framerate')) properties.set('framerate', frameRate);
  return properties.set('encoder', 'rtmpkit');
}

/** Mean of the first frames, per second. */
function frameRateOf(presentationMs: readonly number[]): number | undefined {
  const lastsMs = Math.max(...presentationMs) - Math.min(...presentationMs);
  return lastsMs > 0 ? Math.round(((presentationMs.length - 1) * 1_000_000) / lastsMs) / 1000 : undefined;
}

/** What is left of a file that is cut off is sent, unless nothing of it can be told any more. */
function warnOfMissingEnd({ endByte = 0, sizeBytes, tracks }: ContainerReader, path: string, warn: Warn): void {
  const missingBytes = endByte - sizeBytes;
  if (missingBytes <= 0) return;
  const isMissing = `is cut off: its last ${missingBytes} bytes are missing`;
  if (tracks.length === 0) {
    throw new MediaError('ERR_MEDIA_DAMAGED', `the file ${isMissing}, and its index with them`, { stage: 'file' });
  }
  warn({ event: 'warning', code: 'WARN_DAMAGED_INPUT', message: `${path} ${isMissing}` });
}

function warnOfRotation({ rotationDegrees }: SendableVideo, warn: Warn): void {
  if (rotationDegrees === 0) return;
  warn({
    event: 'warning',
    code: 'WARN_ROTATED_VIDEO',
    message: `the file wants its picture turned by ${rotationDegrees} degrees, which RTMP cannot say: it is sent as it is stored`,
  });
}
