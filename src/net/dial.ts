import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import {
  connect as connectTls,
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { NetworkError, UsageError } from '../errors.js';
import { ReadBuffer } from './read-buffer.js';
import { systemCodeOf } from './system-code.js';
import { tlsFailure, wordsOf } from './tls-failure.js';
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

/** How long one of several addresses may take before the next one is tried: long enough for a lost packet to be sent again. */
const ATTEMPT_TIMEOUT_MS = 2_000;

/** A connection that is ready for the first RTMP byte. */
export interface Dialed {
  /** Paused, unless it speaks TLS: who takes it over lets it run. */
  readonly socket: Socket;
  /** What it reads into. `undefined` with TLS, whose bytes come as `data` events. */
  readonly reads: ReadBuffer | undefined;
  /** `undefined` without TLS. */
  readonly tls: TlsSession | undefined;
}

/** What the two sides have agreed on. */
export interface TlsSession {
  /** Such as `TLSv1.3`. */
  readonly version: string | undefined;
  /** By its standard name. */
  readonly cipher: string | undefined;
  /** Until when the server's certificate is valid. */
  readonly certificateEnd: Date | undefined;
}

/**
 * Opens a connection: name, TCP, and TLS where the target asks for it.
 *
 * @throws {NetworkError} `ERR_DNS`, `ERR_REFUSED`, `ERR_NETWORK` or `ERR_TLS`; the signal's reason when aborted.
 * @throws {UsageError} when a certificate or key of ours is of no use
 */
export async function dial(target: DialTarget, options: DialOptions): Promise<Dialed> {
  const secureContext = target.secure ? secureContextFor(target.tls) : undefined;
  const addresses = await resolve(target, options);
  options.onStage('tcp');
  if (secureContext === undefined) {
    const reads = new ReadBuffer();
    const socket = await connect(addresses, target, { onread: reads.onread }, options.signal);
    return { socket, reads, tls: undefined };
  }
  const plain = await connect(addresses, target, {}, options.signal);
  options.onStage('tls');
  const socket = await secureSocket(plain, secureContext, target, options.signal);
  return { socket, reads: undefined, tls: tlsSessionOf(socket) };
}

function tlsSessionOf(socket: TLSSocket): TlsSession {
  const validTo = socket.getPeerCertificate()?.valid_to;
  return {
    version: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher()?.standardName,
    certificateEnd: validTo === undefined ? undefined : new Date(validTo),
  };
}

/** Done before anything is sent, so that nobody waits for a connection that cannot be. */
function secureContextFor({ ca, certificate, key }: TlsOptions): SecureContext {
  try {
    return createSecureContext({
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
    });
  } catch (cause) {
    throw new UsageError('ERR_USAGE', `the certificate or key for TLS cannot be used (${wordsOf(cause)})`, {
      stage: 'options',
      advice: 'check that the files are PEM, and that certificate and key belong together',
      cause,
    });
  }
}

async function resolve(target: DialTarget, { signal, onStage }: DialOptions): Promise<readonly LookupAddress[]> {
  signal.throwIfAborted();
  const family = isIP(target.host);
  if (family !== 0) {
    return [{ address: target.host, family }];
  }
  onStage('dns');
  return abortable(lookup(target.host, { all: true, order: 'verbatim' }), signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new NetworkError('ERR_DNS', `the host name "${target.host}" cannot be resolved`, {
      stage: 'dns',
      advice: 'check the spelling of the host and the network connection',
      cause,
    });
  });
}

/**
 * Tries one address after the other: `localhost` may be two of them of which only one has a listener, and many a network has
 * addresses of a kind that it does not carry.
 */
async function connect(
  addresses: readonly LookupAddress[],
  target: DialTarget,
  reading: Pick<TcpNetConnectOpts, 'onread'>,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connectTcp({
    ...reading,
    host: target.host,
    port: target.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    lookup: (_host, _options, found) => found(null, [...addresses]),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ATTEMPT_TIMEOUT_MS,
  });
  if (reading.onread !== undefined) {
    socket.pause(); // nobody is there yet to take what comes
  }
  try {
    await ready(socket, 'connect', signal);
    return socket;
  } catch (cause) {
    signal.throwIfAborted();
    throw connectError(cause, target);
  }
}

async function secureSocket(
  plain: Socket,
  secureContext: SecureContext,
  target: DialTarget,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = connectTls({
    socket: plain,
    secureContext,
    host: target.host, // whose certificate it has to be
    ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
    rejectUnauthorized: target.tls.insecure !== true,
  });
  try {
    await ready(socket, 'secureConnect', signal);
    return socket;
  } catch (cause) {
    plain.destroy();
    signal.throwIfAborted();
    throw tlsFailure(cause, `TLS with ${target.host} port ${target.port}`);
  }
}

/** Resolves at the given event; on failure or abort the socket is destroyed. */
async function ready(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  try {
    await once(socket, event, { signal });
  } catch (cause) {
    socket.on('error', () => {}); // a late error of a socket that is given up
    socket.destroy();
    throw cause;
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) {
      onAbort();
    }
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
