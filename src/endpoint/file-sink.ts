import type { Broadcast, SubscribeOptions, Subscription } from '../flow/broadcast.js';
import type { Burst } from '../flow/burst.js';
import type { Sink } from '../flow/sink.js';
import type { FileSummary, FileWriter } from './file-writer.js';

/** A subscriber that records into a file (see `FileWriter`), which is complete after `finish` or the end of the broadcast. */
export class FileSink implements Sink {
  readonly #writer: FileWriter;
  #subscription: Subscription | undefined;

  constructor(writer: FileWriter) {
    this.#writer = writer;
    // A file that takes nothing any more must not hold up the others.
    writer.finished.catch(() => this.#subscription?.close());
  }

  get path(): string {
    return this.#writer.path;
  }

  /** Settles when the file is closed: rejects with an `OutputError` as soon as writing has failed. */
  get finished(): Promise<FileSummary> {
    return this.#writer.finished;
  }

  /** What is in the file so far, or in the end. */
  get summary(): FileSummary {
    return this.#writer.summary;
  }

  /** False while as much waits for the disk as may. */
  get hasRoom(): boolean {
    return this.#writer.hasRoom;
  }

  /** Bytes that are certainly in the file. */
  get writtenBytes(): number {
    return this.#writer.summary.sizeBytes;
  }

  /** Resolves when there is room again, or when no more is wanted because the file is closed. */
  room(): Promise<void> {
    return this.#writer.room();
  }

  get subscription(): Subscription | undefined {
    return this.#subscription;
  }

  /** Records this broadcast from now on. */
  attach(broadcast: Broadcast, options: SubscribeOptions): void {
    this.#subscription = broadcast.subscribe(this, options);
  }

  write(burst: Burst): boolean {
    const hasRoom = this.#writer.append(burst.tags);
    if (!hasRoom) {
      this.#writer.room().then(() => this.#subscription?.resume());
    }
    return hasRoom;
  }

  end(): void {
    this.#writer.end();
  }

  cutOff(): void {
    this.#writer.end();
  }

  /** Takes no more, writes what it has, completes the file and closes it. May be called again. */
  finish(): Promise<FileSummary> {
    this.#subscription?.close();
    this.#writer.end();
    return this.finished;
  }
}
