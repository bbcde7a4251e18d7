import type { FileSummary, FileWriter } from '../../src/endpoint/file-writer.js';
import type { MediaTag } from '../../src/media/tag.js';

/** A file of no format: it keeps what it is given, copied as every writer has to. */
export class FakeWriter implements FileWriter {
  readonly path: string;
  readonly tags: MediaTag[] = [];
  readonly finished: Promise<FileSummary>;
  isEnded = false;
  /** Closing takes until this is resolved. */
  closing: Promise<void> = Promise.resolve();
  #isFull = false;
  #wake = (): void => {};
  #resolve: (summary: FileSummary) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(path: string) {
    this.path = path;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.finished.catch(() => {});
  }

  get summary(): FileSummary {
    const count = (kind: MediaTag['kind']): number => this.tags.filter((tag) => tag.kind === kind).length;
    const mediaBytes = this.tags.reduce((sum, { body }) => sum + body.length, 0);
    return {
      sizeBytes: mediaBytes + 100,
      mediaBytes,
      durationMs: this.tags.at(-1)?.timestampMs ?? 0,
      audioTags: count('audio'),
      videoTags: count('video'),
      dataTags: count('data'),
    };
  }

  get hasRoom(): boolean {
    return !this.#isFull;
  }

  set isFull(isFull: boolean) {
    this.#isFull = isFull;
    if (!isFull) this.#wake();
  }

  async room(): Promise<void> {
    if (this.#isFull) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  append(tags: readonly MediaTag[]): boolean {
    if (this.isEnded) throw new Error(`${this.path} is closed`);
    this.tags.push(...tags.map((tag) => ({ ...tag, body: Uint8Array.from(tag.body) })));
    return this.hasRoom;
  }

  end(): void {
    this.isEnded = true;
    this.isFull = false;
    this.closing.then(() => this.#resolve(this.summary));
  }

  fail(error: Error): void {
    this.isEnded = true;
    this.isFull = false;
    this.#reject(error);
  }
}
