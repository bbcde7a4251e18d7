import { createHash } from 'node:crypto';
import type { Credentials } from './credentials.js';

/** What the server sends in round 2. */
export interface LimelightChallenge {
  readonly nonce: string;
}

const REALM = 'live';
const METHOD = 'publish';
const QOP = 'auth';
/** The client's first and only use of the nonce. */
const NONCE_COUNT = '00000001';
const DEFAULT_INSTANCE = '/_definst_';

/**
 * The proof of round 3, in lower-case hex: HTTP digest authentication (RFC 2617) with a fixed realm and method.
 *
 * @param app as of the URL; its query does not count
 * @param clientNonce any text of the client's own choice, new for each attempt
 */
export function limelightResponse(
  { user, password }: Credentials,
  { nonce }: LimelightChallenge,
  app: string,
  clientNonce: string,
): string {
  const secret = md5Hex(`${user}:${REALM}:${password}`);
  const [path = ''] = app.split('?', 1);
  const action = md5Hex(`${METHOD}:/${path}${path.includes('/') ? '' : DEFAULT_INSTANCE}`);
  return md5Hex([secret, nonce, NONCE_COUNT, clientNonce, QOP, action].join(':'));
}

/** What app and tcUrl end in when the client answers: round 3. */
export function limelightAnswerSuffix(
  credentials: Credentials,
  challenge: LimelightChallenge,
  app: string,
  clientNonce: string,
): string {
  const response = limelightResponse(credentials, challenge, app, clientNonce);
  const nonces = `nonce=${challenge.nonce}&cnonce=${clientNonce}&nc=${NONCE_COUNT}`;
  return `?authmod=llnw&user=${credentials.user}&${nonces}&response=${response}`;
}

function md5Hex(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex');
}
