import type { AdobeChallenge } from './adobe.js';
import type { LimelightChallenge } from './limelight.js';

type AuthMod = 'adobe' | 'llnw';

/** What the description of a refused `connect` says about authentication. */
export type AuthDemand =
  /** Round 1: say who you are. */
  | { readonly type: 'userWanted'; readonly authMod: AuthMod }
  /** Round 2: prove it. */
  | { readonly type: 'challenge'; readonly authMod: 'adobe'; readonly challenge: AdobeChallenge }
  | { readonly type: 'challenge'; readonly authMod: 'llnw'; readonly challenge: LimelightChallenge }
  /** The last word. `authfailed`, `nosuchuser`, or what else the server gives as reason. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'unknownAuthMod'; readonly authMod: string };

/**
 * Reads descriptions like `[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : `, with or without the
 * brackets. Values are taken as they stand: nothing is percent-decoded, and an `=` in base64 stays.
 *
 * @returns `undefined` when it is about something else
 */
export function parseAuthDescription(description: string): AuthDemand | undefined {
  const parameters = parseParameters(description);
  const reason = parameters.get('reason');
  if (reason !== undefined && reason !== 'needauth') {
    return { type: 'refused', reason };
  }
  const authMod = /authmod=([\w-]{1,32})/.exec(description)?.[1];
  if (authMod === undefined) {
    return undefined;
  }
  if (authMod !== 'adobe' && authMod !== 'llnw') {
    return { type: 'unknownAuthMod', authMod };
  }
  if (reason === 'needauth') {
    return challengeDemand(authMod, parameters);
  }
  return description.includes('code=403 need auth') ? { type: 'userWanted', authMod } : undefined;
}

/** The description without the values of a challenge, for people and logs. */
export function redactAuthDescription(description: string): string {
  return description.replace(/&.*$/s, '');
}

function challengeDemand(authMod: AuthMod, parameters: ReadonlyMap<string, string>): AuthDemand {
  const value = (name: string): string => parameters.get(name) ?? '';
  return authMod === 'adobe'
    ? {
        type: 'challenge',
        authMod,
        challenge: { salt: value('salt'), challenge: value('challenge'), opaque: value('opaque') },
      }
    : { type: 'challenge', authMod, challenge: { nonce: value('nonce') } };
}

/** What follows `?reason=`, split at `&` and each at its first `=`. */
function parseParameters(description: string): ReadonlyMap<string, string> {
  const at = description.indexOf('?reason=');
  const pairs =
    at < 0
      ? []
      : description
          .slice(at + 1)
          .trimEnd()
          .split('&');
  return new Map(
    pairs.map((pair): [string, string] => {
      const [name = ''] = pair.split('=', 1);
      return [name, pair.slice(name.length + 1)];
    }),
  );
}
