import { stat } from 'node:fs/promises';
import { UsageError } from '../errors.js';

/** @throws {UsageError} `ERR_OUTPUT_EXISTS` when there is a file that would be lost */
export async function refuseExisting(path: string): Promise<void> {
  if (await isFile(path)) throw existing(path);
}

export function existing(path: string): UsageError {
  return new UsageError('ERR_OUTPUT_EXISTS', `${path}: this file is already there`, {
    stage: 'output',
    advice: 'give another name, or --overwrite to replace it',
  });
}

/** Devices such as `/dev/null` hold nothing that could be lost. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false; // whatever is wrong with the path is told when it is opened
  }
}
