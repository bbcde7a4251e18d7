import { constants, createWriteStream, openSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { OutputError } from '../errors.js';
import { isSystemError, outputError } from './file-errors.js';
import { type OutputFile, openOutput, writeAll } from './output-file.js';

/** What becomes of a file that is there. */
export type IfThere = 'refuse' | 'replace' | 'append';

/**
 * Opens what is written from its beginning to its end: a file (see `openOutput`), a device, or a named pipe, which somebody has to
 * read already.
 *
 * @throws {UsageError} `ERR_OUTPUT_EXISTS`
 * @throws {OutputError}
 */
export async function openOutputStream(path: string, ifThere: IfThere): Promise<Writable> {
  try {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFIFO() === true) return openPipe(path);
    if (found !== undefined && !found.isFile()) return await openDevice(path);
    if (found !== undefined && ifThere === 'append')
      return new FileStream(await open(path, constants.O_WRONLY), found.size);
    return new FileStream(await openOutput(path, ifThere === 'replace'), 0);
  } catch (error) {
    throw outputError(error, path);
  }
}

/** The system would wait for a reader, and while it does, nothing ends a process. */
function openPipe(path: string): Writable {
  try {
    return new Socket({ fd: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK), readable: false });
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENXIO') throw error;
    throw new OutputError('ERR_OUTPUT', `${path}: nobody reads this pipe`, {
      stage: 'output',
      advice: 'start its reader first',
      cause: error,
    });
  }
}

async function openDevice(path: string): Promise<Writable> {
  const file = await open(path, 'w');
  return createWriteStream(path, { fd: file });
}

/** Writes a file from some place on, and closes it when the stream has ended, however it did. */
class FileStream extends Writable {
  readonly #file: OutputFile;
  #position: number;

  constructor(file: OutputFile, position: number) {
    super();
    this.#file = file;
    this.#position = position;
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const onWritten = (writtenBytes: number): void => {
      this.#position += writtenBytes;
    };
    writeAll(this.#file, [bytes], this.#position, onWritten).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#file.close().then(
      () => done(error),
      (failure: Error) => done(error ?? failure),
    );
  }
}
