import { NONE, type Ring } from './ring.js';

/** Which bursts of the ring a subscriber has been given that it may want again, because nobody knows yet whether they arrived. */
export class HeldBursts {
  readonly #ring: Ring;
  readonly #maxBytes: number;
  /** From here on they are held: a place where one can join, if there is one that is old enough. */
  #from = 0;
  /** The first that has not been delivered. */
  #undelivered = 0;
  /** The first that has not been written. */
  #unwritten = 0;

  constructor(ring: Ring, maxBytes: number) {
    this.#ring = ring;
    this.#maxBytes = maxBytes;
  }

  get oldest(): number {
    return this.#from;
  }

  /** The subscriber takes its first place. */
  begin(position: number): void {
    this.#from = this.#undelivered = this.#unwritten = position;
  }

  /** All before this number was written. */
  written(position: number): void {
    this.#unwritten = Math.max(position, this.#unwritten);
    if (this.#isBeyondBound()) {
      this.#letGo();
    }
  }

  /** All before this number has arrived. */
  delivered(position: number): void {
    this.#undelivered = Math.max(position, this.#undelivered);
    const joinPoint = this.#ring.newestJoinPointWithin(this.#from, this.#undelivered);
    if (joinPoint !== NONE) {
      this.#from = joinPoint;
    }
  }

  /**
   * Where to begin again, so that nothing is lost.
   *
   * @param isEnded nothing more follows: without anything to deliver there is nowhere to go back to
   */
  goBack(isEnded: boolean): number {
    if (isEnded && this.#undelivered === this.#ring.end) return this.#undelivered;
    const joinPoint = this.#ring.newestJoinPointWithin(this.#from, this.#undelivered);
    return joinPoint === NONE ? this.#from : joinPoint;
  }

  #isBeyondBound(): boolean {
    return this.#ring.bytesBefore(this.#unwritten) - this.#ring.bytesBefore(this.#from) > this.#maxBytes;
  }

  /** A GOP after the other, and at last whatever is not written yet. */
  #letGo(): void {
    while (this.#isBeyondBound()) {
      const joinPoint = this.#ring.oldestJoinPointFrom(this.#from + 1);
      this.#from = joinPoint === NONE || joinPoint > this.#unwritten ? this.#unwritten : joinPoint;
    }
    this.#undelivered = Math.max(this.#undelivered, this.#from);
  }
}
