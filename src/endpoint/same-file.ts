import { stat } from 'node:fs/promises';
import { UsageError } from '../errors.js';

/** Whether two paths lead to one file. What cannot be looked at is none: what is wrong with it is told when it is opened. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([one, other].map((path) => stat(path).catch(() => undefined)));
  return first !== undefined && first.dev === second?.dev && first.ino === second.ino;
}

/** @throws {UsageError} when a file would be written while it is read */
export async function refuseSameFile(inputPath: string, outputPath: string): Promise<void> {
  if (!(await isSameFile(inputPath, outputPath))) return;
  throw new UsageError('ERR_USAGE', `${outputPath}: this is the file that is read`, {
    stage: 'options',
    advice: 'write to another file, and replace the old one when you are content with it',
  });
}
