import { NetworkError, RejectedError, type RtmpkitError, type Stage } from '../errors.js';
import type { RtmpUrl } from '../rtmp/url.js';

/** The stages of a link in which the server's silence or goodbye has a meaning of its own. */
export type OpeningStage = 'handshake' | 'connect' | 'publish' | 'play';

/**
 * What it means when a server closes a connection without a word. Several servers refuse in this way: nginx-rtmp an
 * unknown app, others a key they do not know.
 */
export function closedEarly(stage: OpeningStage, url: RtmpUrl): RtmpkitError {
  switch (stage) {
    case 'handshake':
      return new NetworkError('ERR_CONNECTION_LOST', `${url.host} closed the connection during the RTMP handshake`, {
        stage,
        advice:
          url.scheme === 'rtmps'
            ? 'check that an RTMP server listens behind this port; it may want another certificate from us (--tls-cert)'
            : 'check that an RTMP server listens on this port; a TLS port needs rtmps://',
      });
    case 'connect':
      return new RejectedError(
        'ERR_APP_NOT_FOUND',
        `${url.host} closed the connection when asked for app "${url.app}"`,
        {
          stage,
          advice: 'check the app, the part of the URL before the stream name',
        },
      );
    case 'publish':
      return new RejectedError('ERR_DENIED', `${url.host} closed the connection when asked to publish`, {
        stage,
        advice: 'check the stream key; the server gave no reason',
      });
    case 'play':
      return new RejectedError('ERR_STREAM_NOT_FOUND', `${url.host} closed the connection when asked to play`, {
        stage,
        advice: 'check the stream name, and that somebody publishes it',
      });
  }
}

/** Says what was waited for when the time was up. */
export function tooLate(stage: Stage, url: RtmpUrl, timeoutMs: number): RtmpkitError {
  return new NetworkError(
    'ERR_TIMEOUT',
    `${url.host} gave no answer in ${timeoutMs / 1000} s (${WAITED_FOR[stage] ?? stage})`,
    {
      stage,
      advice: LATE_ADVICE[stage] ?? 'try again, or allow more time with --timeout',
    },
  );
}

const WAITED_FOR: Partial<Record<Stage, string>> = {
  dns: 'looking up the name',
  tcp: 'opening the connection',
  tls: 'TLS handshake',
  handshake: 'RTMP handshake',
  connect: 'answer to connect',
  publish: 'leave to publish',
  play: 'start of the stream',
};

const LATE_ADVICE: Partial<Record<Stage, string>> = {
  tcp: 'check host and port; a firewall may swallow the packets',
  handshake: 'the port is open but nobody speaks RTMP there; check the port, a TLS port needs rtmps://',
};

/** The same error, told with the stage in which it came. A failure of TLS stays one, however late it comes. */
export function atStage(error: RtmpkitError, stage: OpeningStage): RtmpkitError {
  if (!(error instanceof NetworkError) || error.stage === stage || error.stage === 'tls') {
    return error;
  }
  const { advice } = error;
  return new NetworkError(error.code, `${error.message} during ${WAITED_FOR[stage]}`, { stage, advice, cause: error });
}

/** Nothing moves on a running stream. */
export function stalled(url: RtmpUrl, stallTimeoutMs: number): NetworkError {
  const seconds = Math.round(stallTimeoutMs / 1000);
  return new NetworkError('ERR_STALLED', `nothing moved for ${seconds} s between us and ${url.host}`, {
    stage: 'stream',
    advice: 'the stream may have stopped at its source; --stall-timeout sets how long to wait',
  });
}

/** The server takes no more of a stream that runs, as it does when it is stopped. @param peerWords how it said so */
export function streamRefused(peerWords: string): NetworkError {
  return new NetworkError('ERR_CONNECTION_LOST', 'the server ended the stream while we were publishing', {
    stage: 'stream',
    peerWords,
    advice: 'the server may have been stopped, or somebody there ended the stream; its log has the reason',
  });
}

/** The server went away from a running stream. */
export function connectionEnded(how: string): NetworkError {
  return new NetworkError('ERR_CONNECTION_LOST', `the server closed the connection ${how}`, {
    stage: 'stream',
    advice: "look into the server's log for the reason",
  });
}
