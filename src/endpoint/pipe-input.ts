import { constants, createReadStream, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/**
 * Reads what is no regular file, once. A named pipe is waited for here, not where it is opened: while the system waits for
 * its writer, nothing ends a process.
 *
 * @throws {NodeJS.ErrnoException}
 */
export function openPipe(path: string): Readable {
  if (!statSync(path).isFIFO()) return createReadStream(path);
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), writable: false });
}
