import type { Writable } from 'node:stream';
import type { Broadcast, SubscribeOptions, Subscription } from '../flow/broadcast.js';
import type { Burst } from '../flow/burst.js';
import type { Sink } from '../flow/sink.js';
import { encodeFlvHeader } from '../flv/header.js';
import { encodeFlvTags } from '../flv/tag.js';
import { flvTagFormat } from '../flv/tag-format.js';
import { isMetadata } from '../media/tag-info.js';
import { outputError } from './flv-output.js';

/** How a written stream came to its end, when it was not by an error. */
export interface FlvStreamEnd {
  /** `consumer`: whoever read it has seen enough and closed the pipe. */
  readonly by: 'stream' | 'consumer';
  /** Handed to the output, header included. */
  readonly bytes: number;
}

const CONSUMER_GONE: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

/**
 * A subscriber that writes FLV to a pipe or any other stream. It never closes the stream: it may be the process's standard
 * output. A consumer that goes away ends it like the end of the broadcast does.
 */
export class FlvStreamSink implements Sink {
  /** Settles when everything is handed over, or nobody reads any more: rejects with an `OutputError` for other failures. */
  readonly finished: Promise<FlvStreamEnd>;
  readonly #output: Writable;
  readonly #name: string;
  #resolve: (end: FlvStreamEnd) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #subscription: Subscription | undefined;
  #bytes = 0;
  #isOver = false;

  /** @param name for messages */
  constructor(output: Writable, name = 'standard output') {
    this.#output = output;
    this.#name = name;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.finished.catch(() => {}); // whoever cares awaits it; nobody else needs to know
    output.on('drain', this.#onDrain);
    output.on('error', this.#onError);
    output.on('close', this.#onClose);
  }

  /** Bytes handed over so far. */
  get bytes(): number {
    return this.#bytes;
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
    return this.#hand(this.#bytes === 0 ? firstBytes(burst) : burst.encoded(flvTagFormat));
  }

  end(): void {
    this.#finishWriting();
  }

  cutOff(): void {
    this.#finishWriting();
  }

  /** Takes no more, and waits until what was handed over is out. May be called again. */
  finish(): Promise<FlvStreamEnd> {
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
    this.#output.write(new Uint8Array(0), (error) => {
      if (error === null || error === undefined) {
        this.#settle(() => this.#resolve({ by: 'stream', bytes: this.#bytes }));
      } else {
        this.#onError(error);
      }
    });
  }

  readonly #onDrain = (): void => this.#subscription?.resume();

  readonly #onError = (error: Error): void => {
    this.#settle(() => {
      if ('code' in error && CONSUMER_GONE.has(error.code)) {
        this.#resolve({ by: 'consumer', bytes: this.#bytes });
      } else {
        this.#reject(outputError(error, this.#name));
      }
    });
  };

  readonly #onClose = (): void => this.#settle(() => this.#resolve({ by: 'consumer', bytes: this.#bytes }));

  #settle(tell: () => void): void {
    this.#isOver = true;
    this.#subscription?.close();
    this.#output.off('drain', this.#onDrain);
    this.#output.off('close', this.#onClose);
    // The error listener stays: late errors of a closed pipe must not end the process.
    tell();
  }
}

/**
 * Metadata at the beginning gets the time 0, wherever the stream is joined: with another, FFmpeg takes it for a stream of
 * subtitles.
 */
function firstBytes(burst: Burst): Uint8Array {
  const tags = burst.tags.map((tag) => (isMetadata(tag) ? { ...tag, timestampMs: 0 } : tag));
  // Which kinds will come is not known; that both are announced disturbs nobody.
  return Buffer.concat([encodeFlvHeader({ hasAudio: true, hasVideo: true }), encodeFlvTags(tags)]);
}
