import { UsageError } from '../../errors.js';
import { readTextFile } from './text-file.js';

/**
 * Reads a JSON file of options.
 *
 * @throws {UsageError} when it is not there or not JSON; its text, which may hold a key, is not repeated.
 */
export async function readConfigFile(path: string): Promise<unknown> {
  const text = await readTextFile(path, 'configuration file');
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('ERR_USAGE', `${path}: not valid JSON`, {
      advice: 'write names and texts in double quotes, and no comma behind the last entry',
    });
  }
}
