import type { Clock } from './clock.js';
import type { Cursor } from './cursor.js';

/** While the source waits for subscribers, those that take nothing are let go in the end, as long as others would go on. */
export class Patience {
  readonly #clock: Clock;
  readonly #cursors: ReadonlySet<Cursor>;
  readonly #isWaitedFor: (cursor: Cursor) => boolean;
  #cancel: (() => void) | undefined;

  /** @param cursors the lossless ones */
  constructor(clock: Clock, cursors: ReadonlySet<Cursor>, isWaitedFor: (cursor: Cursor) => boolean) {
    this.#clock = clock;
    this.#cursors = cursors;
    this.#isWaitedFor = isWaitedFor;
  }

  /** The source waits from now on. */
  begin(): void {
    if (this.#cancel === undefined) this.#look();
  }

  /** It waits no more. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Whose time is up goes now, the others are looked at again when theirs may be. */
  #look(): void {
    this.#cancel = undefined;
    const nowMs = this.#clock.nowMs();
    const waitedFor = [...this.#cursors].filter(
      (cursor) => Number.isFinite(cursor.patienceMs) && this.#isWaitedFor(cursor),
    );
    let nextMs = Number.POSITIVE_INFINITY;
    const late: Cursor[] = [];
    for (const cursor of waitedFor) {
      const leftMs = cursor.patienceMs - cursor.idleMs(nowMs);
      if (leftMs <= 0 && this.#othersWouldGoOn(cursor, nowMs)) late.push(cursor);
      else nextMs = Math.min(nextMs, leftMs > 0 ? leftMs : cursor.patienceMs);
    }
    if (Number.isFinite(nextMs)) this.#cancel = this.#clock.after(nextMs, () => this.#look());
    for (const cursor of late) cursor.letGo(); // the last one may end the wait
  }

  #othersWouldGoOn(stuck: Cursor, nowMs: number): boolean {
    return [...this.#cursors].some((other) => other !== stuck && other.idleMs(nowMs) < other.patienceMs);
  }
}
