import { Bell } from '../endpoint/bell.js';
import type { CommandEvent } from '../events.js';
import { AbortBranch } from '../net/abort-branch.js';

/** Work that tells what happens while it goes on. It ends early, in an orderly way, when the signal aborts. */
export type ReportingWork = (report: (event: CommandEvent) => void, signal: AbortSignal) => Promise<void>;

/** Events that may wait for a slow consumer. Beyond them, all but the last of a command are left out and counted. */
const MAX_WAITING = 10_000;
/** Of protocol messages there may be very many: they leave room for the others. */
const MAX_WAITING_BEFORE_MESSAGE = 5_000;

/**
 * Turns such work into the events of a command, in order; the work's error is thrown after the last one. Whoever stops
 * iterating aborts the work, and waits until it has ended.
 */
export async function* eventStream(
  work: ReportingWork,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<CommandEvent, void> {
  const left = new DOMException('nobody listens any more', 'AbortError');
  const branch = new AbortBranch(signal);
  const events = new EventQueue();
  const running = work((event) => events.push(event), branch.signal).finally(() => events.end());
  running.catch(() => {}); // it is thrown below, behind the events
  try {
    for (let event = await events.next(); event !== undefined; event = await events.next()) {
      yield event;
    }
  } finally {
    branch.abort(left);
    await running.catch((error: unknown) => {
      if (error !== left) {
        throw error; // unlike the consequence of a consumer who has seen enough
      }
    });
  }
}

class EventQueue {
  #waiting: CommandEvent[] = [];
  /** What is given out before the ones that wait, in reverse. */
  #giving: CommandEvent[] = [];
  #lost = 0;
  #isOver = false;
  readonly #news = new Bell();

  push(event: CommandEvent): void {
    const isLast = event.event === 'report' || (event.event === 'ended' && event.final);
    const limit = event.event === 'message' ? MAX_WAITING_BEFORE_MESSAGE : MAX_WAITING;
    if (this.#waiting.length < limit || isLast) {
      this.#waiting.push(event);
    } else {
      this.#lost += 1;
    }
    this.#news.ring();
  }

  end(): void {
    this.#isOver = true;
    this.#news.ring();
  }

  /** The next event as soon as there is one; `undefined` at the end. */
  async next(): Promise<CommandEvent | undefined> {
    for (;;) {
      const event = this.#take();
      if (event !== undefined || this.#isOver) {
        return event;
      }
      await this.#news.next();
    }
  }

  #take(): CommandEvent | undefined {
    if (this.#giving.length === 0) {
      this.#giving = this.#waiting.reverse();
      this.#waiting = [];
      this.#tellLoss();
    }
    return this.#giving.pop();
  }

  #tellLoss(): void {
    if (this.#lost > 0) {
      const message = `${this.#lost} events came too fast and were left out`;
      this.#giving.push({ event: 'warning', code: 'WARN_EVENTS_LOST', message });
      this.#lost = 0;
    }
  }
}
