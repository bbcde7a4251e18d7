import type { FileHandle } from 'node:fs/promises';

export interface UntouchedFileOptions {
  /** Makes the file ready, before the first byte is written. What it throws all writing fails with. */
  readonly onFirst?: () => Promise<void>;
  /** The file is closed, and nothing of what was written is in it. */
  readonly onUnused?: () => Promise<void>;
}

/** An open file (see `OutputFile`) that stays as it is until something is written. */
export class UntouchedFile {
  readonly #file: FileHandle;
  readonly #options: UntouchedFileOptions;
  #first: Promise<void> | undefined;
  #isUsed = false;

  /** @param file owned by this from now on */
  constructor(file: FileHandle, options: UntouchedFileOptions) {
    this.#file = file;
    this.#options = options;
  }

  async writev(buffers: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }> {
    this.#first ??= this.#options.onFirst?.() ?? Promise.resolve();
    await this.#first;
    this.#isUsed = true;
    return await this.#file.writev(buffers, position);
  }

  async truncate(sizeBytes: number): Promise<void> {
    if (!this.#isUsed) return;
    await this.#file.truncate(sizeBytes);
    this.#isUsed = sizeBytes > 0;
  }

  async close(): Promise<void> {
    await this.#file.close();
    if (!this.#isUsed) await this.#options.onUnused?.();
  }
}
