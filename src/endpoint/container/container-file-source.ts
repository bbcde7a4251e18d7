import type { EncodedPacketSink } from 'mediabunny';
import type { TakeMemory } from '../../bytes/memory.js';
import type { RecycledMemory } from '../../bytes/recycled-memory.js';
import { MediaError } from '../../errors.js';
import type { WarningEvent } from '../../events.js';
import { DecodeTimes } from '../../media/decode-times.js';
import { metadataTag } from '../../media/metadata.js';
import type { MediaTag } from '../../media/tag.js';
import { RecycledPayloads } from '../../rtmp/chunk/recycled-payloads.js';
import type { TagSource } from '../tag-source.js';
import { ContainerFile, loadLibrary } from './container-file.js';
import { type ContainerPlan, type PlannedTrack, type PlannedVideo, planContainer } from './container-plan.js';
import { PacketCursor } from './packet-cursor.js';
import { findKeyframe, findSound } from './track-start.js';

export interface ContainerSourceOptions {
  /** Where to begin: at the keyframe before this time, counted from the first frame. Default 0. */
  readonly startMs?: number;
  /** For the bodies of tags: who is done with one releases it. Default: fresh memory */
  readonly memory?: RecycledMemory;
  /** What of the file is not sent, or will not be seen as it should. */
  readonly warn?: (event: WarningEvent) => void;
}

/** Tags are gathered up to so much before they are passed on. */
const BATCH_SIZE_BYTES = 256 * 1024;
const BATCH_TAGS = 256;

/**
 * A file of a common container: MP4, MOV, Matroska, WebM, MPEG-TS, MP3, ADTS, Ogg or FLAC. Nothing of it is encoded anew. It can
 * be read again and again, each time from the same place; it is open only while it is being read. The stream's time begins at 0.
 */
export class ContainerFileSource implements TagSource {
  readonly path: string;
  /** Of the whole file, from the first frame on. `undefined`: not known without reading all of it. */
  readonly durationMs: number | undefined;
  /** Where it begins: the time of the keyframe before the wanted start, counted from the first frame. */
  readonly startMs: number;
  readonly #plan: ContainerPlan;
  readonly #memory: RecycledMemory | undefined;

  private constructor(path: string, plan: ContainerPlan, memory: RecycledMemory | undefined) {
    this.path = path;
    this.durationMs = plan.durationMs;
    this.startMs = Math.max(0, Math.round((plan.startS - plan.originS) * 1000));
    this.#plan = plan;
    this.#memory = memory;
  }

  /**
   * Looks at the tracks of the file, and finds the place to begin.
   *
   * @throws {MediaError} `ERR_FILE_NOT_FOUND`, `ERR_FILE_UNREADABLE`, `ERR_MEDIA_DAMAGED`, `ERR_MEDIA_UNSUPPORTED`,
   *   `ERR_MEDIA_EMPTY`
   * @throws {UsageError} when the file ends before `startMs`
   */
  static async open(path: string, options: ContainerSourceOptions = {}): Promise<ContainerFileSource> {
    const { startMs = 0, memory, warn = () => {} } = options;
    const file = await ContainerFile.open(path);
    try {
      return new ContainerFileSource(path, await planContainer(file, startMs, warn), memory);
    } finally {
      await file.close();
    }
  }

  /** @throws {MediaError} see `open`; what could be read before comes first */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly MediaTag[], void> {
    const file = await ContainerFile.open(this.path);
    try {
      const take = this.#memory && takeFrom(this.#memory);
      const cursors = await file.reading(() => openCursors(file, this.#plan, take));
      yield [metadataTag(this.#plan.metadata, 0)];
      yield* interleaved(cursors);
    } finally {
      await file.close();
    }
  }
}

function takeFrom(memory: RecycledMemory): TakeMemory {
  const payloads = new RecycledPayloads(memory);
  return (sizeBytes) => payloads.take(sizeBytes);
}

async function openCursors(
  file: ContainerFile,
  plan: ContainerPlan,
  take: TakeMemory | undefined,
): Promise<PacketCursor[]> {
  const video = plan.video && (await openVideo(file, plan, plan.video, take));
  const audio = plan.audio && (await openAudio(file, plan, plan.audio, take));
  return [video, audio].filter((cursor) => cursor !== undefined);
}

async function openVideo(
  file: ContainerFile,
  { wantedStartS, originS }: ContainerPlan,
  { id, carried, firstPresentationMs, promisedReorderedFrames }: PlannedVideo,
  take: TakeMemory | undefined,
): Promise<PacketCursor | undefined> {
  const sink = await sinkOf(file, id);
  const first = await findKeyframe(sink, wantedStartS, originS, {});
  if (first === null) return undefined;
  const times =
    promisedReorderedFrames === undefined ? undefined : new DecodeTimes(firstPresentationMs, promisedReorderedFrames);
  return new PacketCursor(
    file,
    sink,
    first,
    carried.tags(take),
    (presentationMs) => times?.next(presentationMs) ?? presentationMs,
  );
}

async function openAudio(
  file: ContainerFile,
  { wantedStartS, startS, originS }: ContainerPlan,
  { id, carried }: PlannedTrack,
  take: TakeMemory | undefined,
): Promise<PacketCursor | undefined> {
  const sink = await sinkOf(file, id);
  const first = await findSound(sink, wantedStartS > originS ? startS : originS, originS, {});
  return first === null
    ? undefined
    : new PacketCursor(file, sink, first, carried.tags(take), (presentationMs) => presentationMs);
}

async function sinkOf(file: ContainerFile, trackId: number): Promise<EncodedPacketSink> {
  const { EncodedPacketSink } = await loadLibrary();
  const track = (await file.input.getTracks()).find(({ id }) => id === trackId);
  if (track === undefined) throw new MediaError('ERR_MEDIA_DAMAGED', 'the file has changed while it was in use');
  return new EncodedPacketSink(track);
}

/** The tags of all tracks in the order in which they are decoded, from time 0 on. */
async function* interleaved(cursors: readonly PacketCursor[]): AsyncGenerator<readonly MediaTag[], void> {
  const zeroMs = Math.min(...cursors.map(({ decodeMs }) => decodeMs));
  for (;;) {
    const batch = await nextBatch(cursors, zeroMs);
    if (batch.tags.length > 0) yield batch.tags;
    if (batch.end === 'end') return;
    if (batch.end !== undefined) throw batch.end.failure;
  }
}

interface Batch {
  readonly tags: readonly MediaTag[];
  /** Why nothing comes behind it; `undefined`: there is more. */
  readonly end: 'end' | { readonly failure: unknown } | undefined;
}

async function nextBatch(cursors: readonly PacketCursor[], zeroMs: number): Promise<Batch> {
  const tags: MediaTag[] = [];
  let sizeBytes = 0;
  try {
    while (sizeBytes < BATCH_SIZE_BYTES && tags.length < BATCH_TAGS) {
      const earliest = earliestOf(cursors);
      if (earliest === undefined) return { tags, end: 'end' };
      sizeBytes += earliest.append(tags, zeroMs);
      await earliest.advance();
    }
    return { tags, end: undefined };
  } catch (failure) {
    return { tags, end: { failure } };
  }
}

/** Of several with the same time the first. */
function earliestOf(cursors: readonly PacketCursor[]): PacketCursor | undefined {
  let earliest: PacketCursor | undefined;
  for (const cursor of cursors) {
    if (Number.isFinite(cursor.decodeMs) && cursor.decodeMs < (earliest?.decodeMs ?? Number.POSITIVE_INFINITY))
      earliest = cursor;
  }
  return earliest;
}
