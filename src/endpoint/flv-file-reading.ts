import { open, stat } from 'node:fs/promises';
import type { RecycledMemory } from '../bytes/recycled-memory.js';
import { MediaError } from '../errors.js';
import type { FlvItem } from '../flv/item.js';
import { type FlvPosition, FlvReader } from '../flv/reader.js';
import { inputError } from './file-errors.js';

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
    if ((await stat(path)).isFIFO()) throw isPipe();
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

function isPipe(): MediaError {
  return new MediaError('ERR_FILE_UNREADABLE', 'this is a pipe, which cannot be read like a file', {
    stage: 'file',
    advice: 'let its content be written into a file, and name that; only push reads FLV from a pipe',
  });
}
