import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from '../errors.js';
import { readTextFile } from './options/text-file.js';
import type { InputStream, OutputStream } from './world.js';

const LONGEST_LINE_BYTES = 64 * 1024;

/** What such a line is, for people. */
export type SecretKind = 'stream key' | 'password';

/**
 * Reads one line that nobody else should see; on a terminal it asks for it, and shows nothing of the answer.
 *
 * @throws {UsageError} when no line comes; the signal's reason when aborted.
 */
export async function readSecretLine(
  what: SecretKind,
  input: InputStream,
  talk: OutputStream,
  signal: AbortSignal,
): Promise<string> {
  const line = input.isTTY === true ? await ask(what, input, talk, signal) : await firstLine(what, input, signal);
  signal.throwIfAborted();
  if (line === '') {
    throw new UsageError('ERR_USAGE', `standard input has no ${what} in its first line`);
  }
  return line;
}

/** The first line of a file. @throws {UsageError} when it is not there, or has no such line */
export async function readSecretFile(path: string, what: SecretKind): Promise<string> {
  const kind = what === 'stream key' ? 'key file' : 'password file';
  const [line = ''] = (await readTextFile(path, kind)).split('\n', 1);
  if (line.trim() === '') {
    throw new UsageError('ERR_USAGE', `the ${kind} ${path} has no ${what} in its first line`);
  }
  return line.trim();
}

async function ask(what: SecretKind, input: InputStream, talk: OutputStream, signal: AbortSignal): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output: nowhere, terminal: true });
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT')); // raw mode swallows it
  const prompt = `${what[0]?.toUpperCase()}${what.slice(1)}: `;
  terminal.on('SIGCONT', () => {
    terminal.resume(); // it would read no more, and what is typed would go to the shell
    process.nextTick(() => talk.write(prompt)); // only then is there no echo again
  });
  talk.write(prompt);
  try {
    return (await terminal.question('', { signal })).trim();
  } finally {
    terminal.close();
    talk.write('\n');
  }
}

async function firstLine(what: SecretKind, input: InputStream, signal: AbortSignal): Promise<string> {
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
    throw new UsageError('ERR_USAGE', `cannot read the ${what} from standard input`, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
