import { type FileHandle, open } from 'node:fs/promises';
import type { Input, InputFormat, InputTrack } from 'mediabunny';
import { MediaError, RtmpkitError } from '../../errors.js';
import { inputError, isSystemError } from '../flv-source.js';
import { TrackPackets } from './track-packets.js';

type Library = typeof import('./library.js');

/** What is kept of the file for those who come back to it: audio and video are read at two places. */
const CACHE_SIZE_BYTES = 8 * 1024 * 1024;
/** No part of a file that has to be in memory as a whole, such as the index of a long film, is larger. */
const MAX_PIECE_SIZE_BYTES = 256 * 1024 * 1024;

/** The ones that need care of their own; the rest need none. */
export type ContainerFormat = 'mp4' | 'matroska' | 'mpeg-ts' | 'other';

/** A file of a common container, open. Whoever opens it closes it. */
export class ContainerFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Calls into it go through `reading`. */
  readonly input: Input;
  readonly #handle: FileHandle;
  readonly #library: Library;

  private constructor(path: string, sizeBytes: number, handle: FileHandle, library: Library) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.#handle = handle;
    this.#library = library;
    this.input = inputOf(handle, sizeBytes, library);
  }

  /** @throws {MediaError} `ERR_FILE_NOT_FOUND`, `ERR_FILE_UNREADABLE` */
  static async open(path: string): Promise<ContainerFile> {
    const library = await loadLibrary();
    try {
      const handle = await open(path);
      const { size } = await handle.stat();
      return new ContainerFile(path, size, handle, library);
    } catch (error) {
      throw inputError(error, path);
    }
  }

  /** @throws {MediaError} when it is none that can be read */
  async format(): Promise<ContainerFormat> {
    const { MP4, QTFF, MATROSKA, WEBM, MPEG_TS } = this.#library;
    const format = await this.reading(() => this.input.getFormat());
    if (format === MP4 || format === QTFF) return 'mp4';
    if (format === MATROSKA || format === WEBM) return 'matroska';
    return format === MPEG_TS ? 'mpeg-ts' : 'other';
  }

  packetsOf(track: InputTrack): TrackPackets {
    return new TrackPackets(new this.#library.EncodedPacketSink(track), (run) => this.reading(run));
  }

  /**
   * What `run` gives. Its failures are those of the file: the library throws whatever it comes across in bytes that make no
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

  /** The bytes there, fewer at the end of the file. */
  async readAt(at: number, sizeBytes: number): Promise<Uint8Array> {
    try {
      const { buffer, bytesRead } = await this.#handle.read(new Uint8Array(sizeBytes), 0, sizeBytes, at);
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      throw inputError(error, this.path);
    }
  }

  async close(): Promise<void> {
    this.input.dispose();
    await this.#handle.close();
  }
}

async function loadLibrary(): Promise<Library> {
  const library = await import('./library.js');
  library.Logging.level = library.LogLevel.Silent; // the terminal is not the library's
  return library;
}

function inputOf(handle: FileHandle, sizeBytes: number, library: Library): Input {
  const { ADTS, FLAC, MATROSKA, MP3, MP4, MPEG_TS, OGG, QTFF, WEBM } = library;
  const formats: InputFormat[] = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS, MP3, ADTS, OGG, FLAC];
  const source = new library.CustomSource({
    getSize: () => sizeBytes,
    read: (start, end) => readPiece(handle, start, end),
    maxCacheSize: CACHE_SIZE_BYTES,
    prefetchProfile: 'fileSystem',
    handleUnhandledError: () => {}, // of reading ahead; whoever needs these bytes reads them again
  });
  return new library.Input({ formats, source });
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
