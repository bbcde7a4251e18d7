import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { NetworkError } from '../errors.js';
import { ReadBuffer } from './read-buffer.js';
import { ready } from './ready.js';
import type { TlsSession } from './secure-socket.js';
import { systemCodeOf } from './system-code.js';
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

/**
 * Opens a connection: name, TCP, and TLS where the target asks for it.
 *
 * @throws {NetworkError} `ERR_DNS`, `ERR_REFUSED`, `ERR_NETWORK` or `ERR_TLS`; the signal's reason when aborted.
 * @throws {UsageError} when a certificate or key of ours is of no use
 */
export async function dial(target: DialTarget, options: DialOptions): Promise<Dialed> {
  return target.secure ? dialSecurely(target, options) : dialPlainly(target, options);
}

async function dialPlainly(target: DialTarget, options: DialOptions): Promise<Dialed> {
  const addresses = await resolve(target, options);
  options.onStage('tcp');
  const reads = new ReadBuffer();
  const socket = await connect(addresses, target, { onread: reads.onread }, options.signal);
  return { socket, reads, tls: undefined };
}

async function dialSecurely(target: DialTarget, options: DialOptions): Promise<Dialed> {
  const { secureContextFor, secured } = await import('./secure-socket.js'); // TLS takes long to load
  const secureContext = secureContextFor(target.tls);
  const addresses = await resolve(target, options);
  options.onStage('tcp');
  const plain = await connect(addresses, target, {}, options.signal);
  options.onStage('tls');
  return { ...(await secured(plain, secureContext, target, options.signal)), reads: undefined };
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
