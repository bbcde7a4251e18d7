import type { TakeMemory } from '../../bytes/memory.js';
import type { RecycledMemory } from '../../bytes/recycled-memory.js';
import { MediaError } from '../../errors.js';
import type { WarningEvent } from '../../events.js';
import { DecodeTimes } from '../../media/decode-times.js';
import { metadataTag } from '../../media/metadata.js';
import type { MediaTag } from '../../media/tag.js';
import { RecycledPayloads } from '../../rtmp/chunk/recycled-payloads.js';
import { inputError } from '../file-errors.js';
import type { TagSource } from '../tag-source.js';
import { type ContainerPlan, type PlannedTrack, type PlannedVideo, planContainer } from './container-plan.js';
import type { ContainerReader, TrackPackets } from './container-reader.js';
import { openContainer } from './open-container.js';
import { TagCursor } from './tag-cursor.js';
import { findKeyframe, findSound, type WantedStart } from './track-start.js';

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
    this.startMs = Math.max(0, Math.round((plan.video?.startMs ?? plan.wanted.startMs) - plan.wanted.originMs));
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
    try {
      const file = await openContainer(path);
      try {
        return new ContainerFileSource(path, await planContainer(file, path, startMs, warn), memory);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw inputError(error, path);
    }
  }

  /** @throws {MediaError} see `open`; what could be read before comes first */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly MediaTag[], void> {
    try {
      const file = await openContainer(this.path);
      try {
        const take = this.#memory && takeFrom(this.#memory);
        const cursors = await openCursors(file, this.#plan, take);
        yield [metadataTag(this.#plan.metadata, 0)];
        yield* interleaved(cursors);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw inputError(error, this.path);
    }
  }
}

function takeFrom(memory: RecycledMemory): TakeMemory {
  const payloads = new RecycledPayloads(memory);
  return (sizeBytes) => payloads.take(sizeBytes);
}

async function openCursors(
  file: ContainerReader,
  { video, audio, wanted }: ContainerPlan,
  take: TakeMemory | undefined,
): Promise<TagCursor[]> {
  const videoCursor = video && (await openVideo(file, video, wanted, take));
  // Sound begins with the picture, which is at a keyframe; a file that is sent from its beginning keeps all of it.
  const startMs = wanted.startMs > wanted.originMs ? (video?.startMs ?? wanted.startMs) : wanted.originMs;
  const audioCursor = audio && (await openAudio(file, audio, { ...wanted, startMs }, take));
  return [videoCursor, audioCursor].filter((cursor) => cursor !== undefined);
}

async function openVideo(
  file: ContainerReader,
  { id, carried, firstPresentationMs, promisedReorderedFrames }: PlannedVideo,
  wanted: WantedStart,
  take: TakeMemory | undefined,
): Promise<TagCursor | undefined> {
  const packets = await findKeyframe(packetsOf(file, id), wanted);
  if (packets === undefined) return undefined;
  const decodeTimes =
    promisedReorderedFrames === undefined ? undefined : new DecodeTimes(firstPresentationMs, promisedReorderedFrames);
  return new TagCursor(packets, carried.tags(take), decodeTimes);
}

async function openAudio(
  file: ContainerReader,
  { id, carried }: PlannedTrack,
  wanted: WantedStart,
  take: TakeMemory | undefined,
): Promise<TagCursor | undefined> {
  const packets = await findSound(packetsOf(file, id), wanted);
  return packets && new TagCursor(packets, carried.tags(take), undefined);
}

function packetsOf(file: ContainerReader, trackId: number): TrackPackets {
  for (const track of file.tracks) {
    if (track.codec !== undefined && track.id === trackId) return track.packets;
  }
  throw new MediaError('ERR_MEDIA_DAMAGED', 'the file has changed while it was in use', { stage: 'file' });
}

/** The tags of all tracks in the order in which they are decoded, from time 0 on. */
async function* interleaved(cursors: readonly TagCursor[]): AsyncGenerator<readonly MediaTag[], void> {
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

async function nextBatch(cursors: readonly TagCursor[], zeroMs: number): Promise<Batch> {
  const tags: MediaTag[] = [];
  let sizeBytes = 0;
  try {
    while (sizeBytes < BATCH_SIZE_BYTES && tags.length < BATCH_TAGS) {
      const earliest = earliestOf(cursors);
      if (earliest === undefined) return { tags, end: 'end' };
      // Not awaited where it is there already, which it is for nearly every packet.
      const found = earliest.data();
      const data = found instanceof Uint8Array ? found : await found;
      earliest.append(tags, data, zeroMs);
      sizeBytes += data.length;
      const reading = earliest.advance();
      if (reading !== undefined) await reading;
    }
    return { tags, end: undefined };
  } catch (failure) {
    return { tags, end: { failure } };
  }
}

/** Of several with the same time the first. */
function earliestOf(cursors: readonly TagCursor[]): TagCursor | undefined {
  let earliest: TagCursor | undefined;
  for (const cursor of cursors) {
    if (Number.isFinite(cursor.decodeMs) && cursor.decodeMs < (earliest?.decodeMs ?? Number.POSITIVE_INFINITY))
      earliest = cursor;
  }
  return earliest;
}
