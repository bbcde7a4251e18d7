import type { Connection } from './connection.js';
import type { ServerLimits } from './limits.js';
import type { StreamRegistry } from './stream-registry.js';

const EVERY_MS = 500;

/** Shares of the limit at which memory is called short, and no longer so. */
const SHORT_FROM = 3 / 4;
const SHORT_UNTIL = 1 / 2;

/** Who holds memory that strangers can make grow. */
interface MemoryHolder {
  readonly heldBytes: number;
  /** Lets go of it all, whatever that interrupts. */
  giveUp(): void;
}

export type CareLimits = Pick<ServerLimits, 'cutOffAfterMs' | 'maxMemoryBytes'>;

/**
 * Looks after a server while it runs: closes connections whose clients take nothing any more, and keeps memory within its
 * bound. When memory gets short, streams first hold only what new players need; if that is not enough, who holds most goes.
 */
export class Caretaker {
  readonly #connections: ReadonlySet<Connection>;
  readonly #registry: StreamRegistry;
  readonly #limits: CareLimits;
  #timer: NodeJS.Timeout | undefined;

  constructor(connections: ReadonlySet<Connection>, registry: StreamRegistry, limits: CareLimits) {
    this.#connections = connections;
    this.#registry = registry;
    this.#limits = limits;
  }

  start(): void {
    this.#timer = setInterval(() => this.look(performance.now()), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  look(nowMs: number): void {
    let heldBytes = this.#registry.bufferedBytes;
    for (const connection of this.#connections) {
      if (nowMs - (connection.fullSinceMs ?? nowMs) >= this.#limits.cutOffAfterMs) {
        connection.cutOff();
      }
      heldBytes += connection.heldBytes;
    }
    this.#boundMemory(heldBytes);
  }

  #boundMemory(heldBytes: number): void {
    const { maxMemoryBytes } = this.#limits;
    const wasShort = this.#registry.isMemoryShort;
    this.#registry.isMemoryShort = heldBytes >= maxMemoryBytes * (wasShort ? SHORT_UNTIL : SHORT_FROM);
    if (wasShort && heldBytes > maxMemoryBytes) {
      giveUpLargest([...this.#registry.streams, ...this.#connections], heldBytes - maxMemoryBytes);
    }
  }
}

function giveUpLargest(holders: readonly MemoryHolder[], neededBytes: number): void {
  const bySize = holders
    .map((holder) => ({ holder, heldBytes: holder.heldBytes }))
    .sort((one, other) => other.heldBytes - one.heldBytes);
  let freedBytes = 0;
  for (const { holder, heldBytes } of bySize) {
    if (freedBytes >= neededBytes) {
      return;
    }
    holder.giveUp();
    freedBytes += heldBytes;
  }
}
