import type { ServerLimits } from './limits.js';

/** Counts connections, and says no when there are too many of them, in all or from one address. */
export class Admission {
  readonly #limits: Pick<ServerLimits, 'maxConnections' | 'maxConnectionsPerAddress'>;
  readonly #perAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: Pick<ServerLimits, 'maxConnections' | 'maxConnectionsPerAddress'>) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** Undefined when the connection may come in; otherwise why not. Each one let in is to be released once. */
  admit(address: string): string | undefined {
    const fromAddress = this.#perAddress.get(address) ?? 0;
    if (this.#total >= this.#limits.maxConnections) {
      return `the limit of ${this.#limits.maxConnections} connections is reached`;
    }
    if (fromAddress >= this.#limits.maxConnectionsPerAddress) {
      return `the limit of ${this.#limits.maxConnectionsPerAddress} connections per address is reached`;
    }
    this.#total += 1;
    this.#perAddress.set(address, fromAddress + 1);
    return undefined;
  }

  release(address: string): void {
    const fromAddress = this.#perAddress.get(address) ?? 0;
    this.#total -= 1;
    if (fromAddress <= 1) {
      this.#perAddress.delete(address);
    } else {
      this.#perAddress.set(address, fromAddress - 1);
    }
  }
}
