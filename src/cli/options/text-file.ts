import { readFile } from 'node:fs/promises';
import { UsageError } from '../../errors.js';

/**
 * Reads a small file that an option names.
 *
 * @param what is in the file, for the error
 * @throws {UsageError} `ERR_FILE_NOT_FOUND`, or `ERR_USAGE` when it cannot be read.
 */
export async function readTextFile(path: string, what: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') {
      throw new UsageError('ERR_FILE_NOT_FOUND', `there is no ${what} ${path}`, { stage: 'options', cause });
    }
    throw new UsageError('ERR_USAGE', `cannot read ${what} ${path} (${code})`, { stage: 'options', cause });
  }
}
