import type { RelayOptions, RelaysOptions, RelayTarget } from '../../../src/commands/relay/options.js';
import { relay } from '../../../src/commands/relay/relay.js';
import type { CommandEvent } from '../../../src/events.js';
import type { StreamServer } from '../../support/stream-server.js';

type EventOf<Name extends CommandEvent['event']> = Extract<CommandEvent, { event: Name }>;

/** Tests do not wait for a back-off. */
const AT_ONCE = { delayMs: 1, maxDelayMs: 5 } as const;

export function sourceAt({ port }: StreamServer, name = 'live'): { url: string; name: string } {
  return { url: `rtmp://127.0.0.1:${port}/app/${name}`, name };
}

export function targetAt({ port }: { readonly port: number }, name = 'out'): RelayTarget & { name: string } {
  return { kind: 'rtmp', url: `rtmp://127.0.0.1:${port}/app/${name}`, name };
}

export function relayOptions(given: Partial<RelayOptions> & Pick<RelayOptions, 'sources' | 'targets'>): RelayOptions {
  return {
    warm: false,
    failbackMs: 10_000,
    delayMs: 0,
    maxDelayBytes: 64 * 1024 * 1024,
    onDemand: false,
    maxQueueMs: 3_000,
    overwrite: false,
    timeoutMs: 10_000,
    stallTimeoutMs: 60_000,
    tls: {},
    retry: AT_ONCE,
    ...given,
  };
}

/** A relay in this process, whose events are gathered. */
export class RelayRun {
  readonly events: CommandEvent[] = [];
  /** Rejects with its error. */
  readonly over: Promise<void>;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();

  constructor(options: RelaysOptions) {
    this.over = this.#gather(options);
    this.over.catch(() => {});
  }

  static of(given: Partial<RelayOptions> & Pick<RelayOptions, 'sources' | 'targets'>): RelayRun {
    return new RelayRun({ relays: [relayOptions(given)] });
  }

  /** The first event of a name and shape that has come or will come. */
  async event<Name extends CommandEvent['event']>(
    name: Name,
    matches: (event: EventOf<Name>) => boolean = () => true,
    from = 0,
  ): Promise<EventOf<Name>> {
    for (;;) {
      const found = this.events.slice(from).find((event) => event.event === name && matches(event as EventOf<Name>));
      if (found !== undefined) return found as EventOf<Name>;
      await Promise.race([new Promise<void>((resolve) => this.#listeners.add(resolve)), this.over.then(tooEarly)]);
    }
  }

  all<Name extends CommandEvent['event']>(name: Name): EventOf<Name>[] {
    return this.events.filter((event): event is EventOf<Name> => event.event === name);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.over;
  }

  async #gather(options: RelaysOptions): Promise<void> {
    for await (const event of relay(options, this.#stop.signal)) {
      this.events.push(event);
      const listeners = [...this.#listeners];
      this.#listeners.clear();
      for (const wake of listeners) wake();
    }
  }
}

function tooEarly(): never {
  throw new Error('the relay is over');
}
