import { stat } from 'node:fs/promises';
import type { FlvHeader } from '../flv/header.js';
import type { FlvDamage, FlvItem, FlvNotice } from '../flv/item.js';
import { MAX_INDEX_ERROR_MS } from '../flv/keyframe-index.js';
import { toMediaTag } from '../flv/media-tag.js';
import { type SaidOfFile, saidOfFile } from '../flv/said-of-file.js';
import type { FlvTag } from '../flv/tag.js';
import type { MediaTag } from '../media/tag.js';
import { isKeyframe, isSequenceHeader } from '../media/tag-info.js';
import { inputError } from './file-errors.js';
import { readFlvItems } from './flv-file-reading.js';
import { noTags } from './flv-source.js';

/** Where index entries may point; a file with more keyframes is not checked beyond them. */
const MAX_CHECKED_KEYFRAMES = 200_000;

/** What a file is like as a file; what is in it is told tag by tag while it is read. */
export interface FlvExamination {
  readonly sizeBytes: number;
  /** Of the first header; `undefined`: it is damaged. */
  readonly header: FlvHeader | undefined;
  readonly firstDamage: FlvDamage | undefined;
  readonly damages: number;
  readonly damagedBytes: number;
  /** It ends inside a tag. */
  readonly isCutOff: boolean;
  readonly notices: readonly FlvNotice['what'][];
  readonly index: 'none' | 'right' | 'wrong';
  readonly indexEntries: number;
  /** What its metadata says of the file. */
  readonly saidDurationMs: number | undefined;
  readonly saidSizeBytes: number | undefined;
  /** Read to its end. */
  readonly isWhole: boolean;
}

export interface FlvExaminationOptions {
  /** Stops the reading. */
  readonly signal: AbortSignal;
  /** Told once, ahead of the tags; not for a file whose header is damaged. */
  readonly onHeader: (header: FlvHeader) => void;
  /** @returns whether to go on */
  readonly onTags: (tags: readonly MediaTag[]) => boolean;
}

/**
 * Reads a file from its beginning to its end, and holds what it says of itself against what it is.
 *
 * @throws {MediaError} see `readFlvItems`, and `ERR_MEDIA_EMPTY`
 */
export async function examineFlv(path: string, options: FlvExaminationOptions): Promise<FlvExamination> {
  const { size: sizeBytes } = await stat(path).catch((error: unknown) => {
    throw inputError(error, path);
  });
  const notes = new FileNotes(sizeBytes);
  let isWhole = true;
  for await (const items of readFlvItems(path)) {
    if (options.signal.aborted) isWhole = false;
    if (!isWhole) break;
    const hadHeader = notes.header !== undefined;
    const tags = notes.take(items);
    if (!hadHeader && notes.header !== undefined) options.onHeader(notes.header);
    isWhole = options.onTags(tags);
  }
  if (notes.isEmpty) throw noTags(path);
  return notes.examination(isWhole);
}

class FileNotes {
  header: FlvHeader | undefined;
  isEmpty = true;
  readonly #sizeBytes: number;
  #bytesRead = 0;
  #firstDamage: FlvDamage | undefined;
  #damages = 0;
  #damagedBytes = 0;
  #isCutOff = false;
  readonly #notices: FlvNotice['what'][] = [];
  /** Where decoding can begin, and when. */
  readonly #keyframes = new Map<number, number>();
  #said: SaidOfFile = { durationMs: undefined, sizeBytes: undefined, keyframes: [] };

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
  }

  take(items: readonly FlvItem[]): MediaTag[] {
    const tags: MediaTag[] = [];
    for (const item of items) {
      switch (item.type) {
        case 'header':
          this.header ??= item;
          break;
        case 'damage':
          this.#takeDamage(item);
          break;
        case 'notice':
          this.#notices.push(item.what);
          break;
        case 'tag':
          this.#takeTag(item, tags);
      }
    }
    return tags;
  }

  examination(isWhole: boolean): FlvExamination {
    return {
      sizeBytes: this.#sizeBytes,
      header: this.header,
      firstDamage: this.#firstDamage,
      damages: this.#damages,
      damagedBytes: this.#damagedBytes,
      isCutOff: this.#isCutOff,
      notices: this.#notices,
      index: this.#judgeIndex(isWhole),
      indexEntries: this.#said.keyframes.length,
      saidDurationMs: this.#said.durationMs,
      saidSizeBytes: this.#said.sizeBytes,
      isWhole,
    };
  }

  #takeTag(item: FlvTag, tags: MediaTag[]): void {
    this.isEmpty = false;
    this.#bytesRead = item.atByte + item.body.length;
    const tag = toMediaTag(item);
    if (tag === undefined) return;
    tags.push(tag);
    if (tag.kind === 'data') {
      if (this.#said.durationMs === undefined) this.#said = saidOfFile(tag) ?? this.#said;
    } else if ((isKeyframe(tag) || isSequenceHeader(tag)) && this.#keyframes.size < MAX_CHECKED_KEYFRAMES) {
      this.#keyframes.set(item.atByte, item.timestampMs);
    }
  }

  #takeDamage(damage: FlvDamage): void {
    this.#firstDamage ??= damage;
    this.#damages++;
    this.#damagedBytes += damage.skippedBytes;
    this.#isCutOff ||= damage.why === 'ends inside a tag';
  }

  /** Entries behind the place where the reading stopped are given the benefit of the doubt. */
  #judgeIndex(isWhole: boolean): FlvExamination['index'] {
    const { keyframes } = this.#said;
    if (keyframes.length === 0) return 'none';
    const isRight = keyframes.every(({ atByte, timestampMs }) => {
      const foundMs = this.#keyframes.get(atByte);
      if (foundMs === undefined) return !isWhole && atByte > this.#bytesRead;
      return Math.abs(foundMs - timestampMs) <= MAX_INDEX_ERROR_MS;
    });
    return isRight || this.#keyframes.size >= MAX_CHECKED_KEYFRAMES ? 'right' : 'wrong';
  }
}
