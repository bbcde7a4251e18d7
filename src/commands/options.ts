import type { Readable, Writable } from 'node:stream';
import type { EncodeOptions } from '../ffmpeg/encoding.js';
import type { TlsOptions } from '../net/tls-options.js';
import type { ProbeReport } from '../report.js';
import type { MessageDisclosure } from '../rtmp/watch/message-watch.js';
import type { ListenAddress } from '../server/rtmp-server.js';
import type { RetryWish } from './retry-policy.js';

/** What all commands that speak RTMP share. */
export interface ReportingOptions {
  /** Report every protocol message, with or without what is secret in it. */
  readonly messages?: MessageDisclosure | undefined;
}

/** What push, pull and probe share about the connection. */
export interface ConnectionOptions extends ReportingOptions {
  /** Bounds DNS, TCP, TLS, handshake, connect and start together. Default: 10 s */
  readonly timeoutMs?: number | undefined;
  /** Ends a connection on which nothing moves for so long. Default: 15 s */
  readonly stallTimeoutMs?: number | undefined;
  /** For `rtmps` URLs. Default: the server's certificate is verified, and none of our own is shown */
  readonly tls?: TlsOptions | undefined;
  /**
   * What is done about a connection that fails or is lost; a probe does it until there is something to look at. Default: nothing
   * for a file, a recording or a probe, for ever for what is live
   */
  readonly retry?: RetryWish | undefined;
  /** Override what the URL says, byte for byte. A stream key that stands in no URL comes in as `streamName`. */
  readonly app?: string | undefined;
  readonly streamName?: string | undefined;
  /** For servers that want a user to show who it is (Adobe, Limelight); they override what the URL says. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * A path, a URL, a playlist (`@list.txt`), a stream of FLV bytes, or `camera[:NAME]`, `screen[:N]`, `mic[:NAME]`,
 * `screen+mic`, `test`.
 */
export type PushInputName = string | Readable;

/** A server that gets a stream, and whatever its URL does not say. */
export interface PushTarget {
  readonly url: string;
  readonly streamName?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** What `push` sends, where to, and how. */
export interface PushOptions extends ConnectionOptions {
  /** Several are sent one after the other on one timeline. */
  readonly input: PushInputName | readonly PushInputName[];
  /** With a stream name, unless `streamName` gives it. Default: an embedded server on loopback, unless there are `targets` */
  readonly url?: string | undefined;
  /** More servers for the same stream. One that fails is warned of and the others go on. */
  readonly targets?: readonly PushTarget[] | undefined;
  /** Has the stream while the server of `url` cannot be reached; that is tried again meanwhile, and gets it back at a keyframe. */
  readonly backup?: PushTarget | undefined;
  /** 1 is real time, 0 as fast as the server takes it. Default: 1 */
  readonly speed?: number | undefined;
  /** How many times all inputs are sent; `Infinity` for ever. Default: 1 */
  readonly plays?: number | undefined;
  /** Where in the first input to begin: at the keyframe before. Default: 0 */
  readonly startMs?: number | undefined;
  /** Of all that is sent. Default: to the end of the inputs */
  readonly durationMs?: number | undefined;
  /** Said of the stream in place of what its metadata says; `null`: nothing is said. */
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>> | undefined;
  /** Data messages to send along, as lines of JSON (see `parseDataLine`): a path, or a stream that is written meanwhile. */
  readonly data?: string | Readable | undefined;
  /**
   * How far a server may fall behind before frames are dropped for it; `Infinity` waits instead. Of several the slowest is waited
   * for, but not one that takes nothing for five seconds while others do. Default: 3 s; `Infinity` at speed 0
   */
  readonly maxQueueMs?: number | undefined;
  /** What is to be done to the media; default: nothing, except what RTMP could not carry. */
  readonly encoding?: EncodeOptions | undefined;
  /** A path, or a name in PATH. Default: what is found. */
  readonly ffmpegPath?: string | undefined;
}

/** How `devices` looks for them. */
export interface DevicesOptions {
  /** See `PushOptions`. */
  readonly ffmpegPath?: string | undefined;
}

/** One place where a pull goes. A text is a file, a stream gets FLV. */
export type PullDestination =
  | string
  | Writable
  /** By its extension: FLV by itself, other containers through FFmpeg. */
  | { readonly kind: 'file'; readonly path: string }
  /** Takes FLV. It is left open: it may be standard output. */
  | { readonly kind: 'stream'; readonly stream: Writable }
  /** A window of ffplay or mpv. Closing it is an end like any other. */
  | { readonly kind: 'window' }
  /** A shell command that gets FLV on standard input. */
  | { readonly kind: 'command'; readonly command: string; readonly stdout: 'inherit' | 'stderr' | 'ignore' }
  /** A picture of the first keyframe, `.jpg`, `.png` … */
  | { readonly kind: 'picture'; readonly path: string }
  /** The stream's data messages, a JSON object on each line: see `DataLine`. */
  | { readonly kind: 'data'; readonly target: string | Writable };

/** What `pull` records or shows, and where. */
export interface PullOptions extends ConnectionOptions {
  /** An rtmp URL, or the path of a local file to repair or to convert. */
  readonly source: string;
  /** Every one gets the whole stream. Default, or none: a file with a name made from the stream's name and the time */
  readonly outputs?: readonly PullDestination[] | undefined;
  /** Replace files that are there. Default: they are refused */
  readonly overwrite?: boolean | undefined;
  /** Go on in FLV files that are there. */
  readonly append?: boolean | undefined;
  /** Of a recorded stream: where to begin. */
  readonly startMs?: number | undefined;
  /** Of media. Default: to the end of the stream */
  readonly durationMs?: number | undefined;
  /** Ends before a file gets larger; with `segmentMs` a new part begins instead. */
  readonly maxSizeBytes?: number | undefined;
  /** Files are cut into parts of about this length, see `PartCutter`. */
  readonly segmentMs?: number | undefined;
  /** A change of the codec configuration begins a new part; otherwise it is kept in the file and warned of. */
  readonly splitOnChange?: boolean | undefined;
  /** Leave out the other kind. */
  readonly only?: 'audio' | 'video' | undefined;
  /** How far a server of recorded streams is to send ahead. Default 3 s. */
  readonly bufferMs?: number | undefined;
  /** Where FFmpeg is, if it is needed. Default: it is looked for. */
  readonly ffmpegPath?: string | undefined;
}

/** What `probe` looks at, for how long, and what it expects. */
export interface ProbeOptions extends ConnectionOptions {
  /** An rtmp URL, or the path of a file. */
  readonly source: string;
  /**
   * How long a stream is looked at, from its first media on; 0: until its picture and its sound have come. Default: 5 s,
   * or all of a file
   */
  readonly durationMs?: number | undefined;
  /**
   * Instead of a look at the stream: publishes a short one of our own under the URL, or tries out what the server should
   * accept. Only for URLs.
   */
  readonly tryOut?: 'publish' | 'conformance' | undefined;
  /** What has to be so of the report, such as `video.fps>=25`. */
  readonly expect?: readonly string[] | undefined;
  /** Of a stream: a `snapshot` every second, and without a duration no end but that of the stream, or the signal. */
  readonly watch?: boolean | undefined;
  /**
   * Milliseconds that only go forward: what comes of a live stream is timed by them. Default: the system's. A process that may be
   * stopped for a while leaves that out, or it would look like a server that stood still.
   */
  readonly nowMs?: (() => number) | undefined;
  /** Write the report as an HTML page, too. */
  readonly page?: ReportPageOptions | undefined;
}

/** Where a report is written as a page. */
export interface ReportPageOptions {
  readonly path: string;
  /** Replace a file that is there. Default: it is refused before anything else is done */
  readonly overwrite?: boolean | undefined;
  /** Hides what is secret: the page goes to others. Default: what is redacted by itself stays so, and no more. */
  readonly cover?: PageCover | undefined;
}

/** Hides in a report what its readers are not to see. */
export interface PageCover {
  readonly report: (report: ProbeReport) => ProbeReport;
  /** For the words of an error. */
  readonly text: (text: string) => string;
}

/** How `serve` listens, what it keeps and what it allows. */
export interface ServeOptions extends ReportingOptions {
  /** At least one. Port 0 takes a free one. Default: 127.0.0.1 port 1935 */
  readonly listen?: readonly ListenAddress[] | undefined;
  /** Whether who joins a stream gets its newest GOP at once. Default: true */
  readonly gopCache?: boolean | undefined;
  /** Where every published stream is recorded. Default: nowhere */
  readonly recordDirectory?: string | undefined;
  /** How long a stream whose publisher went away keeps its players. Default: 10 s */
  readonly graceMs?: number | undefined;
  /** Default: 20,000 */
  readonly maxConnections?: number | undefined;
  /** Default: 100 where others than this machine reach it, else without limit */
  readonly maxConnectionsPerAddress?: number | undefined;
  /** All media kept for players and all partly received messages together. Default: 512 MiB */
  readonly maxMemoryBytes?: number | undefined;
  /** On a stop: how long clients that know how are given to connect to whoever serves the address next. Default: 0 */
  readonly drainMs?: number | undefined;
  /** How long media may gather before it leaves for many players at once; few get it at once. Default: 40 ms */
  readonly maxLatencyMs?: number | undefined;
  /** Show stream names instead of `****` in events. Default: false */
  readonly showKeys?: boolean | undefined;
}
