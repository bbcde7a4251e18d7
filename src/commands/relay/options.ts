import type { Writable } from 'node:stream';
import type { TlsOptions } from '../../net/tls-options.js';
import type { ReportingOptions } from '../options.js';
import type { RetryWish } from '../retry-policy.js';

/** One end of a relay that speaks RTMP. */
export interface RelayPeer {
  /** With a stream name, unless `streamName` gives it. */
  readonly url: string;
  readonly streamName?: string;
  /** What events call it; without secrets. Default: the redacted URL. */
  readonly name?: string;
}

export type RelayTarget =
  | ({ readonly kind: 'rtmp' } & RelayPeer)
  | { readonly kind: 'file'; readonly path: string; readonly name?: string }
  /** Takes FLV bytes. */
  | { readonly kind: 'stream'; readonly output: Writable; readonly name?: string };

/** One stream, pulled from one of several sources and pushed to all targets. */
export interface RelayOptions {
  /** What events call it. Two of a name are one that has changed. */
  readonly name?: string | undefined;
  /** In order of preference. At least one. */
  readonly sources: readonly RelayPeer[];
  /** At least one. */
  readonly targets: readonly RelayTarget[];
  /** An FLV file that is repeated while no source is alive. */
  readonly fallback?: string | undefined;
  /** Whether the sources that are not on air are connected, too. Otherwise only when they are needed. */
  readonly warm: boolean;
  /** How long a better source has to be healthy before it is on air again. */
  readonly failbackMs: number;
  /** Everything is sent on so much later; 0: at once. */
  readonly delayMs: number;
  /** What may wait for that at most. More ends the relay. */
  readonly maxDelayBytes: number;
  /** Pull only while at least one target takes the stream. */
  readonly onDemand: boolean;
  /** How far a target may fall behind before frames are dropped for it. */
  readonly maxQueueMs: number;
  /** Replace files that are there. */
  readonly overwrite: boolean;
  /** Bounds DNS, TCP, TLS, handshake, connect and start of each connection together. */
  readonly timeoutMs: number;
  /** Ends a connection on which nothing moves for so long; so long a source may send nothing before another is taken. */
  readonly stallTimeoutMs: number;
  readonly tls: TlsOptions;
  /** For each source and each target by itself. Default: for ever */
  readonly retry?: RetryWish | undefined;
}

/** All relays from now on, or why they could not be read, which leaves everything as it is. */
export type RelayChange = { readonly relays: readonly RelayOptions[] } | { readonly error: Error };

export interface RelaysOptions extends ReportingOptions {
  readonly relays: readonly RelayOptions[];
  /** Each change touches only relays and targets that are different from before. */
  readonly changes?: AsyncIterable<RelayChange> | undefined;
}
