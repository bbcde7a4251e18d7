import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RejectedError } from '../../../src/errors.js';
import { type AuthDemand, parseAuthDescription } from '../../../src/rtmp/auth/description.js';
import { type AuthRefusal, type AuthStep, nextAuthStep } from '../../../src/rtmp/auth/negotiation.js';

const NEED_USER = '[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ';
const NEED_PROOF =
  '[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=user1&salt=c2FsdA==&challenge=Y2hhbA==&opaque=Y2hhbA==';
const WRONG_PASSWORD = '[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed&opaque=Y2hhbA==';

const refusal = (part: Partial<AuthRefusal>): AuthRefusal => ({
  state: 'anonymous',
  description: NEED_USER,
  credentials: { user: 'user1', password: 'pass1' },
  app: 'live',
  random: Uint8Array.of(0x06, 0x65, 0xc1, 0x3f),
  ...part,
});

describe('parseAuthDescription', () => {
  it.each<[string, AuthDemand | undefined]>([
    [NEED_USER, { type: 'userWanted', authMod: 'adobe' }],
    ['code=403 need auth; authmod=adobe', { type: 'userWanted', authMod: 'adobe' }],
    ['code=403 need auth; authmod=llnw', { type: 'userWanted', authMod: 'llnw' }],
    [
      NEED_PROOF,
      {
        type: 'challenge',
        authMod: 'adobe',
        challenge: { salt: 'c2FsdA==', challenge: 'Y2hhbA==', opaque: 'Y2hhbA==' },
      },
    ],
    [
      'authmod=adobe ?reason=needauth&user=u&challenge=a%3D&salt=\r\n',
      { type: 'challenge', authMod: 'adobe', challenge: { salt: '', challenge: 'a%3D', opaque: '' } },
    ],
    [
      'authmod=llnw ?reason=needauth&user=u&nonce=abc',
      { type: 'challenge', authMod: 'llnw', challenge: { nonce: 'abc' } },
    ],
    [WRONG_PASSWORD, { type: 'refused', reason: 'authfailed' }],
    ['?reason=nosuchuser', { type: 'refused', reason: 'nosuchuser' }],
    ['[ code=403 need auth; authmod=token ]', { type: 'unknownAuthMod', authMod: 'token' }],
    ['[ AccessManager.Reject ] : [ authmod=adobe ] : ', undefined],
    ['Application not found', undefined],
    ['code=403 need auth', undefined],
    ['', undefined],
  ])('reads "%s"', (description, demand) => {
    expect(parseAuthDescription(description)).toEqual(demand);
  });

  it('takes any text', () => {
    const words = fc.constantFrom('authmod=', 'adobe', '?reason=', 'needauth', '&', '=', 'code=403 need auth', ' ');
    const texts = fc.array(fc.oneof(words, fc.string()), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(fc.property(texts, (text) => void parseAuthDescription(text)));
  });
});

describe('nextAuthStep', () => {
  it('gives the user, then the proof of the vector', () => {
    const first = nextAuthStep(refusal({}));
    expect(first).toEqual({ type: 'reconnect', suffix: '?authmod=adobe&user=user1', state: 'named' });
    const second = nextAuthStep(refusal({ state: 'named', description: NEED_PROOF }));
    expect(second).toEqual({
      type: 'reconnect',
      suffix: '?authmod=adobe&user=user1&challenge=0665c13f&response=ies29vNn8PYg/Bsc+LwbsQ==&opaque=Y2hhbA==',
      state: 'answered',
    });
  });

  it('does the same for Limelight', () => {
    const first = nextAuthStep(refusal({ description: 'code=403 need auth; authmod=llnw' }));
    expect(first).toEqual({ type: 'reconnect', suffix: '?authmod=llnw&user=user1', state: 'named' });
    const second = nextAuthStep(
      refusal({
        state: 'named',
        description: 'authmod=llnw ?reason=needauth&user=user1&nonce=abcdef0123456789',
        random: Uint8Array.of(0x58, 0x7f, 0x70, 0x2a),
      }),
    );
    expect(second).toMatchObject({
      suffix:
        '?authmod=llnw&user=user1&nonce=abcdef0123456789&cnonce=587f702a&nc=00000001&response=e9514caa7a3b87f07d223501c9f24275',
      state: 'answered',
    });
  });

  it('answers a challenge that comes at once', () => {
    expect(nextAuthStep(refusal({ description: NEED_PROOF }))).toMatchObject({ type: 'reconnect', state: 'answered' });
  });

  it('leaves other refusals to the caller', () => {
    expect(nextAuthStep(refusal({ description: 'Application not found' }))).toBeUndefined();
  });

  it.each<[string, Partial<AuthRefusal>, RegExp, RegExp]>([
    ['no credentials', { credentials: undefined }, /none was given/, /user:password@/],
    ['a wrong password', { state: 'answered', description: WRONG_PASSWORD }, /refused the password/, /%40/],
    ['a short form of it', { description: 'authmod=llnw ?reason=authfail' }, /refused the password/, /check/],
    ['an unknown user', { state: 'named', description: '?reason=nosuchuser' }, /does not know the user/, /user name/],
    ['another reason', { description: 'authmod=adobe ?reason=expired' }, /refused the credentials/, /check/],
    ['another scheme', { description: 'code=403 need auth; authmod=x-y' }, /by "x-y", which is not/, /stream key/],
    ['a server that asks for the user again', { state: 'named' }, /same credentials again/, /check/],
    ['a server that asks for ever', { state: 'answered', description: NEED_PROOF }, /same credentials again/, /check/],
  ])('fails for %s', (_, part, message, advice) => {
    const error = failureOf(nextAuthStep(refusal(part)));
    expect(error).toBeInstanceOf(RejectedError);
    expect(error).toMatchObject({ code: 'ERR_AUTH', kind: 'auth', stage: 'connect' });
    expect(error.message).toMatch(message);
    expect(error.advice).toMatch(advice);
  });

  it('quotes the server without the values of its challenge', () => {
    const error = failureOf(nextAuthStep(refusal({ state: 'answered', description: NEED_PROOF })));
    expect(error.peerWords).toBe('[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth');
    expect(JSON.stringify(error)).not.toMatch(/pass1|c2FsdA/);
  });
});

function failureOf(step: AuthStep | undefined): RejectedError {
  if (step?.type !== 'failed') {
    throw new Error('the step did not fail');
  }
  return step.error;
}
