import { PartCutter, type PartPiece, type PartRules } from '../flow/part-cutter.js';
import type { MediaTag } from '../media/tag.js';
import { Completion } from './completion.js';
import type { FileSummary, FileWriter } from './file-writer.js';

export interface RotationOptions {
  readonly rules: PartRules;
  /** Opens the file of the next part. Called when the part before is closed. */
  readonly open: () => Promise<FileWriter>;
  readonly onPartStarted?: (path: string) => void;
  readonly onPartEnded?: (path: string, summary: FileSummary) => void;
}

/**
 * One recording in several files, each of which can be played alone (see `PartCutter`). It owns one writer at a time, of
 * whatever format: while one file is closed and the next one opened it has no room, and keeps what it has been given.
 */
export class RotatingWriter implements FileWriter {
  readonly finished: Promise<FileSummary>;
  readonly #completion = new Completion<FileSummary>();
  readonly #options: RotationOptions;
  readonly #cutter: PartCutter;
  #writer: FileWriter;
  /** All parts before that one, together. */
  #before: FileSummary = NOTHING;
  /** What came while the next file was not open yet, in memory of its own. */
  #waiting: PartPiece[] = [];
  #changeover: Promise<void> | undefined;
  #isOver = false;

  private constructor(options: RotationOptions, first: FileWriter) {
    this.#options = options;
    this.#cutter = new PartCutter(options.rules);
    this.#writer = first;
    this.finished = this.#completion.promise;
    this.#watch(first);
  }

  /** Opens the first part. @throws what `open` throws */
  static async create(options: RotationOptions): Promise<RotatingWriter> {
    return new RotatingWriter(options, await options.open());
  }

  /** Of the part that is being written. */
  get path(): string {
    return this.#writer.path;
  }

  /** Of all parts together. */
  get summary(): FileSummary {
    return sum(this.#before, this.#writer.summary);
  }

  get hasRoom(): boolean {
    return this.#isOver || (this.#changeover === undefined && this.#writer.hasRoom);
  }

  async room(): Promise<void> {
    while (!this.hasRoom) {
      await (this.#changeover ?? this.#writer.room());
    }
  }

  append(tags: readonly MediaTag[]): boolean {
    if (this.#isOver) return true;
    for (const piece of this.#cutter.cut(tags)) {
      if (this.#changeover !== undefined || piece.startsPart) {
        this.#waiting.push(inOwnMemory(piece));
        this.#changeover ??= this.#changeOver();
      } else {
        this.#writer.append(piece.tags);
      }
    }
    return this.hasRoom;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#changeover === undefined) {
      this.#writer.end();
    }
  }

  /** Closes the file, opens the next one and writes what has come meanwhile, until nothing waits any more. Never rejects. */
  async #changeOver(): Promise<void> {
    try {
      for (let piece = this.#waiting.shift(); piece !== undefined; piece = this.#waiting.shift()) {
        if (piece.startsPart) {
          await this.#nextPart();
        }
        this.#writer.append(piece.tags);
      }
      if (this.#isOver) {
        this.#writer.end();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#changeover = undefined;
    }
  }

  async #nextPart(): Promise<void> {
    const { open, onPartStarted, onPartEnded } = this.#options;
    const closing = this.#writer;
    closing.end();
    const summary = await closing.finished;
    onPartEnded?.(closing.path, summary);
    const next = await open();
    this.#before = sum(this.#before, summary);
    this.#writer = next;
    onPartStarted?.(next.path);
    this.#watch(next);
  }

  /** The end of a file between two parts is awaited there. */
  #watch(writer: FileWriter): void {
    writer.finished.then(
      (summary) => {
        if (this.#changeover === undefined) {
          this.#isOver = true;
          this.#options.onPartEnded?.(writer.path, summary);
          this.#completion.resolve(this.summary);
        }
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** What is in the files stays as it is. */
  #fail(error: unknown): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#completion.reject(error);
  }
}

const NOTHING: FileSummary = { sizeBytes: 0, mediaBytes: 0, durationMs: 0, audioTags: 0, videoTags: 0, dataTags: 0 };

function sum(one: FileSummary, other: FileSummary): FileSummary {
  return {
    sizeBytes: one.sizeBytes + other.sizeBytes,
    mediaBytes: one.mediaBytes + other.mediaBytes,
    durationMs: one.durationMs + other.durationMs,
    audioTags: one.audioTags + other.audioTags,
    videoTags: one.videoTags + other.videoTags,
    dataTags: one.dataTags + other.dataTags,
  };
}

/** The memory of tags is used again as soon as `append` has returned. */
function inOwnMemory({ startsPart, tags }: PartPiece): PartPiece {
  return { startsPart, tags: tags.map((tag) => ({ ...tag, body: new Uint8Array(tag.body) })) };
}
