import { stat } from 'node:fs/promises';
import { UsageError } from '../errors.js';

/** The same for all names of one file. `undefined`: there is nothing that could be lost. */
export async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev} ${ino}`;
  } catch {
    return undefined; // what is wrong with it is told when it is opened
  }
}

/** Whether two paths lead to one file that is there. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([identityOf(one), identityOf(other)]);
  return first !== undefined && first === second;
}

/** @throws {UsageError} when a file would be written while it is read */
export async function refuseSameFile(inputPath: string, outputPath: string): Promise<void> {
  if (!(await isSameFile(inputPath, outputPath))) return;
  throw new UsageError('ERR_USAGE', `${outputPath}: this is the file that is read`, {
    stage: 'options',
    advice: 'write to another file, and replace the old one when you are content with it',
  });
}
