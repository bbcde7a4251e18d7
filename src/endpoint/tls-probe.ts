import { NetworkError, ProtocolError } from '../errors.js';
import { dial } from '../net/dial.js';
import type { RtmpUrl } from '../rtmp/url.js';

/** The answer is only for a better message: nobody waits long for it. */
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Finds out whether a server that closed plain RTMP without a word did so because it wants TLS: most TLS servers say nothing
 * to bytes that are none of theirs. Asks by a TLS handshake of its own.
 *
 * @returns the error that says so, or the one that was given
 */
export async function explainSilentClose(error: unknown, url: RtmpUrl, signal: AbortSignal): Promise<unknown> {
  const isSilentClose =
    error instanceof NetworkError && error.code === 'ERR_CONNECTION_LOST' && error.stage === 'handshake';
  if (!isSilentClose || url.scheme === 'rtmps' || signal.aborted || !(await speaksTls(url, signal))) {
    return error;
  }
  return new ProtocolError(
    'ERR_TLS_ON_PLAIN_PORT',
    `${url.host} speaks TLS on port ${url.port}, but plain RTMP was expected`,
    { stage: 'handshake', advice: 'try rtmps:// in place of rtmp://', cause: error },
  );
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
