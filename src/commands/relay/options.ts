import type { Writable } from 'node:stream';
import type { TlsOptions } from '../../net/tls-options.js';
import type { ReportingOptions } from '../options.js';
import type { RetryWish } from '../retry-policy.js';

/** One end of a relay that speaks RTMP. */
export interface RelayPeer {
  /** With a stream name, unless `streamName` gives it. */
  readonly url: string;
  readonly streamName?: string | undefined;
  /** What events call it; without secrets. Default: the redacted URL. */
  readonly name?: string | undefined;
}

/** Where a relay sends its stream. */
export type RelayTarget =
  | ({ readonly kind: 'rtmp' } & RelayPeer)
  | { readonly kind: 'file'; readonly path: string; readonly name?: string }
  /** Takes FLV bytes. */
  | { readonly kind: 'stream'; readonly output: Writable; readonly name?: string };

/** One stream, pulled from one of several sources and pushed to all targets. */
export interface RelayOptions {
  /** What events call it; of several each has its own. A change is of the one with the same name. Default: `relay 1`, unless it is alone */
  readonly name?: string | undefined;
  /** In order of preference. At least one. */
  readonly sources: readonly RelayPeer[];
  /** At least one. */
  readonly targets: readonly RelayTarget[];
  /** An FLV file that is repeated while no source is alive. */
  readonly fallback?: string | undefined;
  /** Whether the sources that are not on air are connected, too. Default: only when they are needed */
  readonly warm?: boolean | undefined;
  /** How long a better source has to be healthy before it is on air again. Default: 10 s */
  readonly failbackMs?: number | undefined;
  /** Everything is sent on so much later. Default: 0, at once */
  readonly delayMs?: number | undefined;
  /** What may wait for that at most. More ends the relay. Default: 512 MiB */
  readonly maxDelayBytes?: number | undefined;
  /** Pull only while at least one target takes the stream. Default: false */
  readonly onDemand?: boolean | undefined;
  /** How far a target may fall behind before frames are dropped for it. Default: 3 s */
  readonly maxQueueMs?: number | undefined;
  /** Replace files that are there. Default: they are refused */
  readonly overwrite?: boolean | undefined;
  /** Bounds DNS, TCP, TLS, handshake, connect and start of each connection together. Default: 10 s */
  readonly timeoutMs?: number | undefined;
  /** Ends a connection on which nothing moves for so long; so long a source may send nothing before another is taken. Default: 15 s */
  readonly stallTimeoutMs?: number | undefined;
  /** See `ConnectionOptions`. */
  readonly tls?: TlsOptions | undefined;
  /** For each source and each target by itself. Default: for ever */
  readonly retry?: RetryWish | undefined;
}

/** All relays from now on, or why they could not be read, which leaves everything as it is. */
export type RelayChange = { readonly relays: readonly RelayOptions[] } | { readonly error: Error };

/** All relays of one command. */
export interface RelaysOptions extends ReportingOptions {
  /** At least one, unless `changes` bring some. */
  readonly relays: readonly RelayOptions[];
  /** Each change touches only relays and targets that are different from before. */
  readonly changes?: AsyncIterable<RelayChange> | undefined;
}
