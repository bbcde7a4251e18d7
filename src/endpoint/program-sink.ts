import type { ChildProgram, ProgramExit } from '../ffmpeg/child-program.js';
import type { Broadcast, SubscribeOptions, Subscription } from '../flow/broadcast.js';
import { handled } from './completion.js';
import { encodeAsFlv } from './flv-stream-sink.js';
import { StreamSink } from './stream-sink.js';

/** How a program that was given a stream came to its end. */
export interface ProgramEnd {
  /** `consumer`: it ended, or closed its standard input, before the stream did. */
  readonly by: 'stream' | 'consumer';
  /** Handed to it. */
  readonly bytes: number;
  /** We made it end. */
  readonly isStopped: boolean;
  readonly exit: ProgramExit;
}

/** How long a program may take for what it has got, when its input has ended before its time. */
const GRACE_MS = 2_000;

/** A subscriber that gives a stream as FLV to a program's standard input, and owns the program. */
export class ProgramSink {
  /** Settles when the program has ended, however it did. Rejects only when it cannot be written to for unknown reasons. */
  readonly finished: Promise<ProgramEnd>;
  readonly #program: ChildProgram;
  readonly #stream: StreamSink;
  #isStopped = false;

  /** @param name for messages */
  constructor(program: ChildProgram, name: string) {
    if (program.stdin === undefined) throw new Error(`${name} has no standard input of ours`);
    this.#program = program;
    this.#stream = new StreamSink(program.stdin, { name, encode: encodeAsFlv, atEnd: 'close' });
    this.finished = handled(this.#follow());
  }

  get subscription(): Subscription | undefined {
    return this.#stream.subscription;
  }

  attach(broadcast: Broadcast, options: SubscribeOptions): void {
    this.#stream.attach(broadcast, options);
  }

  /** Ends the program without waiting for what it still has to show or to do. */
  stop(): void {
    this.#isStopped = true;
    void this.#program.stop();
  }

  /** Ends the program when it does not end by itself a moment after the stream. */
  dismiss(): void {
    const timer = setTimeout(() => this.stop(), GRACE_MS);
    void this.#program.finished.then(() => clearTimeout(timer));
  }

  async #follow(): Promise<ProgramEnd> {
    const streamEnd = this.#stream.finished.catch(async (error: unknown) => {
      await this.#program.stop();
      throw error;
    });
    const exit = await this.#program.finished;
    const isEarly = !this.#stream.isOver;
    void this.#stream.finish(); // it may have left its input open to something that it started
    const { by, bytes } = await streamEnd;
    return { by: isEarly && !this.#isStopped ? 'consumer' : by, bytes, isStopped: this.#isStopped, exit };
  }
}
