import type { OutputFile } from '../endpoint/output-file.js';

export interface OpenedFile {
  readonly path: string;
  readonly file: OutputFile;
}

/** A file that can be written to while it is still being opened. What fails then fails at the first write. */
export class LateFile implements OutputFile {
  readonly #opened: Promise<OpenedFile>;

  constructor(opened: Promise<OpenedFile>) {
    this.#opened = opened;
    opened.catch(() => {}); // told by the first write
  }

  async writev(buffers: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }> {
    return (await this.#opened).file.writev(buffers, position);
  }

  async truncate(sizeBytes: number): Promise<void> {
    await (await this.#opened).file.truncate(sizeBytes);
  }

  async close(): Promise<void> {
    await (await this.#opened).file.close();
  }
}
