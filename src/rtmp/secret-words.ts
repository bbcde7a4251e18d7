import { splitOnce } from './url-parts.js';
import { HIDDEN } from './url-redaction.js';

/** From this length on a secret is covered wherever it stands; shorter ones could be parts of ordinary words. */
const DISTINCTIVE_LENGTH = 8;

/** What a secret looks like in a text. */
export interface SecretPattern {
  readonly secret: string;
  /** Where a short one is to be found. It takes long to compile: it is kept, and asked only about texts that have the secret. */
  readonly expression: RegExp | undefined;
}

/** What is secret about a stream, or could be. */
export interface StreamSecrets {
  /** Its query, and no more. */
  readonly app: string;
  readonly streamName: string;
  readonly user?: string;
  readonly password?: string;
}

/** The texts to be covered, in all their spellings. The longest first, so that a name with its query goes before the name. */
export function secretsOf({ app, streamName, user, password }: StreamSecrets): string[] {
  const [name, query] = splitOnce(streamName, '?');
  const appQuery = splitOnce(app, '?')[1];
  const queryValues = [...query.split('&'), ...appQuery.split('&')].map((pair) => splitOnce(pair, '=')[1]);
  const texts = [streamName, name, query, appQuery, ...queryValues, user ?? '', password ?? ''];
  const all = new Set(
    texts.flatMap((text) => [text, respelt(text, decodeURIComponent), respelt(text, encodeURIComponent)]),
  );
  return [...all].filter((text) => text !== '').sort((one, other) => other.length - one.length);
}

/** Finds a short secret where it stands as a whole word. */
export function wordPattern(secret: string): SecretPattern {
  return secretPattern(secret, (word) => `(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`);
}

/** @param expressionFor says where a short secret, escaped already, is to be found */
export function secretPattern(secret: string, expressionFor: (escaped: string) => string): SecretPattern {
  const isDistinctive = secret.length >= DISTINCTIVE_LENGTH;
  return { secret, expression: isDistinctive ? undefined : new RegExp(expressionFor(escapeForRegExp(secret)), 'gu') };
}

export function withHidden(text: string, patterns: readonly SecretPattern[]): string {
  return patterns.reduce(
    (covered, { secret, expression }) =>
      covered.includes(secret) ? covered.replaceAll(expression ?? secret, HIDDEN) : covered,
    text,
  );
}

export function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function respelt(text: string, respell: (text: string) => string): string {
  try {
    return respell(text);
  } catch {
    return text; // it has no such spelling
  }
}
