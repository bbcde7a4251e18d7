import type { Sink } from '../../../src/flow/sink.js';
import type { MediaTag } from '../../../src/media/tag.js';
import type { LiveStream } from '../../../src/server/live-stream.js';
import { ServerDesk } from '../../server/server-desk.js';
import type { Station } from './station.js';

const ID = { app: 'live', streamName: 'key' };
/** As a camera brings them: a few at a time. */
const TAGS_AT_ONCE = 5;

/** Our own server, in this process. */
export class OurStation implements Station {
  readonly path = 'live/key';
  readonly watched: MediaTag[] = [];
  readonly #desk: ServerDesk;
  #stream: LiveStream | undefined;

  private constructor(desk: ServerDesk) {
    this.#desk = desk;
  }

  static async open(): Promise<OurStation> {
    return new OurStation(await ServerDesk.open({ graceMs: 60_000 }));
  }

  get port(): number {
    return this.#desk.port;
  }

  async publish(): Promise<void> {
    this.#stream = this.#desk.services.registry.publish(ID, () => {});
  }

  send(tags: readonly MediaTag[]): void {
    for (let i = 0; i < tags.length; i += TAGS_AT_ONCE) this.#stream?.append(tags.slice(i, i + TAGS_AT_ONCE));
  }

  async endStream(): Promise<void> {
    this.#stream?.finish();
  }

  async watch(): Promise<void> {
    const stream = this.#desk.services.registry.publish(ID, () => {});
    stream.lose(); // it waits for its publisher now
    const sink: Sink = {
      write: (burst) => this.watched.push(...burst.tags) > 0,
      end: () => {},
    };
    stream.broadcast.subscribe(sink, { mode: 'lossless', join: 'beginning' });
  }

  close(): Promise<void> {
    return this.#desk.close();
  }
}
