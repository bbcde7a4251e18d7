import type { MediaTag } from '../../media/tag.js';
import type { RtmpMessage } from '../chunk/message.js';
import type { MediaIntake } from './media-intake.js';

/** Gathers the tags of neighbouring messages of one stream into one event. */
export class TagRun<Event> {
  readonly #events: Event[];
  readonly #newEvent: (streamId: number, tags: readonly MediaTag[]) => Event;
  #event: Event | undefined;
  #streamId = 0;
  #tags: MediaTag[] = [];

  /** @param events a run goes on while its event is the last of them */
  constructor(events: Event[], newEvent: (streamId: number, tags: readonly MediaTag[]) => Event) {
    this.#events = events;
    this.#newEvent = newEvent;
  }

  /** @param streamId what the event tells; a run is of one stream */
  read(message: RtmpMessage, streamId: number, intake: MediaIntake): void {
    if (this.#goesOn(streamId)) {
      intake.read(message, this.#tags);
      return;
    }
    const tags: MediaTag[] = [];
    intake.read(message, tags);
    if (tags.length > 0) {
      this.#event = this.#newEvent(streamId, tags);
      this.#streamId = streamId;
      this.#tags = tags;
      this.#events.push(this.#event);
    }
  }

  #goesOn(streamId: number): boolean {
    return this.#event !== undefined && this.#streamId === streamId && this.#events.at(-1) === this.#event;
  }
}
