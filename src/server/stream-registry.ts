import { RejectedError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import type { ServerLimits } from './limits.js';
import { LiveStream, type StreamId } from './live-stream.js';

export interface StreamRegistryOptions {
  readonly gopCache: boolean;
  readonly graceMs: number;
  /** How long media may gather before it leaves for many players at once. */
  readonly maxLatencyMs: number;
  readonly limits: Pick<ServerLimits, 'maxMemoryBytes' | 'maxStreamBytes'>;
  readonly report: (event: CommandEvent) => void;
}

/** All live streams of a server, by app and name. */
export class StreamRegistry {
  readonly #options: StreamRegistryOptions;
  readonly #streams = new Map<string, LiveStream>();
  /** Those that are over; some of their players may not have got the end. */
  readonly #ended = new Set<LiveStream>();
  #isMemoryShort = false;
  #isClosed = false;

  constructor(options: StreamRegistryOptions) {
    this.#options = options;
  }

  get bufferedBytes(): number {
    return this.streams.reduce((bytes, stream) => bytes + stream.heldBytes, 0);
  }

  /** How long media gathers now where it gathers longest. */
  get latencyMs(): number {
    return Math.max(0, ...this.streams.map((stream) => stream.latencyMs));
  }

  /** All streams that hold memory: also those that are over, as long as players are on their way to the end. */
  get streams(): readonly LiveStream[] {
    for (const stream of this.#ended) {
      if (stream.isGone) {
        this.#ended.delete(stream);
      }
    }
    return [...this.#streams.values(), ...this.#ended];
  }

  get isMemoryShort(): boolean {
    return this.#isMemoryShort;
  }

  /** While memory is short, no stream begins, and those that are there hold no more than they must. */
  set isMemoryShort(isShort: boolean) {
    if (isShort !== this.#isMemoryShort) {
      this.#isMemoryShort = isShort;
      for (const stream of this.#streams.values()) {
        stream.isMemoryShort = isShort;
      }
    }
  }

  find(id: StreamId): LiveStream | undefined {
    return this.#streams.get(keyOf(id));
  }

  /**
   * Gives a stream to a new publisher.
   *
   * @param revoke called when the stream is taken away from it again
   * @throws {RejectedError} `ERR_STREAM_BUSY` when somebody else publishes it; `ERR_SERVER_FULL`; `ERR_REJECTED` without a name
   */
  publish(id: StreamId, revoke: () => void): LiveStream {
    if (id.streamName === '') {
      throw new RejectedError('ERR_REJECTED', 'the stream has no name', { stage: 'publish' });
    }
    const stream = this.#streams.get(keyOf(id)) ?? this.#create(id);
    if (stream.isPublished) {
      throw new RejectedError('ERR_STREAM_BUSY', 'somebody else publishes this stream', { stage: 'publish' });
    }
    stream.takeOver(revoke);
    return stream;
  }

  /** Ends every stream, and begins none any more. */
  close(): void {
    this.#isClosed = true;
    for (const stream of [...this.#streams.values()]) {
      stream.finish();
    }
  }

  #create(id: StreamId): LiveStream {
    const { limits, gopCache, graceMs, maxLatencyMs, report } = this.#options;
    if (this.#isClosed) {
      throw new RejectedError('ERR_SERVER_FULL', 'the server stops', { stage: 'publish' });
    }
    if (this.#isMemoryShort) {
      throw new RejectedError('ERR_SERVER_FULL', 'the memory for streams is used up', { stage: 'publish' });
    }
    const key = keyOf(id);
    const stream = new LiveStream(id, {
      gopCache,
      graceMs,
      maxLatencyMs,
      maxBytes: Math.min(limits.maxStreamBytes, limits.maxMemoryBytes),
      onOver: () => {
        this.#streams.delete(key);
        if (!stream.isGone) {
          this.#ended.add(stream);
        }
      },
      onSinkError: (error) => report({ event: 'warning', code: 'WARN_INTERNAL', message: bugWords(error) }),
    });
    this.#streams.set(key, stream);
    return stream;
  }
}

function bugWords(error: unknown): string {
  return `a bug in rtmpkit has ended a player or a recording (${error instanceof Error ? error.message : String(error)})`;
}

function keyOf({ app, streamName }: StreamId): string {
  return `${app}/${streamName}`;
}
