import { isIP, type Socket } from 'node:net';
import {
  connect as connectTls,
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { UsageError } from '../errors.js';
import { ready } from './ready.js';
import { tlsFailure, wordsOf } from './tls-failure.js';
import type { TlsOptions } from './tls-options.js';

/** Who has to be at the other end. */
export interface SecurePeer {
  /** Whose certificate it has to be. */
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions;
}

/** What the two sides have agreed on. */
export interface TlsSession {
  /** Such as `TLSv1.3`. */
  readonly version: string | undefined;
  /** By its standard name. */
  readonly cipher: string | undefined;
  /** Until when the server's certificate is valid. */
  readonly certificateEnd: Date | undefined;
  /** It has asked for a certificate of ours, whether or not it insists on one. */
  readonly asksForCertificate: boolean;
}

/**
 * Done before anything is sent, so that nobody waits for a connection that cannot be.
 *
 * @throws {UsageError} when a certificate or key of ours is of no use
 */
export function secureContextFor({ ca, certificate, key }: TlsOptions): SecureContext {
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

/**
 * Speaks TLS on a connection from now on.
 *
 * @throws {NetworkError} `ERR_TLS`; the signal's reason when aborted
 */
export async function secured(
  plain: Socket,
  secureContext: SecureContext,
  { host, port, tls }: SecurePeer,
  signal: AbortSignal,
): Promise<{ readonly socket: TLSSocket; readonly tls: TlsSession }> {
  const socket = connectTls({
    socket: plain,
    secureContext,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: tls.insecure !== true,
  });
  try {
    await ready(socket, 'secureConnect', signal);
    return { socket, tls: sessionOf(socket) };
  } catch (cause) {
    plain.destroy();
    signal.throwIfAborted();
    throw tlsFailure(cause, `TLS with ${host} port ${port}`);
  }
}

function sessionOf(socket: TLSSocket): TlsSession {
  const validTo = socket.getPeerCertificate()?.valid_to;
  return {
    version: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher()?.standardName,
    certificateEnd: validTo === undefined ? undefined : new Date(validTo),
    asksForCertificate: socket.getSharedSigalgs().length > 0, // a server names them in that request only (RFC 8446 4.3.2)
  };
}
