/** About so much of the time in which something waited is remembered. */
const MEMORY_MS = 3_000;
/** Less of it is no measurement. */
const LEAST_MS = 100;
/** What leaves sooner did not wait for the network, but for a turn of the event loop. */
const SHORTEST_WAIT_MS = 1;
/** Longer than the time over which bitrates are taken. */
const QUIET_MS = 5_000;

/** All that was written has left. */
export interface Drain {
  readonly nowMs: number;
  /** On this connection, by then. */
  readonly goneBytes: number;
  /** What is there to be written next. */
  readonly waitingBytes: number;
}

/**
 * How much a connection carries, which shows only while more waits than it takes. Both ends of a measurement are moments at which
 * all that was held up had just left: then the buffer of the kernel is as full at one as at the other, and what has left meanwhile
 * was carried by the network. As long as nothing waits nobody can tell.
 */
export class CapacityMeter {
  #isHeldUp = false;
  /** The newest after something was held up. */
  #newest: Drain | undefined;
  /** Where a measurement begins. */
  #since: Drain | undefined;
  #bytes = 0;
  #ms = 0;

  /** What was written last has to wait. @param writtenBytes on this connection, with that */
  heldUp(writtenBytes: number): void {
    this.#isHeldUp = true;
    const { goneBytes, waitingBytes } = this.#since ?? { goneBytes: 0, waitingBytes: 0 };
    if (writtenBytes > goneBytes + waitingBytes) this.#since = undefined; // meanwhile nothing was there to be written
  }

  drained(drain: Drain): void {
    if (this.#isHeldUp && this.#since !== undefined) this.#add(this.#since, drain);
    this.#since = this.#isHeldUp ? drain : undefined;
    this.#newest = this.#since ?? this.#newest;
    this.#isHeldUp = false;
  }

  /**
   * A moving average over the time in which something waited; `null`: that was too short.
   *
   * @param sentKbps of late: what is sent without being held up is carried, too
   */
  kbps(nowMs: number, sentKbps: number): number | null {
    if (this.#ms < LEAST_MS) return null;
    const measuredKbps = (this.#bytes * 8) / this.#ms;
    const isQuiet = !this.#isHeldUp && nowMs - (this.#newest?.nowMs ?? nowMs) > QUIET_MS;
    return isQuiet ? Math.max(measuredKbps, sentKbps) : measuredKbps;
  }

  #add(since: Drain, drain: Drain): void {
    const ms = drain.nowMs - since.nowMs;
    if (ms < SHORTEST_WAIT_MS) return;
    const kept = Math.exp(-ms / MEMORY_MS);
    this.#bytes = this.#bytes * kept + drain.goneBytes - since.goneBytes;
    this.#ms = this.#ms * kept + ms;
  }
}
