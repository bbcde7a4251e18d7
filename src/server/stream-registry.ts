import { RejectedError } from '../errors.js';
import type { ServerLimits } from './limits.js';
import { LiveStream, type StreamId } from './live-stream.js';

export interface StreamRegistryOptions {
  readonly gopCache: boolean;
  readonly graceMs: number;
  readonly limits: Pick<ServerLimits, 'maxMemoryBytes' | 'maxStreamBytes'>;
}

/** All live streams of a server, by app and name. */
export class StreamRegistry {
  readonly #options: StreamRegistryOptions;
  readonly #streams = new Map<string, LiveStream>();

  constructor(options: StreamRegistryOptions) {
    this.#options = options;
  }

  get bufferedBytes(): number {
    let bytes = 0;
    for (const stream of this.#streams.values()) {
      bytes += stream.broadcast.stats.ringBytes;
    }
    return bytes;
  }

  find(id: StreamId): LiveStream | undefined {
    return this.#streams.get(keyOf(id));
  }

  /**
   * Gives a stream to a new publisher.
   *
   * @throws {RejectedError} `ERR_STREAM_BUSY` when somebody else publishes it; `ERR_SERVER_FULL`
   */
  publish(id: StreamId): LiveStream {
    const stream = this.#streams.get(keyOf(id)) ?? this.#create(id);
    if (stream.isPublished) {
      throw new RejectedError('ERR_STREAM_BUSY', 'somebody else publishes this stream', { stage: 'publish' });
    }
    stream.takeOver();
    return stream;
  }

  /** Ends every stream. */
  close(): void {
    for (const stream of [...this.#streams.values()]) {
      stream.finish();
    }
  }

  #create(id: StreamId): LiveStream {
    const { limits, gopCache, graceMs } = this.#options;
    if (this.bufferedBytes >= limits.maxMemoryBytes) {
      throw new RejectedError('ERR_SERVER_FULL', 'the memory for streams is used up', { stage: 'publish' });
    }
    const key = keyOf(id);
    const stream = new LiveStream(id, {
      gopCache,
      graceMs,
      maxBytes: Math.min(limits.maxStreamBytes, limits.maxMemoryBytes),
      onOver: () => this.#streams.delete(key),
    });
    this.#streams.set(key, stream);
    return stream;
  }
}

function keyOf({ app, streamName }: StreamId): string {
  return `${app}/${streamName}`;
}
