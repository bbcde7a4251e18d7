/** About so much of the time in which something waited is remembered. */
const MEMORY_MS = 3_000;
/** Less of it is no measurement. */
const LEAST_MS = 100;
/** What leaves sooner did not wait for the network, but for a turn of the event loop. */
const SHORTEST_WAIT_MS = 1;
/** Whoever has more to send than the network takes needs no longer to fill the buffer of the kernel again. */
const LONGEST_REFILL_MS = 20;

/** When all that waited had left. */
interface Drain {
  readonly nowMs: number;
  readonly goneBytes: number;
}

/**
 * How much a connection carries, which shows only while more waits than it takes. Both ends of a measurement are moments at which
 * all that waited had just left: then the buffer of the kernel is as full at one as at the other, and what has left meanwhile was
 * carried by the network. As long as nothing waits nobody can tell.
 */
export class CapacityMeter {
  #since: Drain | undefined;
  #isHeldUp = false;
  #bytes = 0;
  #ms = 0;

  /** What was written has to wait from now on. */
  heldUp(nowMs: number): void {
    this.#isHeldUp = true;
    if (this.#since !== undefined && nowMs - this.#since.nowMs > LONGEST_REFILL_MS) this.#since = undefined;
  }

  /** @param goneBytes what has left by now, on this connection */
  drained(nowMs: number, goneBytes: number): void {
    const drain = { nowMs, goneBytes };
    if (this.#isHeldUp && this.#since !== undefined) this.#add(this.#since, drain);
    this.#since = this.#isHeldUp ? drain : undefined;
    this.#isHeldUp = false;
  }

  /** A moving average over the time in which something waited; `null`: that was too short. */
  get kbps(): number | null {
    return this.#ms < LEAST_MS ? null : (this.#bytes * 8) / this.#ms;
  }

  #add(since: Drain, drain: Drain): void {
    const ms = drain.nowMs - since.nowMs;
    if (ms < SHORTEST_WAIT_MS) return;
    const kept = Math.exp(-ms / MEMORY_MS);
    this.#bytes = this.#bytes * kept + drain.goneBytes - since.goneBytes;
    this.#ms = this.#ms * kept + ms;
  }
}
