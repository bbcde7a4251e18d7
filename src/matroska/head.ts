import type { Track } from '../media/track/track.js';
import {
  element,
  elementStart,
  endlessElementStart,
  float,
  ID,
  idBytes,
  longUnsigned,
  MIN_VOID_SIZE_BYTES,
  text,
  unsigned,
  voidElement,
} from './ebml.js';
import { trackEntry } from './track-entry.js';

const NS_PER_MS = 1_000_000;
const APP = 'rtmpkit';
const EBML_VERSION = 1;
const DOC_TYPE_VERSION = 4;
const DOC_TYPE_READ_VERSION = 2;
const MAX_ID_SIZE_BYTES = 4;
const MAX_SIZE_SIZE_BYTES = 8;

export type DocType = 'matroska' | 'webm';

/** What the head of a file says. */
export interface MatroskaHead {
  readonly docType: DocType;
  readonly title: string | undefined;
  readonly tracks: readonly Track[];
  /** Only when the file is complete; without it a file of any length is right. */
  readonly closing?: MatroskaClosing | undefined;
}

export interface MatroskaClosing {
  readonly durationMs: number;
  /** From the beginning of the file. */
  readonly cuesAtByte: number | undefined;
  readonly fileSizeBytes: number;
}

/** Everything in front of the first cluster, without the space that is kept free. */
export function matroskaHead(head: MatroskaHead): Uint8Array {
  const { docType, closing } = head;
  const segmentStart =
    closing === undefined
      ? endlessElementStart(ID.Segment)
      : elementStart(ID.Segment, closing.fileSizeBytes - segmentStartOf(docType));
  return Buffer.concat([ebmlHeader(docType), segmentStart, segmentHead(head)]);
}

function ebmlHeader(docType: DocType): Uint8Array {
  return element(
    ID.EBML,
    unsigned(ID.EBMLVersion, EBML_VERSION),
    unsigned(ID.EBMLReadVersion, EBML_VERSION),
    unsigned(ID.EBMLMaxIDLength, MAX_ID_SIZE_BYTES),
    unsigned(ID.EBMLMaxSizeLength, MAX_SIZE_SIZE_BYTES),
    text(ID.DocType, docType),
    unsigned(ID.DocTypeVersion, DOC_TYPE_VERSION),
    unsigned(ID.DocTypeReadVersion, DOC_TYPE_READ_VERSION),
  );
}

/** Where positions within the segment are counted from. */
export function segmentStartOf(docType: DocType): number {
  return ebmlHeader(docType).length + elementStart(ID.Segment, 0).length;
}

function segmentHead({ docType, title, tracks, closing }: MatroskaHead): Uint8Array {
  const info = element(
    ID.Info,
    unsigned(ID.TimestampScale, NS_PER_MS),
    ...(closing === undefined ? [] : [float(ID.Duration, closing.durationMs)]),
    ...(title === undefined ? [] : [text(ID.Title, title)]),
    text(ID.MuxingApp, APP),
    text(ID.WritingApp, APP),
  );
  const trackList = element(ID.Tracks, ...tracks.map((track) => trackEntry(track, isFirstOfKind(track, tracks))));
  const cuesAtByte = closing?.cuesAtByte;
  const cuesAt = cuesAtByte === undefined ? undefined : cuesAtByte - segmentStartOf(docType);
  // All positions have 8 bytes, so its size does not depend on what it says.
  const infoAt = seekHead(0, 0, cuesAt).length;
  return Buffer.concat([seekHead(infoAt, infoAt + info.length, cuesAt), info, trackList]);
}

function seekHead(infoAt: number, tracksAt: number, cuesAt: number | undefined): Uint8Array {
  return element(
    ID.SeekHead,
    seek(idBytes(ID.Info), infoAt),
    seek(idBytes(ID.Tracks), tracksAt),
    ...(cuesAt === undefined ? [] : [seek(idBytes(ID.Cues), cuesAt)]),
  );
}

function seek(id: Uint8Array, position: number): Uint8Array {
  return element(ID.Seek, element(ID.SeekID, id), longUnsigned(ID.SeekPosition, position));
}

function isFirstOfKind({ number, format }: Track, tracks: readonly Track[]): boolean {
  return tracks.find((track) => track.format.kind === format.kind)?.number === number;
}

/** Whether the head fits into so many bytes. */
export function fits(head: Uint8Array, sizeBytes: number): boolean {
  return head.length + MIN_VOID_SIZE_BYTES <= sizeBytes;
}

/** The head in exactly so many bytes. */
export function filledUp(head: Uint8Array, sizeBytes: number): Uint8Array {
  return Buffer.concat([head, voidElement(sizeBytes - head.length)]);
}
