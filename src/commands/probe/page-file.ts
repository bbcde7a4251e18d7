import type { FileHandle } from 'node:fs/promises';
import { open, readFile, stat, unlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isSystemError, outputError } from '../../endpoint/file-errors.js';
import type { PlotLibrary } from '../../page/report-page.js';

/** The file of a page. It is opened ahead of the work, so that nobody works for a page that cannot be written. */
export class PageFile {
  readonly #path: string;
  readonly #file: FileHandle;
  /** It was not there before. */
  readonly #isNew: boolean;

  private constructor(path: string, file: FileHandle, isNew: boolean) {
    this.#path = path;
    this.#file = file;
    this.#isNew = isNew;
  }

  /**
   * A file that is there stays as it is until the page is written.
   *
   * @throws {UsageError} `ERR_OUTPUT_EXISTS`
   * @throws {OutputError} `ERR_OUTPUT`
   */
  static async open(path: string, overwrite: boolean): Promise<PageFile> {
    try {
      return new PageFile(path, await open(path, 'wx'), true);
    } catch (error) {
      const mayReplace = isSystemError(error) && error.code === 'EEXIST' && (overwrite || (await isDevice(path)));
      if (!mayReplace) throw outputError(error, path);
    }
    try {
      return new PageFile(path, await open(path, 'a'), false);
    } catch (error) {
      throw outputError(error, path);
    }
  }

  /**
   * Writes all of it, and closes the file.
   *
   * @returns its size in bytes
   * @throws {OutputError} `ERR_OUTPUT`, `ERR_DISK_FULL`; nothing half is left then
   */
  async write(page: string): Promise<number> {
    const bytes = Buffer.from(page);
    try {
      if (!this.#isNew && (await this.#file.stat()).isFile()) await this.#file.truncate();
      await this.#file.writeFile(bytes);
    } catch (error) {
      await this.abandon();
      throw outputError(error, this.#path);
    }
    await this.#file.close();
    return bytes.length;
  }

  /** There will be no page. */
  async abandon(): Promise<void> {
    await this.#file.close();
    if (this.#isNew) await unlink(this.#path).catch(() => {}); // somebody else took it away
  }
}

/** The plot library as it was installed with us. */
export async function readPlotLibrary(): Promise<PlotLibrary> {
  const folder = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  const [script, styles, licence] = await Promise.all(
    ['dist/uPlot.iife.min.js', 'dist/uPlot.min.css', 'LICENSE'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { script: script ?? '', styles: styles ?? '', licence: licence ?? '' };
}

/** Devices such as `/dev/null` hold nothing that could be lost. */
async function isDevice(path: string): Promise<boolean> {
  return (await stat(path)).isCharacterDevice();
}
