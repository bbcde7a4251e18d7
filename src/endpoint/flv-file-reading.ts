import { open } from 'node:fs/promises';
import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { FlvItem } from '../flv/item.js';
import { type FlvPosition, FlvReader } from '../flv/reader.js';
import { inputError } from './flv-source.js';

/** One read from the disk. */
export const READ_SIZE_BYTES = 512 * 1024;

/**
 * Reads a file from the beginning or from a tag on. It is closed when the loop ends, however it ends.
 *
 * @throws {MediaError} see `FlvReader`, `ERR_FILE_NOT_FOUND` and `ERR_FILE_UNREADABLE`, with the path
 */
export async function* readFlvItems(
  path: string,
  position?: FlvPosition,
  memory?: RecycledMemory,
): AsyncGenerator<FlvItem[], void> {
  try {
    const file = await open(path);
    try {
      const reader = new FlvReader(position, memory);
      let atByte = position?.atByte ?? 0;
      for (;;) {
        const space = reader.space(READ_SIZE_BYTES);
        const { bytesRead } = await file.read(space, 0, space.length, atByte);
        if (bytesRead === 0) break;
        atByte += bytesRead;
        yield reader.arrived(bytesRead);
      }
      yield reader.end();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw inputError(error, path);
  }
}
