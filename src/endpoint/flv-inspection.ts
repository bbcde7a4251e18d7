import type { FileHandle } from 'node:fs/promises';
import { StreamHeaders } from '../flow/stream-headers.js';
import { bodySizeAt, isTagHeader, timestampAt } from '../flv/framing.js';
import type { FlvItem } from '../flv/item.js';
import { type Keyframe, MAX_INDEX_ERROR_MS } from '../flv/keyframe-index.js';
import { toMediaTag } from '../flv/media-tag.js';
import { type FlvPosition, FlvReader } from '../flv/reader.js';
import { type SaidOfFile, saidOfFile } from '../flv/said-of-file.js';
import { FLV_AUDIO, FLV_VIDEO, TAG_HEADER_SIZE_BYTES } from '../flv/tag.js';
import { streamMetadata } from '../media/metadata.js';
import type { MediaTag } from '../media/tag.js';
import { headerSlot, isKeyframe, NO_HEADER_SLOT } from '../media/tag-info.js';
import { READ_SIZE_BYTES } from './flv-file-reading.js';

/** So much of a file is read for its headers and first frames. */
const MAX_HEAD_SIZE_BYTES = 16 * 1024 * 1024;
/** Where the last frame is looked for. */
const TAIL_SIZE_BYTES = 1024 * 1024;
/** Metadata that says no more than this over the last timestamp is right: it counts the last frame's length too. */
const MAX_LAST_FRAME_MS = 1_000;
/** So much of a body tells whether it is a keyframe. */
const KEYFRAME_PROBE_SIZE_BYTES = 16;
const WRAP_MS = 2 ** 32;

/** What a look at the beginning and the end of a file tells. */
export interface FlvInspection {
  /** `undefined`: not known without reading the whole file. */
  readonly durationMs: number | undefined;
  /** Timestamp of the first frame. */
  readonly firstMs: number | undefined;
  /** Metadata and sequence headers ahead of the first frames. */
  readonly headers: readonly MediaTag[];
  /** As the metadata says; to be checked against the file. */
  readonly keyframes: readonly Keyframe[];
}

/** @throws {MediaError} see `FlvReader` */
export async function inspectFlv(file: FileHandle, sizeBytes: number): Promise<FlvInspection> {
  const head = await readHead(file);
  const lastMs = await readLastTimestamp(file, sizeBytes);
  return {
    durationMs: durationOf(head.firstMs, lastMs, head.said?.durationMs),
    firstMs: head.firstMs,
    headers: head.headers,
    keyframes: head.said?.keyframes ?? [],
  };
}

async function readHead(file: FileHandle): Promise<HeadFacts> {
  const reader = new FlvReader();
  const head = new HeadFacts();
  const buffer = Buffer.allocUnsafeSlow(READ_SIZE_BYTES);
  for (let atByte = 0; atByte < MAX_HEAD_SIZE_BYTES && !head.hasFrames; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, atByte);
    head.see(bytesRead === 0 ? reader.end() : reader.receive(buffer.subarray(0, bytesRead)));
    if (bytesRead === 0) break;
    atByte += bytesRead;
  }
  return head;
}

class HeadFacts {
  firstMs: number | undefined;
  said: SaidOfFile | undefined;
  readonly #headers = new StreamHeaders();
  readonly #seenKinds = new Set<MediaTag['kind']>();

  get hasFrames(): boolean {
    return this.#seenKinds.size > 0;
  }

  get headers(): readonly MediaTag[] {
    return this.#headers.inForce;
  }

  see(items: readonly FlvItem[]): void {
    for (const item of items) {
      // Behind the first frames of both kinds no header belongs to the beginning any more.
      if (this.#seenKinds.size === 2) return;
      const tag = item.type === 'tag' ? toMediaTag(item) : undefined;
      if (tag !== undefined) {
        this.#seeTag(tag);
      }
    }
  }

  #seeTag(tag: MediaTag): void {
    this.#headers.see(tag.kind === 'data' ? streamMetadata(tag) : tag);
    if (tag.kind === 'data') {
      if (this.said?.durationMs === undefined) this.said = saidOfFile(tag) ?? this.said;
    } else if (tag.body.length > 0 && headerSlot(tag) === NO_HEADER_SLOT) {
      this.firstMs ??= tag.timestampMs;
      this.#seenKinds.add(tag.kind);
    }
  }
}

/** u32 of the last audio or the last video in the file, whichever is later, wherever it was cut off. */
async function readLastTimestamp(file: FileHandle, sizeBytes: number): Promise<number | undefined> {
  const startByte = Math.max(0, sizeBytes - TAIL_SIZE_BYTES);
  const buffer = Buffer.allocUnsafeSlow(sizeBytes - startByte);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, startByte);
  const reader = new FlvReader({ atByte: startByte, timestampMs: 0 });
  const items = [...reader.receive(buffer.subarray(0, bytesRead)), ...reader.end()];
  const lastOf = (typeId: number): number | undefined => {
    const last = items.findLast((item) => item.type === 'tag' && item.typeId === typeId);
    return last === undefined ? undefined : timestampAt(viewOf(buffer), last.atByte - startByte);
  };
  return later(lastOf(FLV_AUDIO), lastOf(FLV_VIDEO));
}

/** Of two u32 that may have wrapped between them. */
function later(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return ((one - other) | 0) > 0 ? one : other;
}

/**
 * Metadata is believed where it agrees with the last timestamp, because it knows how long the last frame lasts and how often
 * the timestamps have wrapped; of a file that was cut off it tells the length before.
 */
function durationOf(
  firstMs: number | undefined,
  lastMs: number | undefined,
  saidMs: number | undefined,
): number | undefined {
  if (firstMs === undefined || lastMs === undefined) return saidMs;
  const measuredMs = (lastMs - firstMs) >>> 0;
  if (saidMs === undefined) return measuredMs;
  const wraps = Math.max(0, Math.floor((saidMs - measuredMs) / WRAP_MS));
  const overMs = saidMs - measuredMs - wraps * WRAP_MS;
  return overMs >= 0 && overMs <= MAX_LAST_FRAME_MS ? saidMs : measuredMs;
}

/**
 * The newest keyframe of the index that is not behind the wanted time, if the file really has a keyframe of that time there.
 */
export async function findIndexed(
  file: FileHandle,
  keyframes: readonly Keyframe[],
  wantedMs: number,
): Promise<FlvPosition | undefined> {
  const keyframe = keyframes.findLast(({ timestampMs }) => timestampMs <= wantedMs);
  if (keyframe === undefined) return undefined;
  const buffer = Buffer.alloc(TAG_HEADER_SIZE_BYTES + KEYFRAME_PROBE_SIZE_BYTES);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, keyframe.atByte);
  const view = viewOf(buffer);
  if (bytesRead < buffer.length || !isTagHeader(view, 0) || view.getUint8(0) !== FLV_VIDEO) return undefined;
  const body = buffer.subarray(TAG_HEADER_SIZE_BYTES, TAG_HEADER_SIZE_BYTES + bodySizeAt(view, 0));
  const errorMs = (timestampAt(view, 0) - keyframe.timestampMs) | 0;
  const timestampMs = keyframe.timestampMs + errorMs;
  if (!isKeyframe({ kind: 'video', timestampMs, body }) || Math.abs(errorMs) > MAX_INDEX_ERROR_MS) return undefined;
  return timestampMs <= wantedMs ? { atByte: keyframe.atByte, timestampMs } : undefined;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
