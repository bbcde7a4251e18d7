import { type FileHandle, open } from 'node:fs/promises';
import type { CustomSourceOptions, Input, InputTrack } from 'mediabunny';
import { MediaError, RtmpkitError } from '../../errors.js';
import type { ContainerKind } from '../../flv/foreign-format.js';
import { inputError, isSystemError } from '../flv-source.js';
import { containerKindOf } from './container-kind.js';
import { FileBlocks, readPiece } from './file-pieces.js';
import { TrackPackets } from './track-packets.js';

type Library = Awaited<ReturnType<typeof loadLibrary>>;

/** What is kept of a file that is read in many small pieces. */
const CACHE_SIZE_BYTES = 8 * 1024 * 1024;

/** A file of a common container, open. Whoever opens it closes it. */
export class ContainerFile {
  readonly path: string;
  readonly kind: ContainerKind;
  readonly sizeBytes: number;
  /** Calls into it go through `reading`. */
  readonly input: Input;
  readonly #handle: FileHandle;
  readonly #blocks: FileBlocks;
  readonly #library: Library;

  private constructor(path: string, { kind, sizeBytes, handle }: OpenedFile, library: Library) {
    this.path = path;
    this.kind = kind;
    this.sizeBytes = sizeBytes;
    this.#handle = handle;
    this.#library = library;
    this.#blocks = new FileBlocks(handle, sizeBytes);
    const source = new library.CustomSource(readingOptions(kind, handle, sizeBytes, this.#blocks));
    this.input = new library.Input({ formats: library.FORMATS, source });
  }

  /** @throws {MediaError} `ERR_FILE_NOT_FOUND`, `ERR_FILE_UNREADABLE`, `ERR_MEDIA_UNSUPPORTED` when it is no container */
  static async open(path: string): Promise<ContainerFile> {
    const library = await loadLibrary();
    try {
      return new ContainerFile(path, await openFile(path), library);
    } catch (error) {
      throw inputError(error, path);
    }
  }

  /** @throws {MediaError} when it is none that can be read */
  tracks(): Promise<InputTrack[]> {
    return this.reading(() => this.input.getTracks());
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
      const result = await run();
      this.#blocks.found();
      return result;
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

async function loadLibrary() {
  const { CustomSource, EncodedPacketSink, FORMATS, Input, Logging, LogLevel } = await import('./library.js');
  Logging.level = LogLevel.Silent; // the terminal is not the library's
  return { CustomSource, EncodedPacketSink, FORMATS, Input };
}

interface OpenedFile {
  readonly kind: ContainerKind;
  readonly sizeBytes: number;
  readonly handle: FileHandle;
}

async function openFile(path: string): Promise<OpenedFile> {
  const handle = await open(path);
  try {
    const kind = await containerKindOf(handle);
    if (kind === undefined) {
      throw new MediaError('ERR_MEDIA_UNSUPPORTED', 'this is no container that can be read here', { stage: 'file' });
    }
    return { kind, sizeBytes: (await handle.stat()).size, handle };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The library copies what it is given, unless it is told to keep it for those who ask again. */
function readingOptions(
  kind: ContainerKind,
  handle: FileHandle,
  sizeBytes: number,
  blocks: FileBlocks,
): CustomSourceOptions {
  const common = {
    getSize: () => sizeBytes,
    handleUnhandledError: () => {}, // of reading ahead; whoever needs these bytes reads them again
  };
  if (kind !== 'mpeg-ts') {
    return { ...common, read: (start, end) => blocks.read(start, end), maxCacheSize: 0, prefetchProfile: 'none' };
  }
  // Asked for packets of 188 bytes, again and again.
  const read = (start: number, end: number) => readPiece(handle, start, end);
  return { ...common, read, maxCacheSize: CACHE_SIZE_BYTES, prefetchProfile: 'fileSystem' };
}

function containerError(error: unknown, path: string): unknown {
  if (error instanceof RtmpkitError || isSystemError(error)) return inputError(error, path);
  return new MediaError('ERR_MEDIA_DAMAGED', `${path}: the file is damaged or not whole`, {
    stage: 'file',
    advice: 'a player such as ffplay shows what of it can still be read',
    cause: error,
  });
}
