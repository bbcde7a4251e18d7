import { createHash } from 'node:crypto';
import type { Credentials } from './credentials.js';

/** What the server sends in round 2; empty where it sends nothing. */
export interface AdobeChallenge {
  readonly salt: string;
  readonly challenge: string;
  readonly opaque: string;
}

/**
 * The proof of round 3, in base64: `md5(base64(md5(user + salt + password)) + (opaque or challenge) + clientChallenge)`.
 *
 * @param clientChallenge any text of the client's own choice, new for each attempt
 */
export function adobeResponse(
  { user, password }: Credentials,
  { salt, challenge, opaque }: AdobeChallenge,
  clientChallenge: string,
): string {
  const secret = md5Base64(user + salt + password);
  return md5Base64(secret + (opaque === '' ? challenge : opaque) + clientChallenge);
}

/** What app and tcUrl end in when the client answers: round 3. */
export function adobeAnswerSuffix(
  credentials: Credentials,
  challenge: AdobeChallenge,
  clientChallenge: string,
): string {
  const response = adobeResponse(credentials, challenge, clientChallenge);
  const opaque = challenge.opaque === '' ? '' : `&opaque=${challenge.opaque}`;
  return `?authmod=adobe&user=${credentials.user}&challenge=${clientChallenge}&response=${response}${opaque}`;
}

function md5Base64(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('base64');
}
