import { type Status, StatusCode } from './status.js';

/** What an onStatus means for the stream that a client publishes or plays. */
export type StatusMeaning =
  /** Media may flow. */
  | 'started'
  /** The server does not let us. */
  | 'rejected'
  /** It was running and is over. */
  | 'ended'
  /** Anything else. */
  | 'news';

const CONNECTION_ENDS: ReadonlySet<string> = new Set([
  StatusCode.ConnectClosed,
  StatusCode.ConnectAppShutdown,
  StatusCode.ConnectIdleTimeOut,
  StatusCode.ConnectRejected,
  StatusCode.ConnectFailed,
  StatusCode.ConnectInvalidApp,
]);

/** Whether the code tells that the whole connection is refused or over. */
export function endsConnection(code: string): boolean {
  return CONNECTION_ENDS.has(code);
}

const PUBLISH_REFUSALS: ReadonlySet<string> = new Set([
  StatusCode.PublishBadName,
  StatusCode.PublishDenied,
  StatusCode.PublishRejected,
  StatusCode.PublishUnauthorized,
  StatusCode.Failed,
]);

/** Some servers never send Play.Start but tell that the publisher is there. */
const PLAY_STARTS: ReadonlySet<string> = new Set([StatusCode.PlayStart, StatusCode.PlayPublishNotify]);

const PLAY_ENDS: ReadonlySet<string> = new Set([
  StatusCode.PlayStop,
  StatusCode.PlayComplete,
  StatusCode.PlayUnpublishNotify,
]);

const PLAY_REFUSALS: ReadonlySet<string> = new Set([
  StatusCode.PlayStreamNotFound,
  StatusCode.PlayFailed,
  StatusCode.PlayFileStructureInvalid,
  StatusCode.PlayNoSupportedTrackFound,
  StatusCode.Failed,
]);

/**
 * Servers agree on codes, but not on ids and order, so only the code counts, and the level while an answer is awaited:
 * then every error is a refusal, whatever its code.
 */
export function meaningOfStatus({ level, code }: Status, role: 'publish' | 'play', isRunning: boolean): StatusMeaning {
  if (endsConnection(code)) {
    return isRunning ? 'ended' : 'rejected';
  }
  return isRunning ? meaningWhileRunning(code, role) : meaningBefore(level, code, role);
}

function meaningBefore(level: Status['level'], code: string, role: 'publish' | 'play'): StatusMeaning {
  if (role === 'publish' ? code === StatusCode.PublishStart : PLAY_STARTS.has(code)) {
    return 'started';
  }
  return level === 'error' ? 'rejected' : 'news';
}

function meaningWhileRunning(code: string, role: 'publish' | 'play'): StatusMeaning {
  if (role === 'publish' ? code === StatusCode.UnpublishSuccess : PLAY_ENDS.has(code)) {
    return 'ended';
  }
  return (role === 'publish' ? PUBLISH_REFUSALS : PLAY_REFUSALS).has(code) ? 'rejected' : 'news';
}
