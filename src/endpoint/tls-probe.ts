import { NetworkError, ProtocolError } from '../errors.js';
import { dial } from '../net/dial.js';
import type { RtmpUrl } from '../rtmp/url.js';

/** The answer is only for a better message: nobody waits long for it. */
const PROBE_TIMEOUT_MS = 2_000;

/** A connection that could not be opened. */
export interface FailedOpening {
  readonly url: RtmpUrl;
  readonly signal: AbortSignal;
  /** Over TLS the server has asked for a certificate, has got none, and has not sent a byte. */
  readonly lacksCertificate: boolean;
}

/**
 * Finds out why a server closed a connection without a word. Over TLS it may have wanted a certificate that we did not show: with
 * TLS 1.3 it learns that when our handshake is over, and not all say why they leave. In plain RTMP it may want TLS: most TLS
 * servers say nothing to bytes that are none of theirs. That is asked by a TLS handshake of its own.
 *
 * @returns the error that says so, or the one that was given
 */
export async function explainSilentClose(error: unknown, opening: FailedOpening): Promise<unknown> {
  const { url, signal, lacksCertificate } = opening;
  const isSilentClose =
    error instanceof NetworkError && error.code === 'ERR_CONNECTION_LOST' && error.stage === 'handshake';
  if (!isSilentClose) return error;
  if (lacksCertificate) return certificateMissing(url, error);
  if (url.scheme === 'rtmps' || signal.aborted || !(await speaksTls(url, signal))) return error;
  return new ProtocolError(
    'ERR_TLS_ON_PLAIN_PORT',
    `${url.host} speaks TLS on port ${url.port}, but plain RTMP was expected`,
    { stage: 'handshake', advice: 'try rtmps:// in place of rtmp://', cause: error },
  );
}

function certificateMissing({ host, port }: RtmpUrl, cause: NetworkError): NetworkError {
  const message = `${host} port ${port} asked for a certificate, got none, and closed the connection`;
  const advice = 'show a certificate with --tls-cert FILE --tls-key FILE';
  return new NetworkError('ERR_TLS_CERTIFICATE_MISSING', message, { stage: 'tls', advice, cause });
}

async function speaksTls({ host, port }: RtmpUrl, parent: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([parent, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
  try {
    const { socket } = await dial({ host, port, secure: true, tls: { insecure: true } }, { signal, onStage: () => {} });
    socket.destroy();
    return true;
  } catch {
    return false; // it does not, or it cannot be told
  }
}
