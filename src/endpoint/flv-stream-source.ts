import type { Readable } from 'node:stream';
import { StreamHeaders } from '../flow/stream-headers.js';
import { FlvReader } from '../flv/reader.js';
import { SeekSearch } from '../flv/seek.js';
import type { MediaTag } from '../media/tag.js';
import { inputError, isSystemError, startsBehindEnd, unreadable } from './file-errors.js';
import { deliver, type FlvSourceOptions, noTags, stamped } from './flv-source.js';
import { inputName } from './stream-name.js';
import type { TagSource } from './tag-source.js';

/** A GOP that is kept while it is not known whether the stream will begin with it; a larger one is given up. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

export interface FlvStreamSourceOptions extends FlvSourceOptions {
  /** For messages. Default: see `inputName`. */
  readonly name?: string;
}

/** FLV bytes that come from a pipe or any other stream. They can be read once; leaving early destroys the stream. */
export class FlvStreamSource implements TagSource {
  readonly #input: Readable;
  readonly #options: FlvStreamSourceOptions;
  readonly #name: string;

  constructor(input: Readable, options: FlvStreamSourceOptions = {}) {
    this.#input = input;
    this.#options = options;
    this.#name = options.name ?? inputName(input);
  }

  /** @throws {MediaError} see `FlvReader`, `ERR_MEDIA_EMPTY`, and `ERR_FILE_UNREADABLE` for whatever the stream fails with; {UsageError} when the stream ends before `startMs` */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly MediaTag[], void> {
    const startMs = this.#options.startMs ?? 0;
    const start = startMs > 0 ? new StartCut(startMs) : undefined;
    let isEmpty = true;
    for await (const tags of this.#readTags()) {
      const wanted = start === undefined ? tags : start.cut(tags);
      isEmpty = false;
      if (wanted.length > 0) yield wanted;
    }
    if (isEmpty) throw noTags(this.#name);
    const held = start?.end();
    if (held !== undefined && held.length > 0) yield held;
    if (start?.isBehindEnd === true) throw startsBehindEnd(this.#name, startMs);
  }

  async *#readTags(): AsyncGenerator<MediaTag[], void> {
    const reader = new FlvReader(undefined, this.#options.memory);
    try {
      for await (const bytes of this.#readBytes()) {
        const tags = deliver(reader.receive(bytes), this.#options);
        if (tags.length > 0) yield tags;
      }
      const tags = deliver(reader.end(), this.#options);
      if (tags.length > 0) yield tags;
    } catch (error) {
      throw inputError(error, this.#name);
    }
  }

  /** The stream may be anybody's: what it fails with is no fault of ours, whatever it is. */
  async *#readBytes(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* this.#input as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw isSystemError(error) ? error : unreadable(error);
    }
  }
}

/** Leaves out the beginning of a stream, up to the keyframe before the wanted time. */
class StartCut {
  readonly #search: SeekSearch;
  readonly #headers = new StreamHeaders();
  /** From the newest place to begin on; `undefined` once the beginning is found. */
  #held: MediaTag[] | undefined = [];
  #heldBytes = 0;
  #heldHeaders: readonly MediaTag[] = [];
  isBehindEnd = false;

  constructor(startMs: number) {
    this.#search = new SeekSearch(startMs);
  }

  cut(tags: MediaTag[]): MediaTag[] {
    if (this.#held === undefined) return tags;
    for (const [i, tag] of tags.entries()) {
      const step = this.#search.see(tag);
      if (step === 'past') return [...this.#release(tag), ...tags.slice(i)];
      this.#hold(tag, step === 'start');
    }
    return [];
  }

  /** The stream is over: what is left to give when the beginning was not found before. */
  end(): MediaTag[] {
    this.isBehindEnd = this.#held !== undefined && !this.#search.isInsideLastFrame;
    const first = this.#held?.[0];
    return first === undefined || this.isBehindEnd ? [] : this.#release(first);
  }

  #hold(tag: MediaTag, isStart: boolean): void {
    if (isStart) {
      this.#held = [];
      this.#heldBytes = 0;
      this.#heldHeaders = this.#headers.inForce;
    }
    this.#headers.see(tag);
    this.#heldBytes += tag.body.length;
    if (this.#heldBytes <= MAX_HELD_BYTES) {
      this.#held?.push(tag);
    } else {
      this.#held = [];
    }
  }

  #release(next: MediaTag): MediaTag[] {
    const held = this.#held ?? [];
    this.#held = undefined;
    return [...stamped(this.#heldHeaders, (held[0] ?? next).timestampMs), ...held];
  }
}
