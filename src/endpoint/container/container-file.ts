import { type FileHandle, open } from 'node:fs/promises';
import type { Input } from 'mediabunny';
import { MediaError, RtmpkitError } from '../../errors.js';
import { inputError, isSystemError } from '../flv-source.js';

/** What is kept of the file for those who come back to it: audio and video are read at two places. */
const CACHE_SIZE_BYTES = 8 * 1024 * 1024;
/** No part of a file that has to be in memory as a whole, such as the index of a long film, is larger. */
const MAX_PIECE_SIZE_BYTES = 256 * 1024 * 1024;

/** A file of a common container, open. Whoever opens it closes it. */
export class ContainerFile {
  readonly path: string;
  readonly input: Input;
  readonly #handle: FileHandle;

  private constructor(path: string, input: Input, handle: FileHandle) {
    this.path = path;
    this.input = input;
    this.#handle = handle;
  }

  /** @throws {MediaError} `ERR_FILE_NOT_FOUND`, `ERR_FILE_UNREADABLE` */
  static async open(path: string): Promise<ContainerFile> {
    try {
      const library = await loadLibrary();
      const handle = await open(path);
      const { MP4, QTFF, MATROSKA, WEBM, MPEG_TS, MP3, ADTS, OGG, FLAC } = library;
      const source = new library.CustomSource({
        getSize: async () => (await handle.stat()).size,
        read: (start, end) => readPiece(handle, start, end),
        maxCacheSize: CACHE_SIZE_BYTES,
        prefetchProfile: 'fileSystem',
        handleUnhandledError: () => {}, // of reading ahead; whoever needs these bytes reads them again
      });
      const formats = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS, MP3, ADTS, OGG, FLAC];
      return new ContainerFile(path, new library.Input({ formats, source }), handle);
    } catch (error) {
      throw inputError(error, path);
    }
  }

  /**
   * What `run` gives; its failures are those of the file: the library throws whatever it comes across in bytes that make no
   * sense.
   *
   * @throws {MediaError}
   */
  async reading<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw containerError(error, this.path);
    }
  }

  async close(): Promise<void> {
    this.input.dispose();
    await this.#handle.close();
  }
}

/** Takes 60 ms, so only when it is needed. */
export async function loadLibrary(): Promise<typeof import('mediabunny')> {
  const library = await import('mediabunny');
  library.Logging.level = library.LogLevel.Silent; // the terminal is not the library's
  return library;
}

async function readPiece(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const sizeBytes = end - start;
  if (sizeBytes > MAX_PIECE_SIZE_BYTES) {
    throw new MediaError('ERR_MEDIA_DAMAGED', `one piece of the file claims to have ${sizeBytes} bytes`);
  }
  const piece = new Uint8Array(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const { bytesRead } = await handle.read(piece, filled, sizeBytes - filled, start + filled);
    if (bytesRead === 0) throw new MediaError('ERR_MEDIA_DAMAGED', 'the file became shorter while it was read');
    filled += bytesRead;
  }
  return piece;
}

function containerError(error: unknown, path: string): unknown {
  if (error instanceof RtmpkitError || isSystemError(error)) return inputError(error, path);
  return new MediaError('ERR_MEDIA_DAMAGED', `${path}: the file is damaged or not whole`, {
    stage: 'file',
    advice: 'a player such as ffplay shows what of it can still be read',
    cause: error,
  });
}
