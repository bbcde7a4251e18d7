import type { RecycledMemory } from '../bytes/recycled-memory.js';
import { MediaError } from '../errors.js';
import { ArrivalBuffer } from './arrival-buffer.js';
import { describeForeignFormat, FORMAT_PROBE_SIZE_BYTES, type ForeignFormat } from './foreign-format.js';
import {
  bodySizeAt,
  findBeginning,
  hasCertainTagInside,
  hasRightSizeWord,
  isTagHeader,
  isWholeDespiteSizeWord,
  timestampAt,
  type Verdict,
} from './framing.js';
import {
  FLV_HEADER_SIZE_BYTES,
  FLV_SIGNATURE_SIZE_BYTES,
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
import { TrustedTime } from './trusted-time.js';

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

/** What comes next. */
type State = { readonly kind: 'file-start' | 'header' | 'tag' } | Lost;

/** Bytes are passed over. */
interface Lost {
  readonly kind: 'lost';
  /** From here on, and why. */
  readonly atByte: number;
  readonly why: FlvDamage['why'];
}

/**
 * Reads an FLV (FLV E.2 to E.4) as its bytes come, in whatever pieces. After damage it finds the next whole tag again and
 * says what it passed over. Tags of all types come out, encrypted ones too; bodies are copied once at most, and stay as they are
 * until they are released.
 *
 * It holds no more than the tag that is arriving (16 MiB) and grows with what has arrived, not with what a header announces;
 * every position of damaged bytes is looked at once.
 */
export class FlvReader {
  readonly #buffer: ArrivalBuffer;
  #state: State;
  /** No header and no tag yet: this may be no FLV at all. */
  #isForeign = false;
  readonly #time = new TrustedTime();
  readonly #timeline: FlvTimeline;
  readonly #noticed = new Set<FlvNotice['what']>();

  /**
   * @param position where the bytes come from, when that is not the start of the file
   * @param memory for the bodies of tags: who is done with one releases it. Default: fresh memory
   */
  constructor(position?: FlvPosition, memory?: RecycledMemory) {
    this.#buffer = new ArrivalBuffer(position?.atByte ?? 0, memory);
    this.#timeline = new FlvTimeline(position?.timestampMs);
    this.#state = { kind: position === undefined ? 'file-start' : 'tag' };
  }

  /** Bytes that wait for the rest of their tag. */
  get bufferedBytes(): number {
    return this.#buffer.available;
  }

  /**
   * The next bytes of the file; they may be reused afterwards.
   *
   * @throws {MediaError} `ERR_NOT_FLV` when these are no FLV at all
   */
  receive(bytes: Uint8Array): FlvItem[] {
    this.#buffer.append(bytes);
    return this.#read();
  }

  /** Memory for the next bytes of the file, at least so many: who reads right into it saves a copy of everything. */
  space(sizeBytes: number): Uint8Array {
    return this.#buffer.space(sizeBytes);
  }

  /**
   * The next bytes of the file are at the beginning of `space`.
   *
   * @throws {MediaError} see `receive`
   */
  arrived(sizeBytes: number): FlvItem[] {
    this.#buffer.arrived(sizeBytes);
    return this.#read();
  }

  /**
   * There are no more bytes.
   *
   * @throws {MediaError} `ERR_NOT_FLV` when these were no FLV at all; `ERR_MEDIA_EMPTY` when they end inside the header
   */
  end(): FlvItem[] {
    this.#buffer.isLast = true;
    return this.#read();
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
    switch (this.#state.kind) {
      case 'file-start':
        return this.#readFileStart();
      case 'header':
        return this.#readHeader(items);
      case 'tag':
        return this.#readTag(items);
      case 'lost':
        return this.#search(items, this.#state);
    }
  }

  #readFileStart(): boolean {
    const { view, start, available, isLast } = this.#buffer;
    if (available >= FLV_HEADER_SIZE_BYTES && hasFlvSignature(view, start)) {
      this.#state = { kind: 'header' };
      return true;
    }
    if (available < FORMAT_PROBE_SIZE_BYTES && !isLast) return false;
    if (available >= FLV_SIGNATURE_SIZE_BYTES && hasFlvSignature(view, start)) {
      throw new MediaError('ERR_MEDIA_EMPTY', 'the FLV ends inside its header', { stage: 'file' });
    }
    const format = describeForeignFormat(this.#buffer.bytesAt(start, available));
    if (format !== undefined) throw notFlv(format);
    this.#isForeign = true;
    return this.#lose('damaged header', 0);
  }

  #readHeader(items: FlvItem[]): boolean {
    const { view, start, startByte, available, isLast } = this.#buffer;
    const header = readFlvHeader(view, start, startByte);
    const saidBytes = header.dataOffsetBytes;
    const isCredible =
      saidBytes >= FLV_HEADER_SIZE_BYTES && saidBytes <= MAX_DATA_OFFSET_BYTES && !(isLast && saidBytes > available);
    const offset = isCredible ? saidBytes : FLV_HEADER_SIZE_BYTES;
    if (available < offset + PREVIOUS_TAG_SIZE_BYTES + TAG_HEADER_SIZE_BYTES && !isLast) return false;
    items.push(header);
    this.#timeline.beginPiece();
    this.#buffer.advance(offset);
    this.#skipFirstSizeWord();
    this.#state = { kind: 'tag' };
    return true;
  }

  /** PreviousTagSize0, which careless writers leave out. */
  #skipFirstSizeWord(): void {
    const { view, start, available } = this.#buffer;
    const isMissing = available >= TAG_HEADER_SIZE_BYTES && view.getUint32(start) !== 0 && isTagHeader(view, start);
    if (!isMissing) {
      this.#buffer.advance(Math.min(PREVIOUS_TAG_SIZE_BYTES, available));
    }
  }

  #readTag(items: FlvItem[]): boolean {
    const { view, start, available, isLast } = this.#buffer;
    if (available < TAG_HEADER_SIZE_BYTES) {
      return isLast && available > 0 ? this.#lose('ends inside a tag', 1) : false;
    }
    if (isCertainFlvHeader(view, start)) {
      this.#state = { kind: 'header' };
      return true;
    }
    const bodySizeBytes = bodySizeAt(view, start);
    const sizeBytes = flvTagSizeBytes(bodySizeBytes);
    if (available < sizeBytes) return this.#readCutTag(items, bodySizeBytes);
    if (!hasRightSizeWord(view, start, bodySizeBytes)) {
      const verdict = isWholeDespiteSizeWord(this.#buffer, start, sizeBytes);
      if (verdict === 'wait') return false;
      if (verdict === 'no') return this.#lose('not a tag', 1);
      this.#notice(items, 'wrong size words');
    }
    this.#take(items, bodySizeBytes, sizeBytes);
    return true;
  }

  /** Not all of this tag is there: it is still coming, or it is the last one, or its size is wrong. */
  #readCutTag(items: FlvItem[], bodySizeBytes: number): boolean {
    const { view, start, end, available, isLast } = this.#buffer;
    const isStrange = !isTagHeader(view, start);
    if (isStrange && bodySizeBytes > MAX_STRANGE_TAG_SIZE_BYTES) return this.#lose('not a tag', 1);
    if (!isLast) return false;
    const isCut = available < TAG_HEADER_SIZE_BYTES + bodySizeBytes;
    if (isStrange || isCut || hasCertainTagInside(this.#buffer, start + 1, end)) {
      return this.#lose('ends inside a tag', 1);
    }
    // Only (a part of) the size word is missing.
    this.#take(items, bodySizeBytes, available);
    return true;
  }

  #take(items: FlvItem[], bodySizeBytes: number, sizeBytes: number): void {
    const { view, start, startByte } = this.#buffer;
    const typeByte = view.getUint8(start);
    if (!isKnownTypeByte(typeByte) || isFiltered(typeByte)) {
      this.#notice(items, isFiltered(typeByte) ? 'encrypted tags' : 'unknown tag types');
    }
    const typeId = typeIdOf(typeByte);
    const timestampMs = timestampAt(view, start);
    if (typeId === FLV_AUDIO || typeId === FLV_VIDEO) {
      this.#time.see(timestampMs);
    }
    items.push({
      type: 'tag',
      atByte: startByte,
      typeId,
      filtered: isFiltered(typeByte),
      timestampMs: this.#timeline.map(typeId, timestampMs),
      body: this.#buffer.bytesAt(start + TAG_HEADER_SIZE_BYTES, bodySizeBytes),
    });
    this.#buffer.advance(sizeBytes);
  }

  /** Slides over the bytes until a tag or a file header certainly begins. */
  #search(items: FlvItem[], lost: Lost): boolean {
    const { start } = this.#buffer;
    const { at, verdict } = findBeginning(this.#buffer, start, this.#time.newestMs);
    this.#buffer.advance(at - start);
    this.#checkForeign(verdict);
    if (verdict !== 'yes') {
      if (!this.#buffer.isLast) return false;
      this.#buffer.advance(this.#buffer.available);
    }
    this.#reportDamage(items, lost);
    this.#isForeign = false;
    this.#state = { kind: 'tag' };
    return verdict === 'yes';
  }

  #checkForeign(verdict: Verdict): void {
    if (!this.#isForeign || verdict === 'yes') return;
    if (this.#buffer.isLast || this.#buffer.startByte > MAX_HEADERLESS_SEARCH_BYTES) {
      throw notFlv({ name: 'of no format that is known here', isMedia: false });
    }
  }

  /** From here on bytes are passed over, the first `certainBytes` of them without looking. */
  #lose(why: FlvDamage['why'], certainBytes: number): true {
    this.#state = { kind: 'lost', atByte: this.#buffer.startByte, why };
    this.#buffer.advance(certainBytes);
    return true;
  }

  #reportDamage(items: FlvItem[], { atByte, why }: Lost): void {
    const { startByte, available } = this.#buffer;
    const goesOn = why === 'ends inside a tag' && available > 0;
    items.push({ type: 'damage', atByte, skippedBytes: startByte - atByte, why: goesOn ? 'not a tag' : why });
  }

  #notice(items: FlvItem[], what: FlvNotice['what']): void {
    if (this.#noticed.has(what)) return;
    this.#noticed.add(what);
    items.push({ type: 'notice', atByte: this.#buffer.startByte, what });
  }
}

function notFlv({ name, isMedia }: ForeignFormat): MediaError {
  if (name === 'empty') return new MediaError('ERR_NOT_FLV', 'this is empty', { stage: 'file' });
  const advice = isMedia ? { advice: 'convert it first, for example with ffmpeg -i INPUT -c copy OUTPUT.flv' } : {};
  return new MediaError('ERR_NOT_FLV', `this is not an FLV; it seems to be ${name}`, { stage: 'file', ...advice });
}
