import { type Clock, systemClock } from '../flow/clock.js';
import type { MediaTag } from '../media/tag.js';
import { Lead } from './lead.js';

/** A recording that a publisher may have to wait for. */
export interface Backlog {
  /** False while as much waits for the disk as may. */
  readonly hasRoom: boolean;
  /** Certainly in the file. */
  readonly writtenBytes: number;
  /** Resolves when there is room again. */
  room(): Promise<void>;
}

/** What brings the media of a publisher. */
export interface Inflow {
  pause(): void;
  resume(): void;
}

/** Players keep this much of what the publisher is ahead. */
const RESERVE_MS = 1_000;
/** So long without a byte on the disk, the recording is not waited for any more. */
const MAX_STANDSTILL_MS = 5_000;

/**
 * Lets a publisher that sends faster than real time wait for the disk, so that nothing is missing from its recording.
 *
 * Players must not feel it: the publisher waits only for as long as what it has sent ahead of real time lasts them, of which
 * ten seconds count, less a second in reserve. Who sends in real time is never held, nor is a connection that does anything
 * else besides. A disk on which nothing moves is waited for five seconds, once; then frames are left out of the recording, as
 * for a publisher in real time.
 */
export class PublisherHold {
  readonly #backlog: () => Backlog | undefined;
  readonly #inflow: Inflow;
  readonly #clock: Pick<Clock, 'nowMs' | 'after'>;
  readonly #lead = new Lead();
  #writtenBytes = 0;
  /** When the recording was last seen to get on; `undefined` while it has room. */
  #progressMs: number | undefined;
  /** Ends the hold. */
  #release: (() => void) | undefined;

  /** @param backlog `undefined`: nothing is to be waited for */
  constructor(backlog: () => Backlog | undefined, inflow: Inflow, clock: Pick<Clock, 'nowMs' | 'after'> = systemClock) {
    this.#backlog = backlog;
    this.#inflow = inflow;
    this.#clock = clock;
  }

  /** Tags have come and are on their way. */
  passed(tags: readonly MediaTag[]): void {
    const nowMs = this.#clock.nowMs();
    this.#lead.add(tags, nowMs);
    const backlog = this.#backlog();
    if (backlog === undefined || backlog.hasRoom) {
      this.#progressMs = undefined;
    } else if (this.#release === undefined) {
      this.#hold(backlog, nowMs);
    }
  }

  /** The publisher is gone. */
  close(): void {
    this.#release?.();
  }

  #hold(backlog: Backlog, nowMs: number): void {
    if (this.#progressMs === undefined || backlog.writtenBytes !== this.#writtenBytes) {
      this.#writtenBytes = backlog.writtenBytes;
      this.#progressMs = nowMs;
    }
    const patienceMs = this.#progressMs + MAX_STANDSTILL_MS - nowMs;
    const holdMs = Math.min(this.#lead.leadMs(nowMs) - RESERVE_MS, patienceMs);
    if (holdMs <= 0) {
      return;
    }
    const release = (): void => {
      if (this.#release === release) {
        this.#release = undefined;
        cancel();
        this.#inflow.resume();
      }
    };
    const cancel = this.#clock.after(holdMs, release);
    this.#release = release;
    this.#inflow.pause();
    backlog.room().then(release);
  }
}
