import { DEFAULT_MAX_BURST_MS } from '../flow/burst-length.js';
import { DEFAULT_MAX_DELAY_BYTES } from '../flow/delay-line.js';
import { isLoopback } from '../net/loopback.js';
import { DEFAULT_SERVER_LIMITS } from '../server/limits.js';
import type { ListenAddress } from '../server/rtmp-server.js';

/** What commands do where nobody says otherwise, on the command line and in the library. */
export const CONNECTION_DEFAULTS = { timeoutMs: 10_000, stallTimeoutMs: 15_000, tls: {} } as const;

/** How far a server may fall behind a stream that is sent in its time; one that is sent as fast as it goes waits for it. */
export const MAX_QUEUE_MS = 3_000;

export const PUSH_DEFAULTS = { ...CONNECTION_DEFAULTS, speed: 1, plays: 1, startMs: 0 } as const;

export const PULL_DEFAULTS = { ...CONNECTION_DEFAULTS, outputs: [], overwrite: false } as const;

export const PROBE_DEFAULTS = { ...CONNECTION_DEFAULTS, expect: [] } as const;

export const RELAY_DEFAULTS = {
  ...CONNECTION_DEFAULTS,
  warm: false,
  failbackMs: 10_000,
  delayMs: 0,
  maxDelayBytes: DEFAULT_MAX_DELAY_BYTES,
  onDemand: false,
  maxQueueMs: MAX_QUEUE_MS,
  overwrite: false,
} as const;

export const SERVE_DEFAULTS = {
  listen: [{ host: '127.0.0.1', port: 1935 }],
  gopCache: true,
  graceMs: 10_000,
  drainMs: 0,
  maxConnections: DEFAULT_SERVER_LIMITS.maxConnections,
  maxMemoryBytes: DEFAULT_SERVER_LIMITS.maxMemoryBytes,
  maxLatencyMs: DEFAULT_MAX_BURST_MS,
  showKeys: false,
} as const;

/** On a port that others reach, one address does not get everything. */
const MAX_CONNECTIONS_PER_REMOTE_ADDRESS = 100;

export function maxConnectionsPerAddress(listen: readonly ListenAddress[]): number {
  return listen.every(({ host }) => isLoopback(host)) ? Number.POSITIVE_INFINITY : MAX_CONNECTIONS_PER_REMOTE_ADDRESS;
}

/** How far a server of a push may fall behind. @param speed of the push */
export function maxQueueMs(speed: number): number {
  return speed === 0 ? Number.POSITIVE_INFINITY : MAX_QUEUE_MS;
}
