import type { Burst } from './burst.js';
import type { Ring } from './ring.js';
import type { Sink } from './sink.js';

/** A subscriber as the pack sees it. */
export interface PackMember {
  /** Its sink has taken a burst, and had no room for more or made the member leave. */
  handed(hasRoom: boolean): void;
  /** Its sink threw. */
  failed(error: unknown): void;
}

const NOBODY = -1;

/**
 * The subscribers that have had everything and have room for more: nearly all of a crowd, nearly always. None of them needs a place
 * in the ring, for it is the same for all. So a burst goes from one sink to the next, and nothing is looked at that is kept
 * for one subscriber: in a crowd of a thousand, each look is a miss of the processor's caches.
 */
export class Pack {
  readonly #ring: Ring;
  /** Side by side. Where somebody has left there is nobody, until the ranks are closed. */
  #members: (PackMember | undefined)[] = [];
  #sinks: (Sink | undefined)[] = [];
  #size = 0;
  /** Number of the burst that is handed round, or else of the one that comes next. */
  #position = 0;
  /** Who is being handed it. Those before have had it. */
  #at = NOBODY;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** Whether bursts are being handed round. Nobody may join meanwhile. */
  get isMoving(): boolean {
    return this.#at !== NOBODY;
  }

  isBeingHanded(member: PackMember): boolean {
    return this.#members[this.#at] === member;
  }

  /** Somebody who has had all that the ring holds. */
  add(member: PackMember, sink: Sink): void {
    this.#members.push(member);
    this.#sinks.push(sink);
    this.#size++;
    this.#position = this.#ring.end;
  }

  /** @returns the number of the burst that it has to get next */
  remove(member: PackMember): number {
    const index = this.#members.indexOf(member);
    this.#members[index] = undefined;
    this.#sinks[index] = undefined;
    this.#size--;
    const position = index <= this.#at ? this.#position + 1 : this.#position;
    if (!this.isMoving && this.#size < this.#sinks.length / 2) this.#closeRanks();
    return position;
  }

  /** Hands everybody what has been added to the ring, and what is added meanwhile. */
  moveOn(): void {
    for (; this.#size > 0 && this.#position < this.#ring.end; this.#position++) {
      this.#handRound(this.#ring.burst(this.#position));
    }
  }

  #handRound(burst: Burst): void {
    const [sinks, members] = [this.#sinks, this.#members];
    for (this.#at = 0; this.#at < sinks.length; this.#at++) {
      const [sink, member] = [sinks[this.#at], members[this.#at]];
      if (sink === undefined || member === undefined) continue;
      try {
        const hasRoom = sink.write(burst);
        const hasLeft = sinks[this.#at] !== sink;
        if (hasLeft || !hasRoom) member.handed(hasRoom);
      } catch (error) {
        member.failed(error);
      }
    }
    this.#at = NOBODY;
    if (this.#size < sinks.length) this.#closeRanks(); // not one by one: all may leave at once
  }

  #closeRanks(): void {
    this.#members = this.#members.filter((member) => member !== undefined);
    this.#sinks = this.#sinks.filter((sink) => sink !== undefined);
  }
}
