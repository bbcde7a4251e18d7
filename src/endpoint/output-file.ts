import { type FileHandle, open, stat } from 'node:fs/promises';
import { pipeAsFile } from './flv-output.js';
import { isSystemError } from './flv-source.js';

/** What a writer needs of an open file. A `FileHandle` has it. */
export interface OutputFile {
  writev(buffers: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }>;
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * A device, such as `/dev/null`, is always there and loses nothing by being written. A pipe is refused before it is opened: that
 * would wait for its reader, and nothing ends a process meanwhile.
 */
export async function openOutput(path: string, overwrite: boolean): Promise<FileHandle> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFIFO() === true) throw pipeAsFile(path);
  try {
    return await open(path, overwrite ? 'w' : 'wx');
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST' && found?.isCharacterDevice() === true) {
      return await open(path, 'w');
    }
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
