import { describe, expect, it } from 'vitest';
import { isTlsFailure, tlsFailure } from '../../src/net/tls-failure.js';

/** As Node gives what OpenSSL found. */
function openssl(code: string, reason: string): Error {
  const message = `C096BBB0:error:0A00045C:SSL routines:ssl3_read_bytes:${reason}:../rec_layer_s3.c:1601:SSL alert`;
  return Object.assign(new Error(message), { code, reason, library: 'SSL routines' });
}

describe('a failure of TLS', () => {
  it.each([
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'tlsv13 alert certificate required',
      /wants a certificate from us$/,
      /^show .*--tls-cert FILE --tls-key/,
    ],
    [
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      'tlsv1 alert unknown ca',
      /does not accept our certificate \(tlsv1 alert/,
      /^check --tls-cert/,
    ],
    [
      'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
      'sslv3 alert certificate expired',
      /does not accept our/,
      /^check --tls-cert/,
    ],
    [
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      'sslv3 alert handshake failure',
      /: sslv3 alert handshake failure$/,
      /may want to know us: show/,
    ],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number', /: wrong version number$/, /try rtmp:/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', /: self-signed certificate$/, /--tls-ca FILE/],
  ])('%s is told with what to do about it', (code, reason, words, advice) => {
    expect(tlsFailure(openssl(code, reason), 'TLS with h port 1')).toMatchObject({
      code: 'ERR_TLS',
      stage: 'tls',
      message: expect.stringMatching(words),
      advice: expect.stringMatching(advice),
    });
  });

  it('is told from one of the network', () => {
    expect(isTlsFailure(openssl('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', ''))).toBe(true);
    expect(isTlsFailure(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))).toBe(false);
    expect(isTlsFailure(new Error('what'))).toBe(false);
  });
});
