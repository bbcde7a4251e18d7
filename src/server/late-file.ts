import type { OutputFile } from '../endpoint/output-file.js';

export interface OpenedFile {
  readonly path: string;
  readonly file: OutputFile;
}

/** A file that can be written to while it is still being opened. What fails then fails at the first write. */
export class LateFile implements OutputFile {
  readonly #opened: Promise<OpenedFile>;
  readonly #onBegun: (path: string) => void;
  #isBegun = false;

  /** @param onBegun told once, when there is something in the file */
  constructor(opened: Promise<OpenedFile>, onBegun: (path: string) => void) {
    this.#opened = opened;
    this.#onBegun = onBegun;
    opened.catch(() => {}); // told by the first write
  }

  async writev(buffers: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }> {
    const { file, path } = await this.#opened;
    const written = await file.writev(buffers, position);
    if (!this.#isBegun) this.#onBegun(path);
    this.#isBegun = true;
    return written;
  }

  async truncate(sizeBytes: number): Promise<void> {
    await (await this.#opened).file.truncate(sizeBytes);
  }

  async close(): Promise<void> {
    await (await this.#opened).file.close();
  }
}
