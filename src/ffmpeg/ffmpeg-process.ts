import type { Readable, Writable } from 'node:stream';
import { FfmpegError } from '../errors.js';
import { ChildProgram, type ProgramExit } from './child-program.js';
import { type FfmpegProgress, ProgressReport, parseFfmpegLine } from './log-line.js';

export interface FfmpegOptions {
  /** See `locateFfmpeg`. */
  readonly path: string;
  /** Inputs, what to do with them, outputs. Nothing secret: anybody on the machine can read them. */
  readonly args: readonly string[];
  readonly stdin: 'pipe' | 'ignore';
  readonly stdout: 'pipe' | 'ignore';
  /** Takes out of FFmpeg's words what must not be seen. */
  readonly redact?: (text: string) => string;
  readonly onWarning?: (text: string) => void;
  /** An error, which it may go on after. */
  readonly onError?: (text: string) => void;
  /** About once a second. */
  readonly onProgress?: (progress: FfmpegProgress) => void;
}

/** What it says at the end is mostly about what happened first; so many of its last errors are kept. */
const KEPT_ERRORS = 8;
const TOLD_ERRORS = 3;

const HABITS = ['-hide_banner', '-loglevel', 'level+warning', '-nostats', '-progress', 'pipe:2'];

/** A run of FFmpeg. */
export class FfmpegProcess {
  readonly #child: ChildProgram;
  readonly #errors: string[];
  #isStopped = false;
  /** Resolves when it has ended well, or was stopped. Rejected with an `FfmpegError` `ERR_FFMPEG_FAILED` when it failed. */
  readonly finished: Promise<void>;

  private constructor(child: ChildProgram, errors: string[]) {
    this.#child = child;
    this.#errors = errors;
    this.finished = child.finished.then((exit) => this.#judge(exit));
    this.finished.catch(() => {}); // whoever needs to know awaits it
  }

  /** @throws {FfmpegError} `ERR_FFMPEG_MISSING` when it cannot be started */
  static async start(options: FfmpegOptions): Promise<FfmpegProcess> {
    const { path, args, stdin, stdout } = options;
    const errors: string[] = [];
    const listener = new StderrListener(options, errors);
    const keyboard = stdin === 'pipe' ? [] : ['-nostdin'];
    const child = await ChildProgram.start({
      path,
      args: [...HABITS, ...keyboard, ...args],
      stdin,
      stdout,
      onLine: (line) => listener.take(line),
    });
    return new FfmpegProcess(child, errors);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get isOver(): boolean {
    return this.#child.isOver;
  }

  get stdin(): Writable | undefined {
    return this.#child.stdin;
  }

  get stdout(): Readable | undefined {
    return this.#child.stdout;
  }

  /** Its last errors, the newest last, redacted. */
  get lastErrors(): readonly string[] {
    return this.#errors;
  }

  /** Lets it end in an orderly way, and kills it after a grace. Resolves when it has ended; that is no failure then. */
  stop(graceMs?: number): Promise<void> {
    this.#isStopped = true;
    return this.#child.stop(graceMs);
  }

  #judge({ exitCode, signal }: ProgramExit): void {
    if (this.#isStopped || exitCode === 0) return;
    const how = signal === undefined ? `ended with exit status ${exitCode}` : `was ended by ${signal}`;
    const peerWords = lastWords(this.#errors);
    throw new FfmpegError('ERR_FFMPEG_FAILED', `FFmpeg ${how}`, { stage: 'ffmpeg', peerWords });
  }
}

/** What of FFmpeg's errors is worth telling, without those that it repeats. */
export function lastWords(errors: readonly string[]): string {
  return [...new Set(errors)].slice(-TOLD_ERRORS).join('; ');
}

/** Sorts what FFmpeg says. */
class StderrListener {
  readonly #options: FfmpegOptions;
  readonly #errors: string[];
  readonly #report = new ProgressReport();

  /** @param errors where the last errors are kept */
  constructor(options: FfmpegOptions, errors: string[]) {
    this.#options = options;
    this.#errors = errors;
  }

  take(line: string): void {
    const { redact = (text: string) => text, onWarning, onError, onProgress } = this.#options;
    const parsed = parseFfmpegLine(line);
    if (parsed.type === 'progress') {
      const progress = this.#report.add(parsed.key, parsed.value);
      if (progress !== undefined) onProgress?.(progress);
    } else if (parsed.level === 'warning') {
      onWarning?.(redact(parsed.text));
    } else if (parsed.level === 'error' && parsed.text.trim() !== '') {
      const text = redact(parsed.text);
      this.#errors.push(text);
      if (this.#errors.length > KEPT_ERRORS) this.#errors.shift();
      onError?.(text);
    }
  }
}
