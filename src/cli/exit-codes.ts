import type { ErrorKind } from '../errors.js';

export interface ExitCode {
  readonly code: number;
  readonly name: string;
  readonly meaning: string;
}

export const EXIT_OK: ExitCode = { code: 0, name: 'ok', meaning: 'done; for serve and relay also a stop by signal' };

/** One exit status for each kind of error. */
export const EXIT_OF_KIND: Readonly<Record<ErrorKind, ExitCode>> = {
  internal: { code: 1, name: 'internal', meaning: 'a bug in rtmpkit' },
  usage: { code: 2, name: 'usage', meaning: 'bad option, URL or combination' },
  unreachable: { code: 3, name: 'unreachable', meaning: 'DNS, refused, network down' },
  timeout: { code: 4, name: 'timeout', meaning: 'no answer in time, or a stall' },
  tls: { code: 5, name: 'tls', meaning: 'certificate or TLS failure' },
  auth: { code: 6, name: 'auth', meaning: 'rejected credentials or no permission' },
  'not-found': { code: 7, name: 'not-found', meaning: 'no such app, stream or file' },
  busy: { code: 8, name: 'busy', meaning: 'the stream name is already published' },
  protocol: { code: 9, name: 'protocol', meaning: 'the peer broke the protocol' },
  media: { code: 10, name: 'media', meaning: 'unreadable, damaged or unsupported media' },
  ffmpeg: { code: 11, name: 'ffmpeg', meaning: 'FFmpeg missing or failed' },
  expectation: { code: 12, name: 'expectation', meaning: 'probe: an expectation is not met, or a check fails' },
  output: { code: 13, name: 'output', meaning: 'cannot write (disk full, permission)' },
};

/** What asks for an orderly end; SIGHUP comes when the terminal is closed. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** As shells do it: 128 plus the number of the signal. */
export const EXIT_OF_SIGNAL: Readonly<Record<StopSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
