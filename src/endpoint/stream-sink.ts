import type { Writable } from 'node:stream';
import type { Broadcast, SubscribeOptions, Subscription } from '../flow/broadcast.js';
import type { Burst } from '../flow/burst.js';
import type { Sink } from '../flow/sink.js';
import { Completion } from './completion.js';
import { outputError } from './file-errors.js';

/** How a written stream came to its end, when it was not by an error. */
export interface StreamEnd {
  /** `consumer`: whoever read it has seen enough and closed the pipe. */
  readonly by: 'stream' | 'consumer';
  /** Handed to the output, header included. */
  readonly bytes: number;
}

export interface StreamSinkOptions {
  /** For messages. */
  readonly name: string;
  /** What of a burst is written, as bytes; `undefined`: nothing. `isFirst` until something was written. */
  readonly encode: (burst: Burst, isFirst: boolean) => Uint8Array | undefined;
  /** What becomes of the stream: standard output is left open, a file or a program's input closed. */
  readonly atEnd: 'leave-open' | 'close';
}

const CONSUMER_GONE: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

/**
 * A subscriber that writes to a pipe or any other stream. A consumer that goes away ends it like the end of the broadcast
 * does.
 */
export class StreamSink implements Sink {
  /** Settles when everything is handed over, or nobody reads any more: rejects with an `OutputError` for other failures. */
  readonly finished: Promise<StreamEnd>;
  readonly #output: Writable;
  readonly #options: StreamSinkOptions;
  readonly #completion = new Completion<StreamEnd>();
  #subscription: Subscription | undefined;
  #bytes = 0;
  #isOver = false;

  constructor(output: Writable, options: StreamSinkOptions) {
    this.#output = output;
    this.#options = options;
    this.finished = this.#completion.promise;
    output.on('drain', this.#onDrain);
    output.on('error', this.#onError);
    output.on('close', this.#onClose);
  }

  /** Bytes handed over so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Nothing more is written: the stream has ended, failed, or its consumer has gone. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get subscription(): Subscription | undefined {
    return this.#subscription;
  }

  /** Writes this broadcast from now on. */
  attach(broadcast: Broadcast, options: SubscribeOptions): void {
    this.#subscription = broadcast.subscribe(this, options);
  }

  write(burst: Burst): boolean {
    if (this.#isOver) return true;
    const bytes = this.#options.encode(burst, this.#bytes === 0);
    return bytes === undefined || this.#hand(bytes);
  }

  end(): void {
    this.#finishWriting();
  }

  cutOff(): void {
    this.#finishWriting();
  }

  /** Takes no more, and waits until what was handed over is out. May be called again. */
  finish(): Promise<StreamEnd> {
    this.#subscription?.close();
    this.#finishWriting();
    return this.finished;
  }

  #hand(bytes: Uint8Array): boolean {
    this.#bytes += bytes.length;
    return this.#output.write(bytes);
  }

  /** An empty write behind all others tells when they are out; errors come as events. */
  #finishWriting(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const onOut = (error?: Error | null): void => {
      if (error === null || error === undefined) {
        this.#settle(() => this.#completion.resolve({ by: 'stream', bytes: this.#bytes }));
      } else {
        this.#onError(error);
      }
    };
    if (this.#options.atEnd === 'close') {
      this.#output.end(onOut);
    } else {
      this.#output.write(new Uint8Array(0), onOut);
    }
  }

  readonly #onDrain = (): void => this.#subscription?.resume();

  readonly #onError = (error: Error): void => {
    this.#settle(() => {
      if ('code' in error && CONSUMER_GONE.has(error.code)) {
        this.#completion.resolve({ by: 'consumer', bytes: this.#bytes });
      } else {
        this.#completion.reject(outputError(error, this.#options.name));
      }
    });
  };

  readonly #onClose = (): void => this.#settle(() => this.#completion.resolve({ by: 'consumer', bytes: this.#bytes }));

  #settle(tell: () => void): void {
    this.#isOver = true;
    this.#subscription?.close();
    this.#output.off('drain', this.#onDrain);
    this.#output.off('close', this.#onClose);
    // The error listener stays: late errors of a closed pipe must not end the process.
    tell();
  }
}
