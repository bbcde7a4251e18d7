import { type FlvFileSummary, FlvRecording, type RecordableTag } from '../flv/recording.js';
import { FlvTagBatch } from '../flv/tag-batch.js';
import { Bell } from './bell.js';
import { Completion } from './completion.js';
import { outputError } from './file-errors.js';
import type { FileWriter } from './file-writer.js';
import { type OutputFile, openOutput, writeAll } from './output-file.js';

/** Whichever comes first makes what waits go to the system. */
const FLUSH_BYTES = 256 * 1024;
const FLUSH_AFTER_MS = 250;
/** More than this may not wait for the disk; half of it gone there is room again. Whoever has more can keep it as well. */
const FULL_BYTES = 1024 * 1024;

export interface FlvFileOptions {
  /** Replace a file that is there. Default: refuse. */
  readonly overwrite?: boolean;
}

/**
 * Writes an FLV file: what is appended goes to the system in large pieces, at the latest after a quarter of a second; at the
 * end the file's metadata is completed in place. When writing fails, the file is cut back to its last whole tag and
 * completed as far as it got. As long as nothing but headers has come, nothing is written.
 */
export class FlvFileWriter implements FileWriter {
  readonly path: string;
  /** Settles when the file is closed: rejects with an `OutputError` unless all was written. */
  readonly finished: Promise<FlvFileSummary>;
  readonly #completion = new Completion<FlvFileSummary>();
  readonly #file: OutputFile;
  readonly #recording: FlvRecording;
  /** Where the next batch goes: behind the head, and behind what is there already. */
  #position: number;
  #waiting = new FlvTagBatch();
  /** What is being written, or was last. */
  #written = new FlvTagBatch();
  #timer: NodeJS.Timeout | undefined;
  #isWriting = false;
  /** There is something worth a file. */
  #isBegun = false;
  #isEnding = false;
  readonly #roomBell = new Bell();

  /**
   * @param file open and owned by the writer from now on
   * @param recording what is in the file already; default: nothing
   */
  constructor(path: string, file: OutputFile, recording = new FlvRecording()) {
    this.path = path;
    this.#file = file;
    this.#recording = recording;
    this.#position = recording.summary.sizeBytes;
    this.finished = this.#completion.promise;
  }

  /**
   * @throws {UsageError} `ERR_OUTPUT_EXISTS`
   * @throws {OutputError} `ERR_OUTPUT`, `ERR_DISK_FULL`
   */
  static async create(path: string, options: FlvFileOptions = {}): Promise<FlvFileWriter> {
    try {
      return new FlvFileWriter(path, await openOutput(path, options.overwrite === true));
    } catch (error) {
      throw outputError(error, path);
    }
  }

  /** What is in the file so far, or in the end. */
  get summary(): FlvFileSummary {
    return this.#recording.summary;
  }

  /** It takes no more: it is ending, or has failed. */
  get isOver(): boolean {
    return this.#isEnding;
  }

  get hasRoom(): boolean {
    return this.#pendingBytes <= FULL_BYTES || this.#isEnding;
  }

  /** What is being written counts too. */
  get #pendingBytes(): number {
    return this.#waiting.sizeBytes + this.#written.sizeBytes;
  }

  /** Resolves when there is room again, or when no more is wanted because the file is closed. */
  room(): Promise<void> {
    return this.hasRoom ? Promise.resolve() : this.#roomBell.next();
  }

  /** Takes more tags and copies what it needs of them; `false`: it has enough until `room`. After the end or a failure they go nowhere. */
  append(tags: readonly RecordableTag[]): boolean {
    if (this.#isEnding) return true;
    for (const tag of this.#recording.select(tags)) {
      this.#waiting.append(tag);
    }
    this.#isBegun ||= this.#recording.hasContent || !this.hasRoom;
    if (!this.#isBegun) return true;
    if (this.#waiting.sizeBytes >= FLUSH_BYTES) {
      this.#flush();
    } else {
      this.#flushLater();
    }
    return this.hasRoom;
  }

  /** Writes what waits, completes the file and closes it; when nothing has come, it only closes it. */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (this.#isBegun) {
      this.#flush();
    } else {
      this.#waiting.clear();
      this.#close().catch((error: unknown) => this.#giveUp(error));
    }
  }

  #flushLater(): void {
    if (this.#isWriting || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#flush(), FLUSH_AFTER_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writeWaiting().catch((error: unknown) => this.#giveUp(error));
  }

  async #writeWaiting(): Promise<void> {
    do {
      await this.#writeHead();
      await this.#writeBatch();
      this.#tellRoom();
    } while (this.#waiting.sizeBytes >= FLUSH_BYTES || (this.#isEnding && this.#waiting.sizeBytes > 0));
    if (this.#isEnding) {
      await this.#complete();
      return;
    }
    this.#isWriting = false;
    if (this.#waiting.sizeBytes > 0) {
      this.#flushLater();
    }
  }

  /** At the beginning, and again when the stream's metadata came late. */
  async #writeHead(): Promise<void> {
    const head = this.#recording.takeHead();
    if (head === undefined) return;
    await writeAll(this.#file, [head], 0, () => {});
    this.#recording.commitHead(head.length);
    this.#position = Math.max(this.#position, head.length);
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = this.#written;
    this.#written = batch;
    try {
      await writeAll(this.#file, batch.pieces, this.#position, (writtenBytes) => {
        this.#position += writtenBytes;
      });
    } finally {
      this.#recording.commit(batch.outlines, this.#position);
      batch.clear();
    }
  }

  async #complete(): Promise<void> {
    await this.#writeClosedHead();
    await this.#close();
  }

  async #close(): Promise<void> {
    await this.#file.close();
    this.#tellRoom();
    this.#completion.resolve(this.summary);
  }

  async #writeClosedHead(): Promise<void> {
    await writeAll(this.#file, [this.#recording.closedHead()], 0, () => {});
  }

  async #giveUp(cause: unknown): Promise<void> {
    this.#isEnding = true;
    this.#waiting.clear();
    try {
      await this.#file.truncate(this.summary.sizeBytes);
      if (this.summary.sizeBytes > 0) {
        await this.#writeClosedHead();
      }
    } catch {
      // What is in the file can be played as it is. The first failure is the one to tell.
    }
    await this.#file.close().catch(() => {});
    this.#tellRoom();
    this.#completion.reject(outputError(cause, this.path));
  }

  #tellRoom(): void {
    if (this.#pendingBytes <= FULL_BYTES / 2 || this.#isEnding) this.#roomBell.ring();
  }
}
