import { NetworkError } from '../errors.js';
import { systemCodeOf } from './system-code.js';

interface Diagnosis {
  readonly words: string;
  readonly advice: string;
}

const SHOW_CERTIFICATE = 'show a certificate with --tls-cert FILE --tls-key FILE';

/** Alerts of the other side, as OpenSSL names them in error codes, about the certificate that we show (RFC 8446 6.2). */
const OUR_CERTIFICATE =
  /_ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(REVOKED|EXPIRED|UNKNOWN)|UNKNOWN_CA|ACCESS_DENIED)$/;

/** Whether a socket failed because of TLS. It may do so late: with TLS 1.3 alerts about certificates follow the handshake. */
export function isTlsFailure(cause: unknown): boolean {
  return systemCodeOf(cause).startsWith('ERR_SSL_');
}

/** @param partner whom we spoke with, like `TLS with HOST port PORT` */
export function tlsFailure(cause: unknown, partner: string): NetworkError {
  const { words, advice } = diagnose(systemCodeOf(cause), wordsOf(cause));
  return new NetworkError('ERR_TLS', `${partner} failed: ${words}`, { stage: 'tls', advice, cause });
}

function diagnose(code: string, words: string): Diagnosis {
  if (code.endsWith('_ALERT_CERTIFICATE_REQUIRED')) {
    return { words: 'the other side wants a certificate from us', advice: SHOW_CERTIFICATE };
  }
  if (OUR_CERTIFICATE.test(code)) {
    return {
      words: `the other side does not accept our certificate (${words})`,
      advice: 'check --tls-cert and --tls-key',
    };
  }
  if (code.endsWith('_ALERT_HANDSHAKE_FAILURE')) {
    return { words, advice: `the server may want to know us: ${SHOW_CERTIFICATE}` };
  }
  if (/certificate|CERT|altname|self.signed/i.test(`${code} ${words}`)) {
    return { words, advice: 'check the certificate, or trust it with --tls-ca FILE (or --tls-insecure for a test)' };
  }
  return { words, advice: 'the server may not speak TLS on this port; try rtmp:// instead of rtmps://' };
}

/** OpenSSL's messages are full of its own file names; what they mean stands in `reason`. */
export function wordsOf(cause: unknown): string {
  if (cause instanceof Error && 'reason' in cause && typeof cause.reason === 'string') {
    return cause.reason;
  }
  return cause instanceof Error ? cause.message : String(cause);
}
