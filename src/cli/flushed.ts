import type { Writable } from 'node:stream';

/** Waits until everything that was written is out, or has failed to get out, which the stream tells by an `error` by then. */
export function flushed(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    output.write('', () => resolve());
  });
}
