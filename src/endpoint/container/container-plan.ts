import type { InputAudioTrack, InputTrack, InputVideoTrack } from 'mediabunny';
import type { AmfValue } from '../../amf/value.js';
import { MediaError } from '../../errors.js';
import type { WarningEvent } from '../../events.js';
import { CodecFacts } from '../../flv/codec-facts.js';
import { describeVideo } from '../../media/stream-description.js';
import type { MediaTag } from '../../media/tag.js';
import { startsBehindEnd } from '../flv-source.js';
import { type CarriedTrack, carryAudio, carryVideo } from './carried-track.js';
import type { ContainerFile } from './container-file.js';
import { readContainerHead } from './container-head.js';
import { PacketClock, type PacketClockOptions } from './packet-clock.js';
import { chooseTracks } from './track-choice.js';
import type { Packet, TrackPackets } from './track-packets.js';
import { findKeyframe, originOf, type WantedStart } from './track-start.js';

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
  readonly clock: PacketClockOptions;
}

export interface PlannedVideo extends PlannedTrack {
  /** Presentation times of the first frames from the start on, in decode order. */
  readonly firstPresentationMs: readonly number[];
  /** `undefined`: what is decoded first is shown first. */
  readonly promisedReorderedFrames: number | undefined;
  /** Where it really begins. */
  readonly startS: number;
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
 * @throws {MediaError} `ERR_MEDIA_UNSUPPORTED`, `ERR_MEDIA_EMPTY`, `ERR_MEDIA_DAMAGED`
 * @throws {UsageError} when the file ends before `startMs`
 */
export async function planContainer(file: ContainerFile, startMs: number, warn: Warn): Promise<ContainerPlan> {
  const { endByte = 0, codecDelaysMs, foreignTracks } = await readContainerHead(file);
  const missingBytes = endByte - file.sizeBytes;
  if (missingBytes > 0) await mustHaveTracks(file, missingBytes, warn);
  const choice = await chooseTracks(file, foreignTracks, warn);
  if (choice.video !== undefined) await warnOfRotation(file, choice.video, warn);

  const isMpegTs = file.kind === 'mpeg-ts';
  const open = <T extends InputTrack>(track: T): OpenTrack<T> => ({
    track,
    packets: file.packetsOf(track),
    clock: { delayMs: codecDelaysMs.get(track.id) ?? 0, isMpegTs },
  });
  const video = choice.video && open(choice.video);
  const audio = choice.audio && open(choice.audio);
  const tracks = [video, audio].filter((track) => track !== undefined);

  const wanted = await wantedStart(file, tracks, startMs);
  const facts = new CodecFacts();
  const plannedVideo = video && (await planVideo(file, video, wanted, facts));
  const plannedAudio = audio && (await planAudio(file, audio, facts));
  return {
    video: plannedVideo,
    audio: plannedAudio,
    wanted,
    durationMs: await durationOf(file, tracks, wanted.originS),
    metadata: metadataOf(facts, plannedVideo),
  };
}

interface OpenTrack<T> {
  readonly track: T;
  readonly packets: TrackPackets;
  readonly clock: PacketClockOptions;
}

async function wantedStart(
  file: ContainerFile,
  tracks: readonly OpenTrack<InputTrack>[],
  startMs: number,
): Promise<WantedStart> {
  const firstTimestampsS: number[] = [];
  for (const { packets } of tracks) {
    const first = await packets.first('times');
    if (first !== null) firstTimestampsS.push(first.timestamp);
  }
  if (firstTimestampsS.length === 0) {
    throw new MediaError('ERR_MEDIA_EMPTY', `${file.path}: the file has no audio and no video`, { stage: 'file' });
  }
  const originS = originOf(firstTimestampsS);
  const startS = originS + startMs / 1000;
  if (startMs > 0 && !(await reaches(tracks, startS))) throw startsBehindEnd(file.path, startMs);
  return { originS, startS };
}

/** Whether one of the tracks is not over at that time. */
async function reaches(tracks: readonly OpenTrack<InputTrack>[], timeS: number): Promise<boolean> {
  for (const { packets } of tracks) {
    const packet = await packets.at(timeS, 'times');
    if (packet !== null && packet.timestamp + Math.max(packet.duration, MAX_LAST_FRAME_S) > timeS) return true;
  }
  return false;
}

async function planVideo(
  file: ContainerFile,
  { track, packets, clock }: OpenTrack<InputVideoTrack>,
  wanted: WantedStart,
  facts: CodecFacts,
): Promise<PlannedVideo | undefined> {
  const first = await findKeyframe(packets, wanted, 'whole');
  if (first === null) return undefined;
  const carried = await carryVideo(file, track);
  const tags = firstTags(carried, first, facts);
  const isReordered = carried.codec === 'h264' || carried.codec === 'hevc';
  return {
    id: track.id,
    carried,
    clock,
    firstPresentationMs: await probe(packets, await findKeyframe(packets, wanted, 'times'), new PacketClock(clock)),
    promisedReorderedFrames: isReordered ? believed(tags) : undefined,
    startS: first.timestamp,
  };
}

async function planAudio(
  file: ContainerFile,
  { track, packets, clock }: OpenTrack<InputAudioTrack>,
  facts: CodecFacts,
): Promise<PlannedTrack | undefined> {
  const first = await packets.first('whole');
  if (first === null) return undefined;
  const carried = await carryAudio(file, track, first.data);
  firstTags(carried, first, facts);
  return { id: track.id, carried, clock };
}

/** The tags of a track's first packet. */
function firstTags(carried: CarriedTrack, first: Packet, facts: CodecFacts): MediaTag[] {
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

async function probe(packets: TrackPackets, first: Packet | null, clock: PacketClock): Promise<number[]> {
  const presentationMs: number[] = [];
  let packet = first;
  while (packet !== null && presentationMs.length < PROBED_FRAMES) {
    presentationMs.push(clock.presentationMs(packet));
    packet = await packets.next(packet, 'times');
  }
  return presentationMs;
}

/** @returns in ms, from the origin to the end */
async function durationOf(
  file: ContainerFile,
  openTracks: readonly OpenTrack<InputTrack>[],
  originS: number,
): Promise<number | undefined> {
  const tracks = openTracks.map(({ track }) => track);
  const toldS = await file.reading(() => file.input.getDurationFromMetadata(tracks));
  const endS = toldS !== null && toldS > originS ? toldS : await measuredEnd(file, tracks);
  return endS === undefined ? undefined : Math.max(0, Math.round((endS - originS) * 1000));
}

async function measuredEnd(file: ContainerFile, tracks: InputTrack[]): Promise<number | undefined> {
  // A transport stream is searched; the others are read from the start to the end.
  const isQuick = file.kind === 'mpeg-ts' || file.sizeBytes <= MAX_MEASURED_SIZE_BYTES;
  return isQuick ? file.reading(() => file.input.computeDuration(tracks)) : undefined;
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
async function mustHaveTracks(file: ContainerFile, missingBytes: number, warn: Warn): Promise<void> {
  const message = `${file.path} is cut off: its last ${missingBytes} bytes are missing`;
  if ((await file.tracks()).length === 0) {
    throw new MediaError('ERR_MEDIA_DAMAGED', `${message}, and its index with them`, { stage: 'file' });
  }
  warn({ event: 'warning', code: 'WARN_DAMAGED_INPUT', message });
}

async function warnOfRotation(file: ContainerFile, track: InputVideoTrack, warn: Warn): Promise<void> {
  const rotation = await file.reading(() => track.getRotation());
  if (rotation === 0) return;
  warn({
    event: 'warning',
    code: 'WARN_ROTATED_VIDEO',
    message: `the file wants its picture turned by ${rotation} degrees, which RTMP cannot say: it is sent as it is stored`,
  });
}
