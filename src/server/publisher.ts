import type { MediaTag } from '../media/tag.js';
import type { LiveStream } from './live-stream.js';
import type { PublisherHold } from './publisher-hold.js';
import type { Services } from './services.js';
import { type RoleEnd, type StreamRole, Tally } from './stream-role.js';

/** A client that publishes: its tags go into the live stream. */
export class Publisher implements StreamRole {
  readonly kind = 'publisher';
  readonly droppedTags = 0;
  readonly #services: Services;
  readonly #connection: number;
  readonly #stream: LiveStream;
  readonly #hold: PublisherHold | undefined;
  readonly #url: string;
  readonly #tally = new Tally();

  /** @param hold lets it wait for its recording */
  constructor(services: Services, connection: number, stream: LiveStream, hold: PublisherHold | undefined) {
    this.#services = services;
    this.#connection = connection;
    this.#stream = stream;
    this.#hold = hold;
    this.#url = services.display.stream(stream.id);
    services.report({ event: 'started', role: 'publisher', connection, url: this.#url });
  }

  append(tags: readonly MediaTag[]): void {
    this.#tally.add(tags);
    this.#stream.append(tags);
    this.#hold?.passed(tags);
  }

  close(reason: string, end: RoleEnd): void {
    this.#hold?.close();
    this.#services.report({
      event: 'ended',
      role: 'publisher',
      connection: this.#connection,
      url: this.#url,
      reason,
      ...this.#tally.report,
      final: false,
    });
    if (end === 'done') {
      this.#stream.finish();
    } else {
      this.#stream.lose();
    }
  }
}
