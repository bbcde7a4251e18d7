import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it that are missing. What is there already stays.
 *
 * Node's own recursive `mkdir` tries for ever where a directory takes no others, such as `/proc`.
 *
 * @throws the system's error: `EEXIST` when there is something else of that name
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isMissing(error) || parent === path) throw error;
    await makeDirectory(parent);
    await makeOne(path); // whoever says again that the one above is missing is not believed
  }
}

/** The one above has to be there. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    // Of a directory that is there, some systems say first that the disk is read-only.
    const isThere = !isMissing(error) && (await isDirectory(path));
    if (!isThere) throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false, // why it cannot be made is told already
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
