import { FLV_HEADER_SIZE_BYTES, isCertainFlvHeader, PREVIOUS_TAG_SIZE_BYTES } from './header.js';
import { flvTagSizeBytes, isKnownTypeByte, TAG_HEADER_SIZE_BYTES } from './tag.js';

/** Bytes of a file around a position: `view` holds them up to `end`, and `isLast` says that nothing follows. */
export interface FlvWindow {
  readonly view: DataView;
  readonly end: number;
  readonly isLast: boolean;
}

/** `wait`: that depends on bytes that have not come yet. */
export type Verdict = 'yes' | 'no' | 'wait';

const SIZE_MASK = 0xffffff;
const FIRST_BYTE_OF_FLV_HEADER = 0x46;

/** A tag that is found after damage and followed by damage again is believed when it is no farther than this from the last. */
const MAX_TIME_STEP_MS = 60_000;

/** By first byte: 1 where a tag or a file header may begin. */
const MAY_BEGIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  isKnownTypeByte(byte) || byte === FIRST_BYTE_OF_FLV_HEADER ? 1 : 0,
);

/** The first position from `at` on, but not beyond `last`, where a tag or a file header may begin; `last + 1` without any. */
function nextCandidate(view: DataView, at: number, last: number): number {
  let candidate = at;
  while (candidate <= last && MAY_BEGIN[view.getUint8(candidate)] === 0) candidate++;
  return candidate;
}

export function bodySizeAt(view: DataView, at: number): number {
  return view.getUint32(at) & SIZE_MASK;
}

/** Milliseconds, u32: low 24 bits first, then the high 8 (FLV E.4.1). */
export function timestampAt(view: DataView, at: number): number {
  const word = view.getUint32(at + 4);
  return ((word >>> 8) | (word << 24)) >>> 0;
}

/** Whether the size word behind the tag at `at` is what the tag says. All of the tag must be there. */
export function hasRightSizeWord(view: DataView, at: number, bodySizeBytes: number): boolean {
  const sizeWord = TAG_HEADER_SIZE_BYTES + bodySizeBytes;
  return view.getUint32(at + sizeWord) === sizeWord;
}

/** Whether eleven bytes can be a tag's header: known type, reserved bits and stream id 0. */
export function isTagHeader(view: DataView, at: number): boolean {
  return isKnownTypeByte(view.getUint8(at)) && (view.getUint32(at + 7) & SIZE_MASK) === 0;
}

/** Whether a tag or a further file header begins at `at`, or the file ends there. */
function isTagBoundary(window: FlvWindow, at: number): Verdict {
  const available = window.end - at;
  if (available === 0 && window.isLast) return 'yes';
  if (available >= TAG_HEADER_SIZE_BYTES) {
    return isTagHeader(window.view, at) || isCertainFlvHeader(window.view, at) ? 'yes' : 'no';
  }
  if (!window.isLast) return 'wait';
  return isKnownTypeByte(window.view.getUint8(at)) ? 'yes' : 'no';
}

/**
 * Whether a whole tag certainly begins at `at`, where nothing before tells so (protocol.md 8.4): a tag header, the right
 * size word behind the body, and behind that the type of a next tag or the end of the file. Where damage follows again, a
 * time near that of the last tag says as much as the next type would.
 */
function isCertainTag(window: FlvWindow, at: number, lastTimestampMs: number | undefined): Verdict {
  const { view, end, isLast } = window;
  if (!isTagHeader(view, at)) return 'no';
  const bodySizeBytes = bodySizeAt(view, at);
  const next = at + flvTagSizeBytes(bodySizeBytes);
  if (next > end) return isLast ? 'no' : 'wait';
  if (!hasRightSizeWord(view, at, bodySizeBytes)) return 'no';
  if (isNear(timestampAt(view, at), lastTimestampMs)) return 'yes';
  if (next === end) return isLast ? 'yes' : 'wait';
  const nextByte = view.getUint8(next);
  return isKnownTypeByte(nextByte) || nextByte === FIRST_BYTE_OF_FLV_HEADER ? 'yes' : 'no';
}

/** Whether a tag that certainly is one stands between two positions. */
export function hasCertainTagInside(window: FlvWindow, start: number, end: number): boolean {
  const inside: FlvWindow = { view: window.view, end, isLast: true };
  const last = end - flvTagSizeBytes(0);
  for (let at = nextCandidate(window.view, start, last); at <= last; at = nextCandidate(window.view, at + 1, last)) {
    if (isCertainTag(inside, at, undefined) === 'yes') return true;
  }
  return false;
}

/**
 * Whether the tag at `at` is whole although its size word is wrong. Old tools write size words by rules of their own; then only
 * what follows tells. But when a tag with a right size word stands inside of it, its size is wrong and not its size word.
 *
 * @param sizeBytes of the tag with its size word; all of it must be there
 */
export function isWholeDespiteSizeWord(window: FlvWindow, at: number, sizeBytes: number): Verdict {
  if (!isTagHeader(window.view, at)) return 'no';
  const verdict = isTagBoundary(window, at + sizeBytes);
  return verdict === 'yes' && hasCertainTagInside(window, at + 1, at + sizeBytes) ? 'no' : verdict;
}

/** Where a search has got to, and whether something begins there: `no` at the end of what there is to be searched. */
export interface Search {
  readonly at: number;
  readonly verdict: Verdict;
}

/** Slides over the bytes from `start` on, until a tag or a file header certainly begins, or may begin. */
export function findBeginning(window: FlvWindow, start: number, lastTimestampMs: number | undefined): Search {
  const { view, end } = window;
  const last = end - flvTagSizeBytes(0);
  let at = nextCandidate(view, start, last);
  for (; at <= last; at = nextCandidate(view, at + 1, last)) {
    const asTag = isCertainTag(window, at, lastTimestampMs);
    const verdict = asTag === 'no' ? isCertainFileStart(window, at) : asTag;
    if (verdict !== 'no') return { at, verdict };
  }
  return { at, verdict: 'no' };
}

/** Whether two timestamps (u32) are so near that one bears the other out. */
export function isNear(timestampMs: number, lastTimestampMs: number | undefined): boolean {
  return lastTimestampMs !== undefined && Math.abs((timestampMs - lastTimestampMs) | 0) <= MAX_TIME_STEP_MS;
}

/** Whether a file header with its size word of 0 certainly begins at `at`. */
function isCertainFileStart(window: FlvWindow, at: number): Verdict {
  const { view, end, isLast } = window;
  if (view.getUint8(at) !== FIRST_BYTE_OF_FLV_HEADER) return 'no';
  if (end - at < FLV_HEADER_SIZE_BYTES + PREVIOUS_TAG_SIZE_BYTES) return isLast ? 'no' : 'wait';
  return isCertainFlvHeader(view, at) && view.getUint32(at + FLV_HEADER_SIZE_BYTES) === 0 ? 'yes' : 'no';
}
