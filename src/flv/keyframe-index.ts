import { type AmfObject, type AmfValue, amfObject, isAmfArray, isAmfObject } from '../amf/value.js';

/** Where playing can begin. */
export interface Keyframe {
  /** Decode time on the file's unwrapped timeline. */
  readonly timestampMs: number;
  /** Of the tag's first byte, its type. */
  readonly atByte: number;
}

/** How far the time of an entry may be from that of its keyframe, for an index that is right. */
export const MAX_INDEX_ERROR_MS = 1_000;

/** Two hours with a keyframe every four seconds. */
export const MAX_INDEX_ENTRIES = 2048;

/** In AMF0 one entry takes a number in each of two arrays. */
const ENTRY_SIZE_BYTES = 18;
/** Name, markers and counts around the entries: `keyframes` with `times` and `filepositions`. */
const FRAME_SIZE_BYTES = 51;

/** The most that an index takes in a script tag. */
export const MAX_INDEX_SIZE_BYTES = FRAME_SIZE_BYTES + MAX_INDEX_ENTRIES * ENTRY_SIZE_BYTES;

/** Every second one, the first included. */
export function thinned(keyframes: readonly Keyframe[]): Keyframe[] {
  return keyframes.filter((_, i) => i % 2 === 0);
}

/**
 * The keyframes of a file as it grows, evenly spread and never more than a fixed number: whenever they become too many every
 * second one goes, and from then on only every second one that comes is taken.
 */
export class KeyframeIndex {
  #entries: Keyframe[] = [];
  /** Only every `#stride`th keyframe is taken. */
  #stride = 1;
  #seen = 0;

  /** In file order. */
  get entries(): readonly Keyframe[] {
    return this.#entries;
  }

  add(keyframe: Keyframe): void {
    const isTaken = this.#seen % this.#stride === 0;
    this.#seen++;
    if (!isTaken) return;
    if (this.#entries.length === MAX_INDEX_ENTRIES) {
      this.#entries = thinned(this.#entries);
      this.#stride *= 2;
    }
    this.#entries.push(keyframe);
  }
}

/** As `onMetaData` says it: property `keyframes`, seconds and byte offsets in two arrays. */
export function keyframesToAmf(keyframes: readonly Keyframe[]): AmfObject {
  return amfObject({
    times: keyframes.map(({ timestampMs }) => timestampMs / 1000),
    filepositions: keyframes.map(({ atByte }) => atByte),
  });
}

/**
 * Reads the property `keyframes` of `onMetaData`. Empty when it is not there or makes no sense: times and positions must be
 * numbers and go forward. Whether keyframes are really there only the file can tell.
 */
export function keyframesFromAmf(value: AmfValue): Keyframe[] {
  if (!isAmfObject(value)) return [];
  const times = value.get('times');
  const positions = value.get('filepositions');
  if (!isAmfArray(times) || !isAmfArray(positions) || times.length !== positions.length) return [];

  const keyframes: Keyframe[] = [];
  let last: Keyframe = { timestampMs: Number.NEGATIVE_INFINITY, atByte: -1 };
  for (const [i, seconds] of times.entries()) {
    const atByte = positions[i];
    if (typeof seconds !== 'number' || !Number.isFinite(seconds) || !isPosition(atByte)) return [];
    const keyframe = { timestampMs: Math.round(seconds * 1000), atByte };
    if (keyframe.timestampMs < last.timestampMs || keyframe.atByte <= last.atByte) return [];
    keyframes.push(keyframe);
    last = keyframe;
  }
  return keyframes;
}

function isPosition(value: AmfValue): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
