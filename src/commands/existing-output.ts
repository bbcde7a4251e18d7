import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { outputError } from '../endpoint/file-errors.js';
import { OutputError, UsageError } from '../errors.js';

/**
 * Looks at where an output is to be before anything is connected: who waits for a stream must not learn only then that it
 * cannot be written.
 *
 * @throws {UsageError} `ERR_OUTPUT_EXISTS` when there is a file that would be lost
 * @throws {OutputError} `ERR_OUTPUT` when there is a directory of that name, or none to put the file into
 */
export async function checkOutput(path: string, { overwrite }: { readonly overwrite: boolean }): Promise<void> {
  const found = await statsOf(path);
  if (found === undefined) return await needDirectoryOf(path);
  if (found.isDirectory()) {
    throw new OutputError('ERR_OUTPUT', `${path}: this is a directory`, { stage: 'output' });
  }
  if (!overwrite && found.isFile()) throw existing(path); // devices hold nothing that could be lost
}

/** @throws {OutputError} `ERR_OUTPUT` when there is no directory to put the file into */
export async function needDirectoryOf(path: string): Promise<void> {
  await stat(dirname(path)).catch((error: unknown) => {
    throw outputError(error, path);
  });
}

export function existing(path: string): UsageError {
  return new UsageError('ERR_OUTPUT_EXISTS', `${path}: this file is already there`, {
    stage: 'output',
    advice: 'give another name, or --overwrite to replace it',
  });
}

async function statsOf(path: string): Promise<Stats | undefined> {
  return await stat(path).catch(() => undefined); // whatever else is wrong with the path is told when it is opened
}
