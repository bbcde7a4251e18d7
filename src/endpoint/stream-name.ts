import type { Readable, Writable } from 'node:stream';

/** What messages call a stream that is read. It may be the process's own, or any other that a program gives us. */
export function inputName(input: Readable): string {
  return fdOf(input) === 0 ? 'standard input' : 'the input stream';
}

/** What messages call a stream that is written. */
export function outputName(output: Writable): string {
  switch (fdOf(output)) {
    case 1:
      return 'standard output';
    case 2:
      return 'standard error';
    default:
      return 'the output stream';
  }
}

/** Node numbers the streams of a process, whatever is behind them. */
function fdOf(stream: Readable | Writable): unknown {
  return 'fd' in stream ? stream.fd : undefined;
}
