import type { EncodedPacket, EncodedPacketSink, InputAudioTrack, InputTrack, InputVideoTrack } from 'mediabunny';
import type { AmfValue } from '../../amf/value.js';
import { MediaError } from '../../errors.js';
import type { WarningEvent } from '../../events.js';
import { CodecFacts } from '../../flv/codec-facts.js';
import { describeVideo } from '../../media/stream-description.js';
import type { MediaTag } from '../../media/tag.js';
import { startsBehindEnd } from '../flv-source.js';
import { type CarriedTrack, carryAudio, carryVideo } from './carried-track.js';
import { type ContainerFile, loadLibrary } from './container-file.js';
import { chooseTracks } from './track-choice.js';
import { findKeyframe, originOf } from './track-start.js';

/** So many frames tell how frames are reordered, and their rate. */
const PROBED_FRAMES = 120;
/** Encoders that promise to reorder more frames than this allow for the worst case and do not do it. */
const MAX_BELIEVED_REORDERING = 4;
/** Without an index the length of a file is found out only when that takes no long reading. */
const MAX_MEASURED_SIZE_BYTES = 256 * 1024 * 1024;
/** How far behind a packet's start the end of a file may be when the packet does not say how long it is. */
const MAX_LAST_FRAME_S = 1;

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
}

/** What is sent of a file, and what is to be known before. Holds nothing open. Times are on the file's own timeline. */
export interface ContainerPlan {
  readonly video: PlannedVideo | undefined;
  readonly audio: PlannedTrack | undefined;
  readonly originS: number;
  /** Where to begin, at the keyframe before. */
  readonly wantedStartS: number;
  /** Where it really begins. */
  readonly startS: number;
  /** Of the whole file, from its origin on; `undefined`: not known. */
  readonly durationMs: number | undefined;
  /** Properties of `onMetaData`. */
  readonly metadata: ReadonlyMap<string, AmfValue>;
}

/**
 * Looks into a file: which tracks are sent, how, and from where.
 *
 * @throws {MediaError} `ERR_MEDIA_UNSUPPORTED`, `ERR_MEDIA_EMPTY`, `ERR_MEDIA_DAMAGED`
 * @throws {UsageError} when the file ends before `startMs`
 */
export async function planContainer(
  file: ContainerFile,
  startMs: number,
  warn: (event: WarningEvent) => void,
): Promise<ContainerPlan> {
  const choice = await chooseTracks(file, warn);
  return file.reading(async () => {
    const { EncodedPacketSink } = await loadLibrary();
    const video = choice.video && { track: choice.video, sink: new EncodedPacketSink(choice.video) };
    const audio = choice.audio && { track: choice.audio, sink: new EncodedPacketSink(choice.audio) };
    const originS = await findOrigin([video?.sink, audio?.sink]);
    const wantedStartS = originS + startMs / 1000;
    if (startMs > 0) await mustNotBeBehindEnd(file, [video?.sink, audio?.sink], wantedStartS, startMs);
    const facts = new CodecFacts();
    const plannedVideo = video && (await planVideo(video, wantedStartS, originS, facts));
    const plannedAudio = audio && (await planAudio(audio, facts));
    if (choice.video !== undefined) await warnOfRotation(choice.video, warn);
    return {
      video: plannedVideo?.planned,
      audio: plannedAudio,
      originS,
      wantedStartS,
      startS: plannedVideo?.startS ?? wantedStartS,
      durationMs: await durationOf(file, [choice.video, choice.audio], originS),
      metadata: metadataOf(facts, plannedVideo?.planned),
    };
  });
}

interface OpenTrack<T> {
  readonly track: T;
  readonly sink: EncodedPacketSink;
}

async function findOrigin(sinks: readonly (EncodedPacketSink | undefined)[]): Promise<number> {
  const firstTimestampsS: number[] = [];
  for (const sink of sinks) {
    const first = await sink?.getFirstPacket({ metadataOnly: true });
    if (first) firstTimestampsS.push(first.timestamp);
  }
  if (firstTimestampsS.length === 0) {
    throw new MediaError('ERR_MEDIA_EMPTY', 'the file has no audio and no video', { stage: 'file' });
  }
  return originOf(firstTimestampsS);
}

async function mustNotBeBehindEnd(
  file: ContainerFile,
  sinks: readonly (EncodedPacketSink | undefined)[],
  wantedStartS: number,
  startMs: number,
): Promise<void> {
  for (const sink of sinks) {
    const packet = await sink?.getPacket(wantedStartS, { metadataOnly: true });
    if (packet && packet.timestamp + Math.max(packet.duration, MAX_LAST_FRAME_S) > wantedStartS) return;
  }
  throw startsBehindEnd(file.path, startMs);
}

async function planVideo(
  { track, sink }: OpenTrack<InputVideoTrack>,
  wantedStartS: number,
  originS: number,
  facts: CodecFacts,
): Promise<{ planned: PlannedVideo; startS: number } | undefined> {
  const first = await findKeyframe(sink, wantedStartS, originS, {});
  if (first === null) return undefined;
  const carried = await carryVideo(track);
  const tags = seeFirst(carried, first, facts);
  const isReordered = carried.codec === 'h264' || carried.codec === 'hevc';
  const firstPresentationMs = await probe(
    sink,
    await findKeyframe(sink, wantedStartS, originS, { metadataOnly: true }),
  );
  const promisedReorderedFrames = isReordered ? believed(tags) : undefined;
  return { planned: { id: track.id, carried, firstPresentationMs, promisedReorderedFrames }, startS: first.timestamp };
}

async function planAudio(
  { track, sink }: OpenTrack<InputAudioTrack>,
  facts: CodecFacts,
): Promise<PlannedTrack | undefined> {
  const first = await sink.getFirstPacket();
  if (first === null) return undefined;
  const carried = await carryAudio(track, first.data);
  seeFirst(carried, first, facts);
  return { id: track.id, carried };
}

/** The tags of a track's first packet. */
function seeFirst(carried: CarriedTrack, first: EncodedPacket, facts: CodecFacts): MediaTag[] {
  const tags: MediaTag[] = [];
  const isKeyframe = first.type === 'key';
  carried.tags().append(tags, { data: first.data, isKeyframe, decodeMs: 0, presentationMs: 0 });
  for (const tag of tags) facts.see(tag);
  return tags;
}

/** How many frames are reordered, by the configuration among these tags. */
function believed(tags: readonly MediaTag[]): number {
  const promised = tags.map((tag) => describeVideo(tag)?.maxReorderedFrames).find((count) => count !== undefined) ?? 0;
  return promised <= MAX_BELIEVED_REORDERING ? promised : 0;
}

async function probe(sink: EncodedPacketSink, first: EncodedPacket | null): Promise<number[]> {
  const presentationMs: number[] = [];
  let packet = first;
  while (packet !== null && presentationMs.length < PROBED_FRAMES) {
    presentationMs.push(packet.timestamp * 1000);
    packet = await sink.getNextPacket(packet, { metadataOnly: true });
  }
  return presentationMs;
}

/** @returns in ms, from the origin to the end */
async function durationOf(
  file: ContainerFile,
  tracks: readonly (InputTrack | undefined)[],
  originS: number,
): Promise<number | undefined> {
  const sent = tracks.filter((track) => track !== undefined);
  const toldS = await file.input.getDurationFromMetadata(sent);
  const endS = toldS !== null && toldS > originS ? toldS : await measuredEnd(file, sent);
  return endS === undefined ? undefined : Math.max(0, Math.round((endS - originS) * 1000));
}

async function measuredEnd(file: ContainerFile, tracks: InputTrack[]): Promise<number | undefined> {
  const { MPEG_TS } = await loadLibrary();
  const isSearched = (await file.input.getFormat()) === MPEG_TS; // the others are read from the start to the end
  const sizeBytes = await file.input.source.getSize();
  return isSearched || sizeBytes <= MAX_MEASURED_SIZE_BYTES ? file.input.computeDuration(tracks) : undefined;
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

async function warnOfRotation(track: InputVideoTrack, warn: (event: WarningEvent) => void): Promise<void> {
  const rotation = await track.getRotation();
  if (rotation === 0) return;
  warn({
    event: 'warning',
    code: 'WARN_ROTATED_VIDEO',
    message: `the file wants its picture turned by ${rotation} degrees, which RTMP cannot say: it will be seen as it is stored`,
  });
}
