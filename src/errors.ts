/**
 * What went wrong, in the words of the exit codes. Every error code belongs to exactly one kind,
 * and each kind to one exit status (the table stands in `cli/exit-codes.ts`).
 */
export type ErrorKind =
  | 'internal'
  | 'usage'
  | 'unreachable'
  | 'timeout'
  | 'tls'
  | 'auth'
  | 'not-found'
  | 'busy'
  | 'protocol'
  | 'media'
  | 'ffmpeg'
  | 'expectation'
  | 'output';

const KIND_OF_CODE = {
  ERR_INTERNAL: 'internal',

  ERR_USAGE: 'usage',
  ERR_URL: 'usage',
  ERR_OUTPUT_EXISTS: 'usage',
  /** What is to be sent later does not fit into the memory that is allowed for it. */
  ERR_DELAY_MEMORY: 'usage',

  ERR_DNS: 'unreachable',
  ERR_REFUSED: 'unreachable',
  ERR_NETWORK: 'unreachable',
  ERR_LISTEN: 'unreachable',
  /** The peer ended or reset the connection before its work was done. */
  ERR_CONNECTION_LOST: 'unreachable',

  ERR_TIMEOUT: 'timeout',
  ERR_STALLED: 'timeout',

  ERR_TLS: 'tls',
  /** The peer asked for a certificate, got none, and closed the connection without a word. */
  ERR_TLS_CERTIFICATE_MISSING: 'tls',
  /** The peer speaks TLS where plain RTMP was expected. */
  ERR_TLS_ON_PLAIN_PORT: 'tls',

  ERR_AUTH: 'auth',
  ERR_DENIED: 'auth',

  ERR_APP_NOT_FOUND: 'not-found',
  ERR_STREAM_NOT_FOUND: 'not-found',
  ERR_FILE_NOT_FOUND: 'not-found',

  ERR_STREAM_BUSY: 'busy',
  /** A named limit of the server (connections, memory) is reached. */
  ERR_SERVER_FULL: 'busy',

  /** Bytes end before the value does. */
  ERR_TRUNCATED: 'protocol',
  ERR_NOT_RTMP: 'protocol',
  ERR_HANDSHAKE: 'protocol',
  ERR_CHUNK: 'protocol',
  ERR_CHUNK_SIZE: 'protocol',
  ERR_MESSAGE: 'protocol',
  ERR_AMF: 'protocol',
  /** The peer asks for more than a named limit allows. */
  ERR_LIMIT: 'protocol',
  /** The peer answered a command with an error that has no kind of its own. */
  ERR_REJECTED: 'protocol',

  /** The file is there but the system does not let it be read. */
  ERR_FILE_UNREADABLE: 'media',
  ERR_NOT_FLV: 'media',
  ERR_MEDIA_DAMAGED: 'media',
  ERR_MEDIA_UNSUPPORTED: 'media',
  ERR_MEDIA_EMPTY: 'media',

  /** FFmpeg, or another program that is asked for, is not on this machine. */
  ERR_FFMPEG_MISSING: 'ffmpeg',
  /** It is there, and failed, hung or lacks what is needed. */
  ERR_FFMPEG_FAILED: 'ffmpeg',
  /** What was found is not what was expected. */
  ERR_EXPECTATION: 'expectation',

  ERR_OUTPUT: 'output',
  ERR_DISK_FULL: 'output',
} as const satisfies Record<string, ErrorKind>;

/** The stable names of all errors, for scripts and tests. */
export type ErrorCode = keyof typeof KIND_OF_CODE;

/** Where on the way to a running stream something failed. */
export type Stage =
  | 'options'
  | 'file'
  | 'ffmpeg'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'handshake'
  | 'connect'
  | 'publish'
  | 'play'
  | 'stream'
  | 'output';

export interface ErrorDetails {
  readonly stage?: Stage | undefined;
  /** What the other side said, in its own words; empty when it said nothing. */
  readonly peerWords?: string | undefined;
  /** What the person may try next: one sentence, without the final full stop. */
  readonly advice?: string | undefined;
  readonly cause?: unknown;
}

/** Every error that rtmpkit throws on purpose. `message` is one sentence for people, without secrets. */
export class RtmpkitError extends Error {
  readonly code: ErrorCode;
  readonly stage: Stage | undefined;
  /** Never empty. */
  readonly peerWords: string | undefined;
  readonly advice: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.stage = details.stage;
    this.peerWords = details.peerWords === '' ? undefined : details.peerWords;
    this.advice = details.advice;
  }

  get kind(): ErrorKind {
    return KIND_OF_CODE[this.code];
  }

  /** The same error, told with what it is about in front, such as a file; this one is its cause. */
  about(subject: string): RtmpkitError {
    const ErrorType = this.constructor as typeof RtmpkitError;
    const { stage, peerWords, advice } = this;
    return new ErrorType(this.code, `${subject}: ${this.message}`, { stage, peerWords, advice, cause: this });
  }
}

/** Bad option, URL or combination of them. */
export class UsageError extends RtmpkitError {}

/** The way to the peer: name, socket, TLS, time. */
export class NetworkError extends RtmpkitError {}

/** The peer broke the protocol, or went beyond a limit. The connection is of no more use. */
export class ProtocolError extends RtmpkitError {}

/** The peer understood and said no. */
export class RejectedError extends RtmpkitError {}

/** Unreadable, damaged or unsupported media. */
export class MediaError extends RtmpkitError {}

/** FFmpeg, or a program that stands beside it, is missing or failed. */
export class FfmpegError extends RtmpkitError {}
/** What a probe found is not what was expected of it. */
export class ExpectationError extends RtmpkitError {}

/** A file, pipe or disk does not take what is written. */
export class OutputError extends RtmpkitError {}

/** The class of error that a parser throws for malformed bytes: it depends on where the bytes came from. */
export type MalformedErrorType = typeof ProtocolError | typeof MediaError;
