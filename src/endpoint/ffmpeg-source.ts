import type { RecycledMemory } from '../bytes/recycled-memory.js';
import { FfmpegError, MediaError } from '../errors.js';
import { FfmpegProcess, lastWords } from '../ffmpeg/ffmpeg-process.js';
import type { FfmpegInput } from '../ffmpeg/input.js';
import type { MediaTag } from '../media/tag.js';
import { isSequenceEnd } from '../media/tag-info.js';
import { FlvStreamSource } from './flv-stream-source.js';
import { SilenceWatch } from './silence-watch.js';
import type { TagSource } from './tag-source.js';

export interface FfmpegSourceOptions {
  /** See `locateFfmpeg`. */
  readonly ffmpegPath: string;
  readonly input: FfmpegInput;
  /** See `outputArgs`: FLV on standard output. */
  readonly outputArgs: readonly string[];
  readonly memory: RecycledMemory;
  /** Without media for so long, FFmpeg is taken to hang. */
  readonly silenceMs: number;
  /** Ends FFmpeg and so the stream, without an error. */
  readonly signal: AbortSignal;
  /** FFmpeg complains of something while it gives media; of the same once. */
  readonly onComplaint?: (text: string) => void;
}

/** Different ones in one run that are passed on. */
const MOST_COMPLAINTS = 10;

/**
 * What FFmpeg makes of an input. It starts when reading begins, so it can be read as often as its input can; leaving early
 * ends it. FFmpeg waits where the reader does.
 */
export class FfmpegSource implements TagSource {
  readonly #options: FfmpegSourceOptions;
  readonly #runs = new Set<FfmpegRun>();
  #isClosed = false;

  constructor(options: FfmpegSourceOptions) {
    this.#options = options;
  }

  /** @throws {FfmpegError} when it cannot be started, fails, hangs, or gives what is no FLV */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly MediaTag[], void> {
    if (this.#isOver) return;
    const run = await FfmpegRun.start(this.#options);
    this.#runs.add(run);
    try {
      if (!this.#isOver) yield* run.tags();
    } finally {
      await run.close();
      this.#runs.delete(run);
    }
  }

  /** Ends FFmpeg even while somebody waits for media. Resolves when it has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#runs].map((run) => run.close()));
  }

  get #isOver(): boolean {
    return this.#isClosed || this.#options.signal.aborted;
  }
}

class FfmpegRun {
  readonly #process: FfmpegProcess;
  readonly #options: FfmpegSourceOptions;
  readonly #onAbort = (): void => void this.close();
  /** Of what was to come next. */
  readonly #silence: SilenceWatch;
  #hasMedia = false;
  #isClosed = false;
  #hangs = false;
  #isDamaged = false;
  readonly #complaints = new Set<string>();

  private constructor(process: FfmpegProcess, options: FfmpegSourceOptions) {
    this.#process = process;
    this.#options = options;
    this.#silence = new SilenceWatch(options.silenceMs, () => this.#onSilence());
    options.signal.addEventListener('abort', this.#onAbort);
  }

  static async start(options: FfmpegSourceOptions): Promise<FfmpegRun> {
    const { ffmpegPath, input, outputArgs } = options;
    let run: FfmpegRun | undefined;
    const process = await FfmpegProcess.start({
      path: ffmpegPath,
      args: [...input.args, ...outputArgs],
      stdin: input.script === undefined ? 'ignore' : 'pipe',
      stdout: 'pipe',
      redact: input.redact,
      onError: (text) => {
        if (run?.isGoingWell === true) run.#complain(text); // else it is likely to be why it fails, and told then
      },
    });
    process.stdin?.end(input.script);
    run = new FfmpegRun(process, options);
    return run;
  }

  async *tags(): AsyncGenerator<readonly MediaTag[], void> {
    const { signal } = this.#options;
    const reading = this.#read();
    try {
      for (
        let next = await this.#silence.during(reading.next());
        !next.done;
        next = await this.#silence.during(reading.next())
      ) {
        this.#hasMedia = true;
        const tags = next.value.some(isSequenceEnd) ? next.value.filter((tag) => !isSequenceEnd(tag)) : next.value;
        if (tags.length > 0) yield tags;
      }
      await this.#silence.during(this.#process.finished);
      this.#checkEnd();
    } catch (error) {
      const isWanted = signal.aborted || (this.#isClosed && !this.#hangs);
      if (!isWanted) throw await this.#explained(error);
    } finally {
      await reading.return().catch(() => {}); // why it failed has been told
    }
  }

  /** Once for each complaint; one damaged stream can bring thousands. */
  #complain(text: string): void {
    if (this.#complaints.size >= MOST_COMPLAINTS || this.#complaints.has(text)) return;
    this.#complaints.add(text);
    this.#options.onComplaint?.(text);
  }

  /** It gives media, and is not asked to end. */
  get isGoingWell(): boolean {
    return this.#hasMedia && !this.#isClosed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#silence.end();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#process.stdout?.destroy(); // else it would wait for a reader before it ends
    await this.#process.stop();
  }

  #read(): AsyncGenerator<readonly MediaTag[], void> {
    const { stdout } = this.#process;
    if (stdout === undefined) throw new Error('FFmpeg was started without a pipe');
    const { memory } = this.#options;
    const onDamage = (): void => {
      this.#isDamaged = true;
    };
    return new FlvStreamSource(stdout, { memory, name: 'FFmpeg', onDamage })[Symbol.asyncIterator]();
  }

  #onSilence(): void {
    this.#hangs = true;
    void this.close();
  }

  #checkEnd(): void {
    if (this.#hangs) throw this.#silent();
    if (this.#isDamaged && !this.#options.signal.aborted) throw noFlv();
  }

  /** FFmpeg's own words come before what followed from them. */
  async #explained(error: unknown): Promise<unknown> {
    if (this.#hangs) return this.#silent();
    if (error instanceof FfmpegError) return error;
    const ending = await this.#ending();
    if (ending !== undefined) return ending;
    if (error instanceof MediaError) {
      return error.code === 'ERR_MEDIA_EMPTY' || !this.#hasWritten ? this.#nothing(error) : noFlv(error);
    }
    return new FfmpegError('ERR_FFMPEG_FAILED', 'what FFmpeg writes cannot be read', { stage: 'ffmpeg', cause: error });
  }

  /** How it failed by itself, if it has; one that still runs is ended. */
  async #ending(): Promise<unknown> {
    const { stdout } = this.#process;
    if (stdout?.readableEnded !== true) await this.close();
    return this.#silence.during(this.#process.finished).then(
      () => undefined,
      (failure: unknown) => failure,
    );
  }

  get #hasWritten(): boolean {
    const { stdout } = this.#process;
    return stdout !== undefined && 'bytesRead' in stdout && stdout.bytesRead !== 0;
  }

  #silent(): FfmpegError {
    const { input, silenceMs } = this.#options;
    return this.#failure(`FFmpeg gave nothing for ${silenceMs / 1_000} s of ${input.label}`);
  }

  #nothing(cause: unknown): FfmpegError {
    return this.#failure(`FFmpeg made no media of ${this.#options.input.label}`, cause);
  }

  #failure(message: string, cause?: unknown): FfmpegError {
    const peerWords = lastWords(this.#process.lastErrors);
    return new FfmpegError('ERR_FFMPEG_FAILED', message, { stage: 'ffmpeg', peerWords, cause });
  }
}

function noFlv(cause?: unknown): FfmpegError {
  return new FfmpegError('ERR_FFMPEG_FAILED', 'what FFmpeg writes is no FLV, or a damaged one', {
    stage: 'ffmpeg',
    advice: 'check that --ffmpeg names FFmpeg itself, and what --ffmpeg-args says',
    cause,
  });
}
