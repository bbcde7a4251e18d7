import { extname } from 'node:path';
import { UsageError } from '../../errors.js';
import { readTextFile } from './text-file.js';

/** So many aliases a document may use: they can make a small file a giant. */
const MAX_ALIASES = 100;

/**
 * Reads a file of options: YAML where its name ends in `.yaml` or `.yml`, else JSON.
 *
 * @throws {UsageError} when it is not there or cannot be read; its text, which may hold a key, is not repeated.
 */
export async function readConfigFile(path: string): Promise<unknown> {
  const text = await readTextFile(path, 'configuration file');
  const isYaml = ['.yaml', '.yml'].includes(extname(path).toLowerCase());
  return isYaml ? parseYaml(text, path) : parseJson(text, path);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('ERR_USAGE', `${path}: not valid JSON`, {
      advice: 'write names and texts in double quotes, and no comma behind the last entry',
    });
  }
}

async function parseYaml(text: string, path: string): Promise<unknown> {
  const { parse, YAMLError } = await import('yaml');
  try {
    return parse(text, { maxAliasCount: MAX_ALIASES, prettyErrors: true, logLevel: 'error' });
  } catch (error) {
    // The message repeats the line; where it is says enough.
    const line = error instanceof YAMLError ? error.linePos?.[0].line : undefined;
    throw new UsageError('ERR_USAGE', `${path}: not valid YAML${line === undefined ? '' : ` (line ${line})`}`, {
      advice: 'check the indentation, and put texts with ": " or " #" into quotes',
    });
  }
}
