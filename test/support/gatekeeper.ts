import { createHash } from 'node:crypto';

const PREFIX = '[ AccessManager.Reject ] : ';
export const USER = 'user1';
export const PASSWORD = 'pass1';

/** What a server says to a connect with this app; `undefined` lets the client in. */
export type Gatekeeper = (app: string) => string | undefined;

/** Adobe's exchange (protocol notes 6.1), as a server runs it. */
export const adobe: Gatekeeper = (app) => {
  const query = new URLSearchParams(app.slice(app.lastIndexOf('?') + 1).replaceAll('+', '%2B'));
  if (!app.includes('?authmod=adobe')) {
    return `${PREFIX}[ code=403 need auth; authmod=adobe ] : `;
  }
  const response = query.get('response');
  if (response === null) {
    return `${PREFIX}[ authmod=adobe ] : ?reason=needauth&user=${USER}&salt=c2FsdA==&challenge=Y2hhbA==&opaque=Y2hhbA==`;
  }
  const h1 = md5Base64(`${USER}c2FsdA==${PASSWORD}`);
  const expected = md5Base64(`${h1}Y2hhbA==${query.get('challenge')}`);
  return response === expected ? undefined : `${PREFIX}[ authmod=adobe ] : ?reason=authfailed&opaque=Y2hhbA==`;
};

function md5Base64(text: string): string {
  return createHash('md5').update(text).digest('base64');
}
