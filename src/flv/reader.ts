import { MediaError } from '../errors.js';
import { describeForeignFormat, FORMAT_PROBE_SIZE_BYTES } from './foreign-format.js';
import {
  bodySizeAt,
  type FlvWindow,
  hasCertainTagInside,
  hasRightSizeWord,
  isCertainFileStart,
  isCertainTag,
  isNear,
  isTagBoundary,
  isTagHeader,
  nextCandidate,
  timestampAt,
  type Verdict,
} from './framing.js';
import {
  FLV_HEADER_SIZE_BYTES,
  hasFlvSignature,
  isCertainFlvHeader,
  PREVIOUS_TAG_SIZE_BYTES,
  readFlvHeader,
} from './header.js';
import type { FlvDamage, FlvItem, FlvNotice } from './item.js';
import {
  FLV_AUDIO,
  FLV_VIDEO,
  flvTagSizeBytes,
  isFiltered,
  isKnownTypeByte,
  TAG_HEADER_SIZE_BYTES,
  typeIdOf,
} from './tag.js';
import { FlvTimeline } from './timeline.js';

const MIN_BUFFER_SIZE_BYTES = 16 * 1024;
/** A header that says its tags begin farther away is not believed. */
const MAX_DATA_OFFSET_BYTES = 64 * 1024;
/** A tag that looks like none is given the benefit of the doubt (its size word may be right) up to this size. */
const MAX_STRANGE_TAG_SIZE_BYTES = 1024 * 1024;
/** So far into bytes without a header and of no known format tags are looked for. */
const MAX_HEADERLESS_SEARCH_BYTES = 1024 * 1024;

/** Where to begin inside a file, for a reader that does not begin at its start. */
export interface FlvPosition {
  /** Of a tag's first byte. */
  readonly atByte: number;
  /** Of the first audio or video from there on, on the file's timeline. */
  readonly timestampMs: number;
}

/**
 * Reads an FLV (FLV E.2 to E.4) as its bytes come, in whatever pieces. After damage it finds the next whole tag again and
 * says what it passed over. Tags of all types come out, encrypted ones too; bodies are fresh memory, copied once.
 *
 * It holds no more than the tag that is arriving (16 MiB) and grows with what has arrived, not with what a header announces;
 * every position of damaged bytes is looked at once.
 */
export class FlvReader {
  /** What has arrived and is not read yet: `#start` to `#end`. Bytes before `#start` belong to tags that were given away. */
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #start = 0;
  #end = 0;
  #isEnded = false;
  /** Where `#start` is in the file. */
  #startByte = 0;
  #state: 'file-start' | 'header' | 'tag' | 'lost' = 'file-start';
  /** While lost: where, and why. */
  #lostAtByte = 0;
  #lostWhy: FlvDamage['why'] = 'not a tag';
  /** No header and no tag yet: this may be no FLV at all. */
  #isForeign = false;
  /** u32 of the newest audio or video that agrees with the one before it: a single one may be damaged. */
  #lastTimestampMs: number | undefined;
  #doubtfulTimestampMs: number | undefined;
  readonly #timeline: FlvTimeline;
  readonly #noticed = new Set<FlvNotice['what']>();

  /** @param position where the bytes come from, when that is not the start of the file */
  constructor(position?: FlvPosition) {
    this.#timeline = new FlvTimeline(position?.timestampMs);
    if (position !== undefined) {
      this.#startByte = position.atByte;
      this.#state = 'tag';
    }
  }

  /** Bytes that wait for the rest of their tag. */
  get bufferedBytes(): number {
    return this.#end - this.#start;
  }

  /**
   * The next bytes of the file; they may be reused afterwards.
   *
   * @throws {MediaError} `ERR_NOT_FLV` when these are no FLV at all
   */
  receive(bytes: Uint8Array): FlvItem[] {
    this.#append(bytes);
    return this.#read();
  }

  /**
   * There are no more bytes.
   *
   * @throws {MediaError} `ERR_NOT_FLV` when these were no FLV at all; `ERR_MEDIA_EMPTY` when they end inside the header
   */
  end(): FlvItem[] {
    this.#isEnded = true;
    return this.#read();
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length > this.#bytes.length - this.#end) {
      this.#moveToNewBuffer(bytes.length);
    }
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Doubling keeps the copying linear however small the pieces are. The old buffer stays with the tags read from it. */
  #moveToNewBuffer(neededBytes: number): void {
    const buffered = this.#bytes.subarray(this.#start, this.#end);
    const sizeBytes = Math.max(buffered.length + neededBytes, 2 * buffered.length, MIN_BUFFER_SIZE_BYTES);
    const memory = Buffer.allocUnsafeSlow(sizeBytes).buffer;
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#bytes.set(buffered);
    this.#start = 0;
    this.#end = buffered.length;
  }

  #read(): FlvItem[] {
    const items: FlvItem[] = [];
    while (this.#step(items)) {
      // each step reads one item, or changes the state
    }
    return items;
  }

  /** `false`: more bytes are needed, or there are none left. */
  #step(items: FlvItem[]): boolean {
    switch (this.#state) {
      case 'file-start':
        return this.#readFileStart();
      case 'header':
        return this.#readHeader(items);
      case 'tag':
        return this.#readTag(items);
      case 'lost':
        return this.#search(items);
    }
  }

  #readFileStart(): boolean {
    const available = this.bufferedBytes;
    if (available >= FLV_HEADER_SIZE_BYTES && hasFlvSignature(this.#view, this.#start)) {
      this.#state = 'header';
      return true;
    }
    if (available < FORMAT_PROBE_SIZE_BYTES && !this.#isEnded) return false;
    const bytes = this.#bytes.subarray(this.#start, this.#end);
    const format = describeForeignFormat(bytes);
    if (available >= 3 && available < FLV_HEADER_SIZE_BYTES && hasFlvSignature(this.#view, this.#start)) {
      throw new MediaError('ERR_MEDIA_EMPTY', 'the FLV ends inside its header', { stage: 'file' });
    }
    if (format !== undefined) throw notFlv(format);
    this.#isForeign = true;
    this.#lose('damaged header', 0);
    return true;
  }

  #readHeader(items: FlvItem[]): boolean {
    const available = this.bufferedBytes;
    const header = readFlvHeader(this.#view, this.#start, this.#startByte);
    const saidBytes = header.dataOffsetBytes;
    const isCredible =
      saidBytes >= FLV_HEADER_SIZE_BYTES &&
      saidBytes <= MAX_DATA_OFFSET_BYTES &&
      !(this.#isEnded && saidBytes > available);
    const offset = isCredible ? saidBytes : FLV_HEADER_SIZE_BYTES;
    if (available < offset + PREVIOUS_TAG_SIZE_BYTES + TAG_HEADER_SIZE_BYTES && !this.#isEnded) return false;
    items.push(header);
    this.#timeline.beginPiece();
    this.#advance(offset);
    this.#skipFirstSizeWord();
    this.#state = 'tag';
    return true;
  }

  /** PreviousTagSize0, which careless writers leave out. */
  #skipFirstSizeWord(): void {
    const available = this.bufferedBytes;
    const isMissing =
      available >= TAG_HEADER_SIZE_BYTES &&
      this.#view.getUint32(this.#start) !== 0 &&
      isTagHeader(this.#view, this.#start);
    if (!isMissing) {
      this.#advance(Math.min(PREVIOUS_TAG_SIZE_BYTES, available));
    }
  }

  #readTag(items: FlvItem[]): boolean {
    const at = this.#start;
    const available = this.#end - at;
    if (available < TAG_HEADER_SIZE_BYTES) {
      if (!this.#isEnded || available === 0) return false;
      return this.#lose('ends inside a tag', 1);
    }
    if (isCertainFlvHeader(this.#view, at)) {
      this.#state = 'header';
      return true;
    }
    const bodySizeBytes = bodySizeAt(this.#view, at);
    const sizeBytes = flvTagSizeBytes(bodySizeBytes);
    if (available < sizeBytes) return this.#readCutTag(items, bodySizeBytes);
    if (!hasRightSizeWord(this.#view, at, bodySizeBytes)) {
      const verdict = this.#isTagWithWrongSizeWord(sizeBytes);
      if (verdict === 'wait') return false;
      if (verdict === 'no') return this.#lose('not a tag', 1);
      this.#notice(items, 'wrong size words');
    }
    this.#take(items, bodySizeBytes, sizeBytes);
    return true;
  }

  /**
   * Old tools write size words by rules of their own; then only what follows tells that this tag is whole. But when a tag
   * with a right size word stands inside of it, its size is wrong and not its size word.
   */
  #isTagWithWrongSizeWord(sizeBytes: number): Verdict {
    const window = this.#window();
    const next = this.#start + sizeBytes;
    if (!isTagHeader(this.#view, this.#start)) return 'no';
    const verdict = isTagBoundary(window, next);
    return verdict === 'yes' && hasCertainTagInside(window, this.#start + 1, next) ? 'no' : verdict;
  }

  /** Not all of the tag at `#start` is there: it is still coming, or it is the last one, or its size is wrong. */
  #readCutTag(items: FlvItem[], bodySizeBytes: number): boolean {
    const isStrange = !isTagHeader(this.#view, this.#start);
    if (isStrange && bodySizeBytes > MAX_STRANGE_TAG_SIZE_BYTES) return this.#lose('not a tag', 1);
    if (!this.#isEnded) return false;
    const isCut = this.bufferedBytes < TAG_HEADER_SIZE_BYTES + bodySizeBytes;
    if (isStrange || isCut || hasCertainTagInside(this.#window(), this.#start + 1, this.#end)) {
      return this.#lose('ends inside a tag', 1);
    }
    // Only (a part of) the size word is missing.
    this.#take(items, bodySizeBytes, this.bufferedBytes);
    return true;
  }

  #take(items: FlvItem[], bodySizeBytes: number, sizeBytes: number): void {
    const at = this.#start;
    const typeByte = this.#view.getUint8(at);
    if (!isKnownTypeByte(typeByte) || isFiltered(typeByte)) {
      this.#notice(items, isFiltered(typeByte) ? 'encrypted tags' : 'unknown tag types');
    }
    const typeId = typeIdOf(typeByte);
    const timestampMs = timestampAt(this.#view, at);
    if (typeId === FLV_AUDIO || typeId === FLV_VIDEO) {
      this.#noteTimestamp(timestampMs);
    }
    items.push({
      type: 'tag',
      atByte: this.#startByte,
      typeId,
      filtered: isFiltered(typeByte),
      timestampMs: this.#timeline.map(typeId, timestampMs),
      body: new Uint8Array(this.#bytes.buffer, at + TAG_HEADER_SIZE_BYTES, bodySizeBytes),
    });
    this.#advance(sizeBytes);
  }

  #noteTimestamp(timestampMs: number): void {
    const last = this.#lastTimestampMs;
    if (last === undefined || isNear(timestampMs, last) || isNear(timestampMs, this.#doubtfulTimestampMs)) {
      this.#lastTimestampMs = timestampMs;
    } else {
      this.#doubtfulTimestampMs = timestampMs;
    }
  }

  /** Slides over the bytes until a tag or a file header certainly begins. */
  #search(items: FlvItem[]): boolean {
    const window = this.#window();
    const last = this.#end - flvTagSizeBytes(0);
    let at = nextCandidate(this.#view, this.#start, last);
    let verdict: Verdict = 'no';
    while (at <= last) {
      verdict = isCertainTag(window, at, this.#lastTimestampMs);
      if (verdict === 'no') verdict = isCertainFileStart(window, at);
      if (verdict !== 'no') break;
      at = nextCandidate(this.#view, at + 1, last);
    }
    this.#advance(at - this.#start);
    this.#checkForeign(verdict);
    if (verdict === 'yes') {
      this.#reportDamage(items, this.#startByte);
      this.#isForeign = false;
      this.#state = 'tag';
      return true;
    }
    if (this.#isEnded) {
      this.#advance(this.bufferedBytes);
      this.#reportDamage(items, this.#startByte);
      this.#state = 'tag';
    }
    return false;
  }

  #checkForeign(verdict: Verdict): void {
    if (!this.#isForeign || verdict === 'yes') return;
    if (this.#isEnded || this.#startByte > MAX_HEADERLESS_SEARCH_BYTES) {
      throw notFlv('of no format that is known here');
    }
  }

  /** From here on bytes are passed over, the first `certainBytes` of them without looking. */
  #lose(why: FlvDamage['why'], certainBytes: number): true {
    this.#lostAtByte = this.#startByte;
    this.#lostWhy = why;
    this.#state = 'lost';
    this.#advance(certainBytes);
    return true;
  }

  #reportDamage(items: FlvItem[], endByte: number): void {
    const isCutOff = this.#lostWhy === 'ends inside a tag' && this.bufferedBytes > 0;
    items.push({
      type: 'damage',
      atByte: this.#lostAtByte,
      skippedBytes: endByte - this.#lostAtByte,
      why: isCutOff ? 'not a tag' : this.#lostWhy,
    });
  }

  #notice(items: FlvItem[], what: FlvNotice['what']): void {
    if (this.#noticed.has(what)) return;
    this.#noticed.add(what);
    items.push({ type: 'notice', atByte: this.#startByte, what });
  }

  #window(): FlvWindow {
    return { view: this.#view, end: this.#end, isLast: this.#isEnded };
  }

  #advance(count: number): void {
    this.#start += count;
    this.#startByte += count;
  }
}

function notFlv(format: string): MediaError {
  return new MediaError('ERR_NOT_FLV', `this is not an FLV; it seems to be ${format}`, {
    stage: 'file',
    advice: 'convert it first, for example with ffmpeg -i INPUT -c copy OUTPUT.flv',
  });
}
