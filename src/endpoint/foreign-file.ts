import { constants } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { FfmpegError } from '../errors.js';
import { outputError, pipeAsFile } from './file-errors.js';

// Files that another program writes for us.

/**
 * Makes an empty file, or empties one: what is wrong with the place is then told in our words.
 *
 * @throws {UsageError} `ERR_OUTPUT_EXISTS` unless it may be replaced
 * @throws {OutputError}
 */
export function makeEmpty(path: string, overwrite: boolean): Promise<void> {
  return touch(path, overwrite ? 'w' : 'wx');
}

/**
 * As `makeEmpty`, but what is there stays: the program replaces it when it has something to write.
 *
 * @throws {UsageError} `ERR_OUTPUT_EXISTS` unless it may be replaced
 * @throws {OutputError}
 */
export function reserve(path: string, overwrite: boolean): Promise<void> {
  return touch(path, overwrite ? constants.O_WRONLY | constants.O_CREAT : 'wx');
}

async function touch(path: string, flags: string | number): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFIFO() === true) throw pipeAsFile(path);
  try {
    const file = await open(path, flags);
    await file.close();
  } catch (error) {
    throw outputError(error, path);
  }
}

/** After a failure: an empty file is of no use to anybody. */
export async function removeIfEmpty(path: string): Promise<void> {
  if ((await sizeOf(path)) === 0) {
    await rm(path, { force: true }).catch(() => {}); // the failure before is the one to tell
  }
}

/** 0 where there is no such file. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0; // it is not there yet, or has gone
  }
}

/** The same error, with the file that it is about. */
export function failureAt(path: string, error: unknown): unknown {
  return error instanceof FfmpegError ? error.about(path) : error;
}
