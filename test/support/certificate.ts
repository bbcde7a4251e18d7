import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** PEM, as `tls.createServer` takes it. */
export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
}

const ECDSA_WITH_SHA256 = '06082a8648ce3d040302';
const COMMON_NAME = '0603550403';
const SUBJECT_ALT_NAME = '0603551d11';
const BASIC_CONSTRAINTS = '0603551d13';

/**
 * A certificate for localhost and an IPv4 address, signed by itself (X.509 in DER, RFC 5280 4.1), so that no key has to be
 * kept.
 */
export function selfSigned(address = '127.0.0.1'): ServerIdentity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const body = toBeSigned(publicKey, address);
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, sequence(hex(ECDSA_WITH_SHA256)), der(0x03, Buffer.of(0), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function toBeSigned(publicKey: KeyObject, address: string): Buffer {
  const name = sequence(der(0x31, sequence(hex(COMMON_NAME), der(0x0c, Buffer.from('rtmpkit test')))));
  const validity = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')));
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from(address.split('.').map(Number))));
  const constraints = sequence(der(0x01, Buffer.of(0xff)));
  const extensions = sequence(
    sequence(hex(SUBJECT_ALT_NAME), der(0x04, names)),
    sequence(hex(BASIC_CONSTRAINTS), der(0x01, Buffer.of(0xff)), der(0x04, constraints)),
  );
  return sequence(
    der(0xa0, der(0x02, Buffer.of(2))), // version 3
    der(0x02, Buffer.of(1)), // serial number
    sequence(hex(ECDSA_WITH_SHA256)),
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

/** Tag, length and content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
