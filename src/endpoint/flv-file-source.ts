import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { StreamHeaders } from '../flow/stream-headers.js';
import type { FlvPosition } from '../flv/reader.js';
import { SeekSearch } from '../flv/seek.js';
import type { MediaTag } from '../media/tag.js';
import { inputError, startsBehindEnd } from './file-errors.js';
import { readFlvItems } from './flv-file-reading.js';
import { type FlvInspection, findIndexed, inspectFlv } from './flv-inspection.js';
import { deliver, type FlvSourceOptions, noTags, stamped, toStreamTag } from './flv-source.js';
import { FlvStreamSource } from './flv-stream-source.js';
import { openPipe } from './pipe-input.js';
import type { TagSource } from './tag-source.js';

export type { FlvSourceOptions } from './flv-source.js';

/** Where in a file to begin, and what a decoder has to know there. */
interface FlvStart {
  readonly position: FlvPosition;
  /** Media time before it. */
  readonly afterMs: number;
  readonly headers: readonly MediaTag[];
}

/**
 * An FLV file. It can be read again and again, each time from the beginning (or `startMs`); it is open only while it is
 * being read. A path that is no regular file, such as a named pipe, is read once and its duration is not known.
 */
export class FlvFileSource implements TagSource {
  readonly path: string;
  /** Of the whole file, from the first frame on. `undefined`: not known without reading all of it. */
  readonly durationMs: number | undefined;
  /** Where it begins: the time of the keyframe before the wanted start, counted from the first frame. */
  readonly startMs: number;
  readonly #options: FlvSourceOptions;
  readonly #start: FlvStart | undefined;
  readonly #isRegular: boolean;

  private constructor(path: string, options: FlvSourceOptions, opened: OpenedFile | undefined) {
    this.path = path;
    this.durationMs = opened?.durationMs;
    this.startMs = opened?.start?.afterMs ?? 0;
    this.#options = options;
    this.#start = opened?.start;
    this.#isRegular = opened !== undefined;
  }

  /**
   * Looks at the beginning and the end of the file, and finds the place to begin.
   *
   * @throws {MediaError} `ERR_FILE_NOT_FOUND`, `ERR_FILE_UNREADABLE`, `ERR_NOT_FLV`, `ERR_MEDIA_EMPTY`
   * @throws {UsageError} when the file ends before `startMs`
   */
  static async open(path: string, options: FlvSourceOptions = {}): Promise<FlvFileSource> {
    try {
      return new FlvFileSource(path, options, await openRegular(path, options.startMs ?? 0));
    } catch (error) {
      throw inputError(error, path);
    }
  }

  /** What is read from a pipe is gone. */
  get isRepeatable(): boolean {
    return this.#isRegular;
  }

  /** @throws {MediaError} see `open`; the file may have changed since */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly MediaTag[], void> {
    if (!this.#isRegular) {
      yield* new FlvStreamSource(this.#openPipe(), { ...this.#options, name: this.path });
      return;
    }
    let headers = this.#start?.headers ?? [];
    let isEmpty = true;
    for await (const items of readFlvItems(this.path, this.#start?.position, this.#options.memory)) {
      const tags = deliver(items, this.#options);
      const [first] = tags;
      if (first === undefined) continue;
      yield headers.length === 0 ? tags : [...stamped(headers, first.timestampMs), ...tags];
      headers = [];
      isEmpty = false;
    }
    if (isEmpty) throw noTags(this.path);
  }

  #openPipe(): Readable {
    try {
      return openPipe(this.path);
    } catch (error) {
      throw inputError(error, this.path);
    }
  }
}

interface OpenedFile {
  readonly durationMs: number | undefined;
  /** `undefined`: at the beginning. */
  readonly start: FlvStart | undefined;
}

/** `undefined` when the path is no regular file: what is read from it is gone. */
async function openRegular(path: string, startMs: number): Promise<OpenedFile | undefined> {
  // A pipe must not be opened only to be looked at: its writer would take the closing for the end.
  const stats = await stat(path);
  if (!stats.isFile() && !stats.isDirectory()) return undefined;
  const file = await open(path);
  try {
    const inspection = await inspectFlv(file, stats.size);
    const { durationMs, firstMs, keyframes } = inspection;
    if (startMs === 0 || firstMs === undefined) return { durationMs, start: undefined };
    const indexed = await findIndexed(file, keyframes, firstMs + startMs);
    return { durationMs, start: await findStart(path, inspection, startMs, indexed) };
  } finally {
    await file.close();
  }
}

/**
 * Reads on from a keyframe of the index, or from the beginning, until the wanted time is reached. Headers that changed
 * between the file's beginning and an indexed keyframe are not seen: that is the price of not reading everything.
 */
async function findStart(
  path: string,
  { firstMs, headers: firstHeaders }: FlvInspection,
  startMs: number,
  indexed: FlvPosition | undefined,
): Promise<FlvStart | undefined> {
  const search = new SeekSearch(startMs, firstMs);
  const headers = new StreamHeaders();
  if (indexed !== undefined) {
    for (const header of firstHeaders) headers.see(header);
  }
  let start: FlvStart | undefined;
  for await (const items of readFlvItems(path, indexed)) {
    for (const item of items) {
      const tag = item.type === 'tag' ? toStreamTag(item) : undefined;
      if (item.type !== 'tag' || tag === undefined) continue;
      const step = search.see(tag);
      if (step === 'past') return start;
      if (step === 'start') {
        const { timestampMs } = tag;
        start = {
          position: { atByte: item.atByte, timestampMs },
          afterMs: timestampMs - (firstMs ?? timestampMs),
          headers: headers.inForce,
        };
      }
      headers.see(tag);
    }
  }
  if (!search.isInsideLastFrame) throw startsBehindEnd(path, startMs);
  return start;
}
