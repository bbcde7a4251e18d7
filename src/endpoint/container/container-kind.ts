import { type FileHandle, open, stat } from 'node:fs/promises';
import { type ContainerKind, describeForeignFormat, FORMAT_PROBE_SIZE_BYTES } from '../../flv/foreign-format.js';
import { inputError } from '../file-errors.js';

/** Whether a path is a file of a container that `ContainerFileSource` reads. @throws {MediaError} see `containerKindAt` */
export async function isContainer(path: string): Promise<boolean> {
  return (await containerKindAt(path)) !== undefined;
}

/**
 * Which container that `ContainerFileSource` reads a path is a file of, by its first bytes, whatever it is called. What is no
 * regular file is none: it cannot be looked at without taking from it.
 *
 * @throws {MediaError} `ERR_FILE_NOT_FOUND`, `ERR_FILE_UNREADABLE`
 */
export async function containerKindAt(path: string): Promise<ContainerKind | undefined> {
  try {
    if (!(await stat(path)).isFile()) return undefined;
    const file = await open(path);
    try {
      return await containerKindOf(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw inputError(error, path);
  }
}

export async function containerKindOf(file: FileHandle): Promise<ContainerKind | undefined> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(FORMAT_PROBE_SIZE_BYTES), 0, FORMAT_PROBE_SIZE_BYTES, 0);
  return describeForeignFormat(buffer.subarray(0, bytesRead))?.container;
}
