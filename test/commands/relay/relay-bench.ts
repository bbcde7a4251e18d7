import type { RelayOptions, RelaysOptions, RelayTarget } from '../../../src/commands/relay/options.js';
import { relay } from '../../../src/commands/relay/relay.js';
import { CommandRun } from '../../support/command-run.js';
import type { StreamServer } from '../../support/stream-server.js';

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
export class RelayRun extends CommandRun {
  constructor(options: RelaysOptions) {
    super((signal) => relay(options, signal));
  }

  static of(given: Partial<RelayOptions> & Pick<RelayOptions, 'sources' | 'targets'>): RelayRun {
    return new RelayRun({ relays: [relayOptions(given)] });
  }
}
