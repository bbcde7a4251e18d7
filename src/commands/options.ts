import type { Readable, Writable } from 'node:stream';
import type { TlsOptions } from '../net/tls-options.js';
import type { MessageDisclosure } from '../rtmp/watch/message-watch.js';
import type { RetryWish } from './retry-policy.js';

/** What all commands that speak RTMP share. */
export interface ReportingOptions {
  /** Report every protocol message, with or without what is secret in it. */
  readonly messages?: MessageDisclosure | undefined;
}

/** What push and pull share about the connection. */
export interface ConnectionOptions extends ReportingOptions {
  /** Bounds DNS, TCP, TLS, handshake, connect and start together. */
  readonly timeoutMs: number;
  /** Ends a connection on which nothing moves for so long. */
  readonly stallTimeoutMs: number;
  readonly tls: TlsOptions;
  /** What is done about a connection that fails or is lost. Default: nothing for a file or a recording, for ever for what is live */
  readonly retry?: RetryWish | undefined;
  /** Override what the URL says, byte for byte. A stream key that stands in no URL comes in as `streamName`. */
  readonly app?: string;
  readonly streamName?: string;
}

/** A path, a URL, a playlist (`@list.txt`), or a stream of FLV bytes. */
export type PushInputName = string | Readable;

export interface PushOptions extends ConnectionOptions {
  /** Several are sent one after the other on one timeline. */
  readonly input: PushInputName | readonly PushInputName[];
  /** With a stream name, unless `streamName` gives it. `undefined`: an embedded server on loopback. */
  readonly url: string | undefined;
  /** 1 is real time, 0 as fast as the server takes it. */
  readonly speed: number;
  /** How many times all inputs are sent; `Infinity` for ever. */
  readonly plays: number;
  /** Where in the first input to begin: at the keyframe before. */
  readonly startMs: number;
  /** Of all that is sent. */
  readonly durationMs: number | undefined;
  /** Said of the stream in place of what its metadata says; `null`: nothing is said. */
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>> | undefined;
  /** Data messages to send along, as lines of JSON (see `parseDataLine`): a path, or a stream that is written meanwhile. */
  readonly data?: string | Readable | undefined;
  /** How far the server may fall behind before frames are dropped; `Infinity` waits instead. */
  readonly maxQueueMs: number;
}

export interface PullOptions extends ConnectionOptions {
  /** An rtmp URL, or the path of a local FLV file to repair. */
  readonly source: string;
  /** A path, or a stream that takes FLV bytes. `undefined`: a name made from the stream's name and the time. */
  readonly output: string | Writable | undefined;
  readonly overwrite: boolean;
  readonly durationMs: number | undefined;
}

export interface ServeOptions extends ReportingOptions {
  /** At least one. Port 0 takes a free one. */
  readonly listen: readonly { readonly host: string; readonly port: number }[];
  readonly gopCache: boolean;
  /** Where every published stream is recorded. */
  readonly recordDirectory: string | undefined;
  /** How long a stream whose publisher went away keeps its players. */
  readonly graceMs: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** All media kept for players and all partly received messages together. */
  readonly maxMemoryBytes: number;
  /** On a stop: how long clients that know how are given to connect to whoever serves the address next. Default 0 */
  readonly drainMs?: number;
  /** How long media may gather before it leaves for many players at once; few get it at once. */
  readonly maxLatencyMs: number;
  /** Show stream names instead of `****` in events. */
  readonly showKeys: boolean;
}
