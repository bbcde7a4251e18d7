import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from '../errors.js';
import type { InputStream, OutputStream } from './world.js';

const LONGEST_LINE_BYTES = 64 * 1024;

/**
 * Reads one line that nobody else should see; on a terminal it asks for it, and shows nothing of the answer.
 *
 * @throws {UsageError} when no line comes; the signal's reason when aborted.
 */
export async function readSecretLine(input: InputStream, talk: OutputStream, signal: AbortSignal): Promise<string> {
  const line = input.isTTY === true ? await ask(input, talk, signal) : await firstLine(input, signal);
  signal.throwIfAborted();
  if (line === '') {
    throw new UsageError('ERR_USAGE', 'standard input has no stream key in its first line');
  }
  return line;
}

async function ask(input: InputStream, talk: OutputStream, signal: AbortSignal): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output: nowhere, terminal: true });
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT')); // raw mode swallows it
  talk.write('Stream key: ');
  try {
    return (await terminal.question('', { signal })).trim();
  } finally {
    terminal.close();
    talk.write('\n');
  }
}

async function firstLine(input: InputStream, signal: AbortSignal): Promise<string> {
  const stop = (): void => void input.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    let text = '';
    for await (const chunk of input) {
      text += String(chunk);
      if (text.includes('\n') || text.length > LONGEST_LINE_BYTES) {
        break;
      }
    }
    return (text.split('\n', 1)[0] ?? '').trim();
  } catch (error) {
    if (signal.aborted) {
      return '';
    }
    throw new UsageError('ERR_USAGE', 'cannot read the stream key from standard input', { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
