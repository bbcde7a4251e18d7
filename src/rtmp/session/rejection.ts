import { type ErrorCode, RejectedError, type RtmpkitError, type Stage } from '../../errors.js';
import type { ClientEvent } from './events.js';
import { type Status, StatusCode } from './status.js';

type RejectedCommand = Extract<ClientEvent, { type: 'rejected' }>['command'];

/** What was asked for; `RtmpUrl` is one. */
export interface RejectionContext {
  readonly app: string;
  /** Secret: it is cut out of what the server says. */
  readonly streamName: string;
  /** Safe to show. */
  readonly redacted: string;
}

/** Turns the refusal of a server into the error that a person gets to see, with the server's own words. */
export function rejectionToError(command: RejectedCommand, status: Status, context: RejectionContext): RtmpkitError {
  const code = errorCodeOf(status);
  return new RejectedError(code, messageFor(code, command, context), {
    stage: STAGE[command],
    peerWords: peerWordsOf(status, context),
    advice: ADVICE[code],
  });
}

const STAGE: Readonly<Record<RejectedCommand, Stage>> = {
  connect: 'connect',
  createStream: 'connect',
  publish: 'publish',
  play: 'play',
};

const ADVICE: Partial<Record<ErrorCode, string>> = {
  ERR_APP_NOT_FOUND: 'check the app, the part of the URL before the stream name',
  ERR_STREAM_NOT_FOUND: 'check the stream name, and that somebody publishes it',
  ERR_STREAM_BUSY: 'stop the other publisher, or take another stream name',
  ERR_AUTH: 'check user, password, stream key or token',
  ERR_DENIED: 'check the stream key and what the server allows you to do',
};

const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  [StatusCode.ConnectInvalidApp, 'ERR_APP_NOT_FOUND'],
  [StatusCode.PlayStreamNotFound, 'ERR_STREAM_NOT_FOUND'],
  [StatusCode.PublishBadName, 'ERR_STREAM_BUSY'],
  [StatusCode.PublishUnauthorized, 'ERR_AUTH'],
]);

/** Other codes are all-purpose: servers that check a user say so in the description, some in a code of their own. */
const AUTHENTICATION_WORDS = /auth|password|credential|nosuchuser|login|token|(stream|publish) ?key/i;
const PERMISSION_WORDS = /denied|forbidden|not allowed|permission|code=403/i;

function errorCodeOf({ code, description }: Status): ErrorCode {
  const known = CODES.get(code);
  if (known !== undefined) {
    return known;
  }
  const words = `${code} ${description}`;
  if (AUTHENTICATION_WORDS.test(words)) {
    return 'ERR_AUTH';
  }
  return PERMISSION_WORDS.test(words) ? 'ERR_DENIED' : 'ERR_REJECTED';
}

function messageFor(code: ErrorCode, command: RejectedCommand, { app, redacted }: RejectionContext): string {
  switch (code) {
    case 'ERR_APP_NOT_FOUND':
      return `the server has no app "${appWithoutQuery(app)}" (${redacted})`;
    case 'ERR_STREAM_NOT_FOUND':
      return `there is no such stream: ${redacted}`;
    case 'ERR_STREAM_BUSY':
      return `the stream name is already in use: ${redacted}`;
    case 'ERR_AUTH':
      return `the server wants valid credentials for ${command} (${redacted})`;
    case 'ERR_DENIED':
      return `the server does not allow ${command} (${redacted})`;
    default:
      return `the server refused ${command} (${redacted})`;
  }
}

/** Credentials may stand there. */
function appWithoutQuery(app: string): string {
  return app.split('?', 1)[0] ?? '';
}

const MAX_PEER_WORDS_LENGTH = 300;

/** Code and description, on one line and without secrets: servers like to repeat the stream name. */
function peerWordsOf({ code, description }: Status, { streamName }: RejectionContext): string {
  const words = [code, withoutSecrets(description, streamName)].filter((part) => part !== '').join(': ');
  return words.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_PEER_WORDS_LENGTH);
}

function withoutSecrets(words: string, streamName: string): string {
  const queryAt = streamName.indexOf('?');
  const key = queryAt < 0 ? streamName : streamName.slice(0, queryAt);
  return (
    [streamName, key]
      .filter((secret) => secret !== '')
      .reduce((text, secret) => text.replaceAll(wholeWord(secret), HIDDEN), words)
      // What a challenge for a password consists of, and whatever else looks like a query.
      .replaceAll(/([?&][\w.-]+=)[^&\s]+/g, `$1${HIDDEN}`)
  );
}

const HIDDEN = '****';

/** Where the text is not part of a longer word: a stream may be called `a`. */
function wholeWord(text: string): RegExp {
  return new RegExp(`(?<!\\w)${text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}(?!\\w)`, 'g');
}
