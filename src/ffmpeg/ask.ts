import type { Readable } from 'node:stream';
import { FfmpegError } from '../errors.js';
import { ChildProgram, type ProgramExit } from './child-program.js';

export interface AskOptions {
  /** Text for its standard input. */
  readonly input?: string;
  /** Default 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly exit: ProgramExit;
  readonly stdout: string;
  /** The last lines of its standard error. */
  readonly stderr: readonly string[];
}

/** The program has had its time. */
export class Unanswered extends FfmpegError {}

const TIMEOUT_MS = 10_000;
const MAX_STDOUT_CHARACTERS = 4 * 1024 * 1024;
/** How long its output may be held open by something that it started. */
const LAST_WORDS_MS = 500;
const KEPT_STDERR_LINES = 1_000;

/**
 * Runs a program to its end for what it says.
 *
 * @throws {FfmpegError} when it cannot be started or says too much
 * @throws {Unanswered} when it takes too long
 */
export async function ask(path: string, args: readonly string[], options: AskOptions = {}): Promise<Answer> {
  const { input, timeoutMs = TIMEOUT_MS, signal } = options;
  signal?.throwIfAborted();
  const stderr: string[] = [];
  const child = await ChildProgram.start({
    path,
    args,
    stdin: input === undefined ? 'ignore' : 'pipe',
    stdout: 'pipe',
    onLine: (line) => {
      stderr.push(line);
      if (stderr.length > KEPT_STDERR_LINES) stderr.shift();
    },
  });
  child.stdin?.end(input);
  let failure: FfmpegError | undefined;
  const giveUp = (why: string, Failure = FfmpegError): void => {
    failure ??= new Failure('ERR_FFMPEG_FAILED', `${path} ${why}`, { stage: 'ffmpeg' });
    void child.stop(0);
  };
  const stop = (): void => void child.stop();
  const timer = setTimeout(() => giveUp(`gave no answer in ${timeoutMs / 1_000} s`, Unanswered), timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop(); // it may have been while the program started
  const speech = new Speech(child.stdout, () => giveUp('says too much'));
  const exit = await child.finished;
  clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  const stdout = await speech.toTheEnd();
  signal?.throwIfAborted();
  if (failure !== undefined) throw failure;
  return { exit, stdout, stderr };
}

/** What a program says on its standard output. */
class Speech {
  readonly #output: Readable | undefined;
  readonly #ended: Promise<void>;
  #text = '';

  constructor(output: Readable | undefined, onTooMuch: () => void) {
    this.#output = output;
    this.#ended = new Promise((resolve) => output?.once('close', resolve));
    output?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      if (this.#text.length <= MAX_STDOUT_CHARACTERS) return;
      this.#text = '';
      onTooMuch();
    });
  }

  /** All of it, after the program has ended. */
  async toTheEnd(): Promise<string> {
    const lastWords = setTimeout(() => this.#output?.destroy(), LAST_WORDS_MS);
    await this.#ended;
    clearTimeout(lastWords);
    return this.#text;
  }
}
