import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { isSystemError, pipeAsFile } from './file-errors.js';
import { removeIfEmpty } from './foreign-file.js';
import { UntouchedFile } from './untouched-file.js';

/** What a writer needs of an open file. A `FileHandle` has it. */
export interface OutputFile {
  writev(buffers: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }>;
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file to be written from its beginning. What is there stays until the first byte is written; a file that was made for nothing
 * goes again when it is closed.
 *
 * A device, such as `/dev/null`, is always there and loses nothing by being written. A pipe is refused before it is opened: that
 * would wait for its reader, and nothing ends a process meanwhile.
 */
export async function openOutput(path: string, overwrite: boolean): Promise<OutputFile> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFIFO() === true) throw pipeAsFile(path);
  if (found?.isCharacterDevice() === true) return await open(path, 'w');
  const made = await makeNew(path, overwrite);
  if (made !== undefined) return new UntouchedFile(made, { onUnused: () => removeIfEmpty(path) });
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT);
  return new UntouchedFile(file, { onFirst: () => file.truncate(0) });
}

/** `undefined` when there is a file that may be replaced. */
async function makeNew(path: string, overwrite: boolean): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (overwrite && isSystemError(error) && error.code === 'EEXIST') return undefined;
    throw error;
  }
}

/** Writes until nothing is left, however little the system takes at once; `onWritten` hears of every step. */
export async function writeAll(
  file: OutputFile,
  buffers: readonly Uint8Array[],
  position: number,
  onWritten: (bytesWritten: number) => void,
): Promise<void> {
  let left = buffers;
  let at = position;
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left, at);
    if (bytesWritten === 0) throw new Error('the system takes no more bytes');
    at += bytesWritten;
    onWritten(bytesWritten);
    left = withoutFirst(left, bytesWritten);
  }
}

function withoutFirst(buffers: readonly Uint8Array[], sizeBytes: number): readonly Uint8Array[] {
  let skip = sizeBytes;
  for (const [i, bytes] of buffers.entries()) {
    if (skip < bytes.length) return [bytes.subarray(skip), ...buffers.slice(i + 1)];
    skip -= bytes.length;
  }
  return [];
}
