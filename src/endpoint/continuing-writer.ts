import type { PartTimeline } from '../flow/part-timeline.js';
import type { MediaTag } from '../media/tag.js';
import type { FileSummary, FileWriter } from './file-writer.js';

/** Writes into a file on the timeline of what is in it already. */
export class ContinuingWriter implements FileWriter {
  readonly #writer: FileWriter;
  readonly #timeline: PartTimeline;

  /** @param timeline begins where the file ends */
  constructor(writer: FileWriter, timeline: PartTimeline) {
    this.#writer = writer;
    this.#timeline = timeline;
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
    return this.#writer.append(tags.map((tag, i) => this.#timeline.place(tag, tags, i)));
  }

  end(): void {
    this.#writer.end();
  }
}
