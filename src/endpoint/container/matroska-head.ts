import { MediaError } from '../../errors.js';
import { ID } from '../../matroska/ebml.js';
import { ElementHead, MAX_HEAD_SIZE_BYTES, UNKNOWN_SIZE } from '../../matroska/read/element-reader.js';
import { readSegmentInfo, type SegmentInfo, seekPositionOf } from '../../matroska/read/segment-info.js';
import { type ListedTrack, readTrackList } from '../../matroska/read/track-list.js';
import type { FileBlocks } from './file-blocks.js';

/** What stands ahead of the media in a Matroska file. Places are those in the file. */
export interface MatroskaHead {
  /** Where the file should end; `undefined` for one that was written live. */
  readonly endByte: number | undefined;
  /** Where positions within the segment are counted from. */
  readonly segmentAt: number;
  readonly info: SegmentInfo;
  /** `undefined`: the list is not to be found. */
  readonly tracks: readonly ListedTrack[] | undefined;
  /** Where the first cluster begins, or where it is to be looked for. */
  readonly mediaAt: number;
  readonly cuesAt: number | undefined;
}

const SEGMENT_ID_BYTES = Buffer.of(0x18, 0x53, 0x80, 0x67);
/** The segment begins behind a head of some 30 bytes. */
const MAX_EBML_SIZE_BYTES = 64 * 1024;
/** Cover pictures are kept elsewhere: what describes tracks is small. */
const MAX_PART_SIZE_BYTES = 16 * 1024 * 1024;

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export async function readMatroskaHead(file: FileBlocks): Promise<MatroskaHead> {
  const segment = await findSegment(file);
  const { parts, places, mediaAt } = await readParts(file, segment.dataAt);
  const seekHead = parts.get(ID.SeekHead);
  const placeOf = (id: number): number | undefined => {
    const position = seekHead && seekPositionOf(seekHead, id);
    return places.get(id) ?? (position === undefined ? undefined : segment.dataAt + position);
  };
  const tracks = parts.get(ID.Tracks) ?? (await readPartAt(file, placeOf(ID.Tracks), ID.Tracks));
  return {
    endByte: segment.endByte,
    segmentAt: segment.dataAt,
    info: readSegmentInfo(parts.get(ID.Info)),
    tracks: tracks && readTrackList(tracks),
    mediaAt,
    cuesAt: placeOf(ID.Cues),
  };
}

interface Segment {
  readonly dataAt: number;
  readonly endByte: number | undefined;
}

async function findSegment(file: FileBlocks): Promise<Segment> {
  const start = await file.read(0, Math.min(MAX_EBML_SIZE_BYTES, file.sizeBytes));
  const at = Buffer.from(start.buffer, start.byteOffset, start.length).indexOf(SEGMENT_ID_BYTES);
  const head = new ElementHead();
  if (at < 0 || head.read(start, at) !== 'whole') {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'the Matroska file has no segment', { stage: 'file' });
  }
  const dataAt = at + head.headSizeBytes;
  const isTold = head.dataSizeBytes !== UNKNOWN_SIZE && head.dataSizeBytes > 0;
  return { dataAt, endByte: isTold ? dataAt + head.dataSizeBytes : undefined };
}

interface Parts {
  /** Contents, by id. */
  readonly parts: ReadonlyMap<number, Uint8Array>;
  readonly places: ReadonlyMap<number, number>;
  readonly mediaAt: number;
}

const WANTED: ReadonlySet<number> = new Set([ID.SeekHead, ID.Info, ID.Tracks]);

/** As far as the first cluster, or as the elements make sense. */
async function readParts(file: FileBlocks, segmentAt: number): Promise<Parts> {
  const parts = new Map<number, Uint8Array>();
  const places = new Map<number, number>();
  let at = segmentAt;
  while (at < file.sizeBytes) {
    const element = await readElementHead(file, at);
    if (element === undefined || element.id === ID.Cluster || element.endByte > file.sizeBytes) break;
    if (!places.has(element.id)) {
      places.set(element.id, at);
      if (WANTED.has(element.id)) await readPart(file, element, parts);
    }
    at = element.endByte;
  }
  return { parts, places, mediaAt: at };
}

async function readPart(file: FileBlocks, element: FileElement, parts: Map<number, Uint8Array>): Promise<void> {
  const data = await readElement(file, element, MAX_PART_SIZE_BYTES);
  if (data !== undefined) parts.set(element.id, data);
}

async function readPartAt(file: FileBlocks, at: number | undefined, id: number): Promise<Uint8Array | undefined> {
  const element = at === undefined ? undefined : await readElementHead(file, at);
  return element?.id === id ? readElement(file, element, MAX_PART_SIZE_BYTES) : undefined;
}

/** An element, as its first bytes describe it. */
export interface FileElement {
  readonly id: number;
  readonly dataAt: number;
  /** `UNKNOWN_SIZE` when it does not say where it ends. */
  readonly endByte: number;
}

/** `undefined` when there is none. */
export async function readElementHead(file: FileBlocks, at: number): Promise<FileElement | undefined> {
  const availableBytes = file.sizeBytes - at;
  if (availableBytes <= 0) return undefined;
  const head = new ElementHead();
  const bytes = await file.read(at, at + Math.min(MAX_HEAD_SIZE_BYTES, availableBytes));
  if (head.read(bytes, 0) !== 'whole') return undefined;
  const dataAt = at + head.headSizeBytes;
  return { id: head.id, dataAt, endByte: dataAt + head.dataSizeBytes };
}

/** A copy of its contents; `undefined` when they are not all there, or more than `maxSizeBytes`. */
export async function readElement(
  file: FileBlocks,
  { dataAt, endByte }: FileElement,
  maxSizeBytes: number,
): Promise<Uint8Array | undefined> {
  if (endByte > file.sizeBytes || endByte - dataAt > maxSizeBytes) return undefined;
  return (await file.read(dataAt, endByte)).slice();
}
