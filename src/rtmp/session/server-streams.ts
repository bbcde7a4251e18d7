import { MediaIntake } from './media-intake.js';

/** What a message stream of a connection is used for. */
export type StreamUse =
  | { readonly is: 'free' }
  | { readonly is: 'publishing'; readonly streamName: string; readonly accepted: boolean; readonly intake: MediaIntake }
  | { readonly is: 'playing'; readonly streamName: string; readonly accepted: boolean; readonly reset: boolean };

const FREE: StreamUse = { is: 'free' };

/** The message streams of one connection, up to a limit. Ids count up and do not come back. */
export class ServerStreams {
  readonly #uses = new Map<number, StreamUse>();
  readonly #maxStreams: number;
  #lastId = 0;

  constructor(maxStreams: number) {
    this.#maxStreams = maxStreams;
  }

  /** Opens the next stream: the first has id 1, which some clients take for granted. `undefined`: too many are open. */
  create(): number | undefined {
    if (this.#uses.size >= this.#maxStreams) {
      return undefined;
    }
    do {
      this.#lastId += 1;
    } while (this.#uses.has(this.#lastId));
    this.#uses.set(this.#lastId, FREE);
    return this.#lastId;
  }

  /**
   * The use of a stream that is about to be published or played. A stream that was never created is opened, as
   * nginx-rtmp does for clients that take id 1 for granted. `undefined`: stream 0, or too many are open.
   */
  claim(streamId: number): StreamUse | undefined {
    const use = this.#uses.get(streamId);
    if (use !== undefined || streamId === 0 || this.#uses.size >= this.#maxStreams) {
      return use;
    }
    this.#uses.set(streamId, FREE);
    return FREE;
  }

  /** `undefined` for a stream that is not open. */
  get(streamId: number): StreamUse | undefined {
    return this.#uses.get(streamId);
  }

  /** Only for streams that are open. */
  set(streamId: number, use: StreamUse): void {
    this.#uses.set(streamId, use);
  }

  free(streamId: number): void {
    this.#uses.set(streamId, FREE);
  }

  delete(streamId: number): void {
    this.#uses.delete(streamId);
  }

  clear(): void {
    this.#uses.clear();
  }

  /** The stream on which this name is used in one of these ways. */
  idOf(streamName: string, ...ways: readonly ('publishing' | 'playing')[]): number | undefined {
    for (const [streamId, use] of this.#uses) {
      if (use.is !== 'free' && use.streamName === streamName && ways.includes(use.is)) {
        return streamId;
      }
    }
    return undefined;
  }
}

export function publishing(streamName: string): StreamUse {
  return { is: 'publishing', streamName, accepted: false, intake: new MediaIntake() };
}
