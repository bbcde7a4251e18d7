import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, rootCertificates } from 'node:tls';
import { NetworkError } from '../errors.js';
import type { TlsOptions } from './tls-options.js';

export interface DialTarget {
  readonly host: string;
  readonly port: number;
  /** Speak TLS before anything else. */
  readonly secure: boolean;
  readonly tls: TlsOptions;
}

export interface DialOptions {
  /** Aborting ends the attempt with the signal's reason. */
  readonly signal: AbortSignal;
  /** Called as each stage begins. */
  readonly onStage: (stage: 'dns' | 'tcp' | 'tls') => void;
}

/**
 * Opens a socket that is ready for the first RTMP byte: name, TCP, and TLS where the target asks for it.
 *
 * @throws {NetworkError} `ERR_DNS`, `ERR_REFUSED`, `ERR_NETWORK` or `ERR_TLS`; the signal's reason when aborted.
 */
export async function dial(target: DialTarget, options: DialOptions): Promise<Socket> {
  const addresses = await resolve(target, options);
  options.onStage('tcp');
  const socket = await connectFirst(addresses, target, options.signal);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  if (!target.secure) {
    return socket;
  }
  options.onStage('tls');
  return secureSocket(socket, target, options.signal);
}

async function resolve(target: DialTarget, { signal, onStage }: DialOptions): Promise<string[]> {
  signal.throwIfAborted();
  if (isIP(target.host) !== 0) {
    return [target.host];
  }
  onStage('dns');
  const found = await abortable(lookup(target.host, { all: true, order: 'verbatim' }), signal).catch(
    (cause: unknown) => {
      signal.throwIfAborted();
      throw new NetworkError('ERR_DNS', `the host name "${target.host}" cannot be resolved`, {
        stage: 'dns',
        advice: 'check the spelling of the host and the network connection',
        cause,
      });
    },
  );
  return found.map(({ address }) => address);
}

/** Tries one address after the other, as `localhost` may be two of them and only one has a listener. */
async function connectFirst(addresses: readonly string[], target: DialTarget, signal: AbortSignal): Promise<Socket> {
  let failure: unknown;
  for (const address of addresses) {
    try {
      const socket = connectTcp({ host: address, port: target.port });
      await ready(socket, 'connect', signal);
      return socket;
    } catch (cause) {
      signal.throwIfAborted();
      failure = cause;
    }
  }
  throw connectError(failure, target);
}

async function secureSocket(plain: Socket, target: DialTarget, signal: AbortSignal): Promise<Socket> {
  const { ca, certificate, key, insecure = false } = target.tls;
  const socket = connectTls({
    socket: plain,
    ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: !insecure,
  });
  try {
    await ready(socket, 'secureConnect', signal);
    return socket;
  } catch (cause) {
    plain.destroy();
    signal.throwIfAborted();
    throw tlsError(cause, target);
  }
}

/** Resolves at the given event; on failure or abort the socket is destroyed. */
function ready(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown): void => {
      socket.off(event, settle);
      socket.off('error', settle);
      socket.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) {
        resolve();
      } else {
        socket.on('error', () => {}); // a late error of a socket that is given up
        socket.destroy();
        reject(error);
      }
    };
    const onClose = (): void => settle(new Error('the connection was closed'));
    const onAbort = (): void => settle(signal.reason);
    socket.once(event, () => settle());
    socket.once('error', settle);
    socket.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    }
  });
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function connectError(cause: unknown, { host, port }: DialTarget): NetworkError {
  const systemCode = systemCodeOf(cause);
  if (systemCode === 'ECONNREFUSED') {
    return new NetworkError('ERR_REFUSED', `nothing listens on ${host} port ${port}`, {
      stage: 'tcp',
      advice: 'check host and port, and that the server is running',
      cause,
    });
  }
  return new NetworkError('ERR_NETWORK', `no connection to ${host} port ${port} (${systemCode})`, {
    stage: 'tcp',
    advice: 'check the network, a firewall may be in the way',
    cause,
  });
}

function tlsError(cause: unknown, { host, port }: DialTarget): NetworkError {
  const words = cause instanceof Error ? cause.message : String(cause);
  const isCertificate = /certificate|CERT|altname|self.signed/i.test(`${systemCodeOf(cause)} ${words}`);
  return new NetworkError('ERR_TLS', `TLS with ${host} port ${port} failed`, {
    stage: 'tls',
    peerWords: words,
    advice: isCertificate
      ? 'check the certificate, or trust it with --tls-ca FILE (or --tls-insecure for a test)'
      : 'the server may not speak TLS on this port; try rtmp:// instead of rtmps://',
    cause,
  });
}

/** The operating system's or OpenSSL's name for a failure, like `ECONNRESET`. */
export function systemCodeOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) {
    return systemCodeOf(cause.errors[0]);
  }
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'unknown failure';
}
