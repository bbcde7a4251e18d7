import type { Splicer } from '../flow/splice.js';
import type { MediaTag } from '../media/tag.js';
import type { FileSummary, FileWriter } from './file-writer.js';

/** Writes into a file on the timeline of what is in it already. */
export class SplicedWriter implements FileWriter {
  readonly #writer: FileWriter;
  readonly #splicer: Splicer;

  /** @param splicer has seen what is in the file, and is to begin a new piece */
  constructor(writer: FileWriter, splicer: Splicer) {
    this.#writer = writer;
    this.#splicer = splicer;
  }

  get path(): string {
    return this.#writer.path;
  }

  get finished(): Promise<FileSummary> {
    return this.#writer.finished;
  }

  get summary(): FileSummary {
    return this.#writer.summary;
  }

  get hasRoom(): boolean {
    return this.#writer.hasRoom;
  }

  room(): Promise<void> {
    return this.#writer.room();
  }

  append(tags: readonly MediaTag[]): boolean {
    return this.#writer.append(this.#splicer.splice(tags));
  }

  end(): void {
    this.#writer.end();
  }
}
