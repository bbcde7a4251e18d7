import { stat } from 'node:fs/promises';

/** The same for all names of one file. `undefined`: there is nothing that could be lost. */
export async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev} ${ino}`;
  } catch {
    return undefined; // what is wrong with it is told when it is opened
  }
}
