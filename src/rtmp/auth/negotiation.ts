import { RejectedError } from '../../errors.js';
import { adobeAnswerSuffix } from './adobe.js';
import type { Credentials } from './credentials.js';
import { type AuthDemand, parseAuthDescription, redactAuthDescription } from './description.js';
import { limelightAnswerSuffix } from './limelight.js';

/**
 * How far a client has come with a server that asks for credentials: it has said nothing, its user name, or the answer
 * to a challenge. Each step is a new TCP connection.
 */
export type AuthState = 'anonymous' | 'named' | 'answered';

/** What to do after a refused `connect`. */
export type AuthStep =
  /** Connect again, with `suffix` behind the app and the tcUrl of the URL (not behind those of the last attempt). */
  | { readonly type: 'reconnect'; readonly suffix: string; readonly state: AuthState }
  | { readonly type: 'failed'; readonly error: RejectedError };

export interface AuthRefusal {
  /** `anonymous` at first, then that of the last step. */
  readonly state: AuthState;
  /** Of the information object with which the server refused `connect`. */
  readonly description: string;
  readonly credentials: Credentials | undefined;
  /** The app of the URL, without any suffix. */
  readonly app: string;
  /** At least 4 random bytes, new for each step. */
  readonly random: Uint8Array;
}

/**
 * The next step of Adobe's or Limelight's exchange (`authmod=adobe`, `authmod=llnw`), which takes two reconnects.
 *
 * @returns `undefined` when the server refused for another reason; a `failed` step carries `ERR_AUTH`
 */
export function nextAuthStep(refusal: AuthRefusal): AuthStep | undefined {
  const { state, description, credentials } = refusal;
  const demand = parseAuthDescription(description);
  if (demand === undefined) {
    return undefined;
  }
  if (demand.type === 'refused' || demand.type === 'unknownAuthMod') {
    return failed(description, ...wordsForRefusal(demand));
  }
  if (credentials === undefined) {
    return failed(
      description,
      'the server asks for a user and password, but none was given',
      'put user:password@ in front of the host in the URL',
    );
  }
  if (state === 'answered' || (state === 'named' && demand.type === 'userWanted')) {
    return failed(description, 'the server asks for the same credentials again', 'check the user and password');
  }
  return demand.type === 'userWanted'
    ? { type: 'reconnect', suffix: `?authmod=${demand.authMod}&user=${credentials.user}`, state: 'named' }
    : { type: 'reconnect', suffix: answerSuffix(demand, credentials, refusal), state: 'answered' };
}

function answerSuffix(
  demand: AuthDemand & { readonly type: 'challenge' },
  credentials: Credentials,
  { app, random }: AuthRefusal,
): string {
  const ownChallenge = hex(random.subarray(0, 4));
  return demand.authMod === 'adobe'
    ? adobeAnswerSuffix(credentials, demand.challenge, ownChallenge)
    : limelightAnswerSuffix(credentials, demand.challenge, app, ownChallenge);
}

function wordsForRefusal(
  demand: AuthDemand & { readonly type: 'refused' | 'unknownAuthMod' },
): [message: string, advice: string] {
  if (demand.type === 'unknownAuthMod') {
    return [
      `the server asks for authentication by "${demand.authMod}", which is not supported`,
      'ask the service for a stream key or token instead',
    ];
  }
  switch (demand.reason) {
    case 'nosuchuser':
      return ['the server does not know the user', 'check the user name'];
    case 'authfailed':
    case 'authfail':
      return ['the server refused the password', 'check the user and password; in a URL write an @ as %40'];
    default:
      return ['the server refused the credentials', 'check the user and password'];
  }
}

function failed(description: string, message: string, advice: string): AuthStep {
  const peerWords = redactAuthDescription(description).trim();
  return { type: 'failed', error: new RejectedError('ERR_AUTH', message, { stage: 'connect', peerWords, advice }) };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
