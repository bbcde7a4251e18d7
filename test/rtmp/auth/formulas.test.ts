import { describe, expect, it } from 'vitest';
import { adobeAnswerSuffix, adobeResponse } from '../../../src/rtmp/auth/adobe.js';
import { limelightAnswerSuffix, limelightResponse } from '../../../src/rtmp/auth/limelight.js';

// Made by FFmpeg on the wire (protocol.md 6.1, 6.2).
const credentials = { user: 'user1', password: 'pass1' };
const salt = 'c2FsdA==';
const text = 'Y2hhbA==';

describe('adobeResponse', () => {
  it.each([
    ['with a challenge only', { salt, challenge: text, opaque: '' }, '50d16847', 'ARgIO9ecRs34izq6yAPWXw=='],
    ['with opaque and challenge', { salt, challenge: text, opaque: text }, '0665c13f', 'ies29vNn8PYg/Bsc+LwbsQ=='],
    ['with opaque, which wins', { salt, challenge: 'other', opaque: text }, '0665c13f', 'ies29vNn8PYg/Bsc+LwbsQ=='],
  ])('is that of FFmpeg %s', (_, challenge, clientChallenge, response) => {
    expect(adobeResponse(credentials, challenge, clientChallenge)).toBe(response);
  });
});

it('the Adobe suffix carries opaque only if the server sent one', () => {
  expect(adobeAnswerSuffix(credentials, { salt, challenge: text, opaque: '' }, '50d16847')).toBe(
    '?authmod=adobe&user=user1&challenge=50d16847&response=ARgIO9ecRs34izq6yAPWXw==',
  );
  expect(adobeAnswerSuffix(credentials, { salt, challenge: text, opaque: text }, '0665c13f')).toBe(
    '?authmod=adobe&user=user1&challenge=0665c13f&response=ies29vNn8PYg/Bsc+LwbsQ==&opaque=Y2hhbA==',
  );
});

describe('limelightResponse', () => {
  const challenge = { nonce: 'abcdef0123456789' };
  const response = 'e9514caa7a3b87f07d223501c9f24275';

  it.each(['live', 'live/_definst_', 'live?x=1', 'live?x=a/b'])('is that of FFmpeg for the app %s', (app) => {
    expect(limelightResponse(credentials, challenge, app, '587f702a')).toBe(response);
  });

  it('takes an instance as it is', () => {
    expect(limelightResponse(credentials, challenge, 'live/inst', '587f702a')).not.toBe(response);
  });

  it('stands in the suffix', () => {
    expect(limelightAnswerSuffix(credentials, challenge, 'live', '587f702a')).toBe(
      `?authmod=llnw&user=user1&nonce=abcdef0123456789&cnonce=587f702a&nc=00000001&response=${response}`,
    );
  });
});
