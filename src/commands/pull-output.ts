import { handled } from '../endpoint/completion.js';
import type { FileSink } from '../endpoint/file-sink.js';
import type { FileSummary } from '../endpoint/file-writer.js';
import type { StreamSink } from '../endpoint/stream-sink.js';
import type { EndedEvent, OutputMedium } from '../events.js';
import type { Broadcast, SubscribeOptions, Subscription } from '../flow/broadcast.js';

/** How much went into an output, and why it ended when the stream did not. */
export interface PullOutputEnd extends Partial<AmountOf> {
  readonly bytes: number;
  /** For people. `undefined`: with the stream. */
  readonly reason?: string;
}

type AmountOf = Pick<
  EndedEvent,
  'output' | 'mediaBytes' | 'durationMs' | 'audioTags' | 'videoTags' | 'dataTags' | 'parts'
>;

/** One subscriber of what is pulled. */
export interface PullOutput {
  /** For people: a path, `-`, a program, a command. */
  readonly name: string;
  /** `undefined`: a recording in a file or a stream. */
  readonly medium?: OutputMedium;
  readonly subscription: Subscription | undefined;
  /** Settles when it has everything and is closed, or wants no more; rejects when it failed. */
  readonly finished: Promise<PullOutputEnd>;
  /** @param mode what happens when it is too slow */
  attach(broadcast: Broadcast, mode: SubscribeOptions['mode']): void;
  /** Ends what would otherwise go on by itself for a while. */
  stop(): void;
}

/** Where an output goes, before there is anything to write. */
export interface PullTarget {
  /** Opens it, as late as possible. @throws {OutputError | UsageError | FfmpegError} */
  open(): Promise<PullOutput>;
}

export function fileOutput(sink: FileSink, endOf: (summary: FileSummary) => PullOutputEnd = amountOf): PullOutput {
  return {
    name: sink.path,
    get subscription() {
      return sink.subscription;
    },
    finished: handled(sink.finished.then(endOf)),
    attach: (broadcast, mode) => sink.attach(broadcast, { mode, join: 'beginning' }),
    stop: () => {},
  };
}

export function streamOutput(sink: StreamSink, name: string, medium?: OutputMedium): PullOutput {
  const finished = sink.finished.then(({ by, bytes }) =>
    by === 'stream' ? { bytes } : { bytes, reason: 'the reader of the output has closed it' },
  );
  return {
    name,
    ...(medium === undefined ? {} : { medium }),
    get subscription() {
      return sink.subscription;
    },
    finished: handled(finished),
    attach: (broadcast, mode) => sink.attach(broadcast, { mode, join: 'beginning' }),
    stop: () => {},
  };
}

export function amountOf(summary: FileSummary): PullOutputEnd {
  const { sizeBytes, mediaBytes, durationMs, audioTags, videoTags, dataTags } = summary;
  return { bytes: sizeBytes, mediaBytes, durationMs, audioTags, videoTags, dataTags };
}
