import type { CommandEvent, WarningEvent } from '../events.js';

const WINDOW_MS = 1_000;
/** So many warnings of a kind are told one by one in each window. */
const TOLD_ONE_BY_ONE = 10;

/**
 * Keeps strangers from filling the log: what a server warns of is theirs to cause as often as they like. The first warnings
 * of a kind are passed on, the others are counted and told as one at the end of the window.
 */
export class WarningGate {
  readonly #report: (event: CommandEvent) => void;
  readonly #kinds = new Map<string, { count: number; newest: WarningEvent }>();
  #window: NodeJS.Timeout | undefined;

  constructor(report: (event: CommandEvent) => void) {
    this.#report = report;
  }

  readonly report = (event: CommandEvent): void => {
    if (event.event !== 'warning') {
      this.#report(event);
      return;
    }
    const count = (this.#kinds.get(event.code)?.count ?? 0) + 1;
    this.#kinds.set(event.code, { count, newest: event });
    if (count <= TOLD_ONE_BY_ONE) {
      this.#report(event);
    }
    this.#window ??= setTimeout(() => this.close(), WINDOW_MS);
  };

  /** Tells what was held back. */
  close(): void {
    clearTimeout(this.#window);
    this.#window = undefined;
    for (const { count, newest } of this.#kinds.values()) {
      const held = count - TOLD_ONE_BY_ONE;
      if (held > 0) {
        this.#report({ event: 'warning', code: newest.code, message: `${held} more, the last: ${newest.message}` });
      }
    }
    this.#kinds.clear();
  }
}
