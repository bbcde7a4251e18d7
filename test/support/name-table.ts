import { createRequire, syncBuiltinESMExports } from 'node:module';

type Lookup = typeof import('node:dns/promises')['lookup'];
const dns: { lookup: Lookup } = createRequire(import.meta.url)('node:dns/promises');

/** Host names of this process alone, which come and go as a test wants it. All others are looked up as always. */
export class NameTable {
  readonly #known = new Map<string, boolean>();
  readonly #lookup = dns.lookup;

  constructor() {
    const others = this.#lookup;
    const lookup = async (name: string, ...rest: unknown[]): Promise<unknown> => {
      const isKnown = this.#known.get(name);
      if (isKnown === undefined) return Reflect.apply(others, dns, [name, ...rest]);
      if (isKnown) return [{ address: '127.0.0.1', family: 4 }];
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
    };
    dns.lookup = lookup as Lookup;
    syncBuiltinESMExports();
  }

  /** It is the loopback from now on. */
  add(name: string): void {
    this.#known.set(name, true);
  }

  /** It cannot be found any more. */
  remove(name: string): void {
    this.#known.set(name, false);
  }

  close(): void {
    dns.lookup = this.#lookup;
    syncBuiltinESMExports();
  }
}
