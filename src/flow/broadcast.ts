import type { MediaTag } from '../media/tag.js';
import type { Clock } from './clock.js';
import type { Sink, SubscribeOptions, Subscription } from './sink.js';

export interface BroadcastOptions {
  /** How much media the ring may hold, and how much a lossless subscriber may be behind before the source has to wait. */
  readonly maxBytes: number;
  /** The same in media time. Default: without limit. */
  readonly maxDurationMs?: number;
  /** Whether whoever joins gets the newest GOP at once. Without, the ring holds only what somebody still has to get. */
  readonly gopCache: boolean;
  /** The longest that a tag waits for others to travel with, however many subscribe. Default 40. */
  readonly maxBurstMs?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** A sink threw; it has been removed. Default: the error is thrown again, outside of the broadcast. */
  readonly onSinkError?: (error: unknown, sink: Sink) => void;
}

export interface BroadcastStats {
  readonly subscribers: number;
  /** Tags and bytes appended since the beginning. */
  readonly tags: number;
  readonly bytes: number;
  /** What the ring holds now. */
  readonly ringBursts: number;
  readonly ringBytes: number;
  readonly ringMs: number;
  /** Memory of all that, encodings included. Counted when asked for. */
  readonly memoryBytes: number;
  /** How long a tag waits for others at the present number of subscribers; 0: until the end of the event-loop turn. */
  readonly burstLengthMs: number;
}

/** One stream on its way from one source to any number of sinks. */
export class Broadcast {
  constructor(options: BroadcastOptions) {
    void options;
  }

  /** More of the stream. After `end` it has no effect. */
  append(tags: readonly MediaTag[]): void {
    void tags;
  }

  /** Nothing more will come: every subscriber gets the rest, then its `end`. */
  end(): void {}

  subscribe(sink: Sink, options: SubscribeOptions): Subscription {
    throw new Error(`${String(sink)} ${String(options)}`);
  }

  /** The metadata and sequence headers in force. */
  get headers(): readonly MediaTag[] {
    return [];
  }

  /** Whether the source may go on: false while a lossless subscriber is too far behind. */
  get hasRoom(): boolean {
    return true;
  }

  /** Resolves when `hasRoom` is true. */
  room(): Promise<void> {
    return Promise.resolve();
  }

  get stats(): BroadcastStats {
    return {
      subscribers: 0,
      tags: 0,
      bytes: 0,
      ringBursts: 0,
      ringBytes: 0,
      ringMs: 0,
      memoryBytes: 0,
      burstLengthMs: 0,
    };
  }
}
