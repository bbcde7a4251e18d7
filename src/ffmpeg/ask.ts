import { FfmpegError } from '../errors.js';
import { ChildProgram, type ProgramExit } from './child-program.js';

export interface AskOptions {
  /** Text for its standard input. */
  readonly input?: string;
  /** Default 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
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
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stdout.length > MAX_STDOUT_CHARACTERS) {
      stdout = '';
      giveUp('says too much');
    }
  });
  const ended = new Promise<void>((resolve) => child.stdout?.once('close', resolve));
  const exit = await child.finished;
  clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  const lastWords = setTimeout(() => child.stdout?.destroy(), LAST_WORDS_MS);
  await ended;
  clearTimeout(lastWords);
  signal?.throwIfAborted();
  if (failure !== undefined) throw failure;
  return { exit, stdout, stderr };
}
