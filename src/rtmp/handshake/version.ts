import { type ErrorDetails, ProtocolError } from '../../errors.js';
import { RTMP_VERSION } from './packet.js';

/** Who sent the bytes. */
type Peer = 'client' | 'server';

const TLS_ALERT = 0x15;
const TLS_HANDSHAKE = 0x16;
const FIRST_TEXT_VERSION = 32;
const SHOWN_CHARACTERS = 60;

/** Beginnings of `GET`, `POST` or `PUT`, and `HTTP/` or `HEAD`: the first byte must do, the second may never come. */
const HTTP_LETTERS = 'GPH';

/**
 * C0 as a server reads it (RTMP 5.2.2): a version that it does not know is answered with 3, and left to the client.
 *
 * @param gathered the bytes that came so far; the first decides, the others are quoted
 * @throws {ProtocolError} `ERR_NOT_RTMP`, `ERR_TLS_ON_PLAIN_PORT`, `ERR_HANDSHAKE` for RTMPE
 */
export function checkClientVersion(gathered: Uint8Array): void {
  checkVersion(gathered, 'client');
}

/**
 * S0 as a client reads it (RTMP 5.2.2): nothing but 3 is an answer to 3.
 *
 * @param gathered the bytes that came so far; the first decides, the others are quoted
 * @throws {ProtocolError} `ERR_NOT_RTMP`, `ERR_TLS_ON_PLAIN_PORT`, `ERR_HANDSHAKE`
 */
export function checkServerVersion(gathered: Uint8Array): void {
  checkVersion(gathered, 'server');
  const version = gathered[0];
  if (version !== undefined && version !== RTMP_VERSION) {
    throw new ProtocolError('ERR_HANDSHAKE', `the server answered with RTMP version ${version} instead of 3`, {
      stage: 'handshake',
      advice: 'check that host and port are those of an RTMP server',
    });
  }
}

function checkVersion(gathered: Uint8Array, peer: Peer): void {
  const version = gathered[0];
  if (version === undefined || version === RTMP_VERSION) {
    return;
  }
  if (version === TLS_ALERT || version === TLS_HANDSHAKE) {
    throw tlsError(peer);
  }
  if (version === 6 || version === 8 || version === 9) {
    throw rtmpeError(peer, version);
  }
  if (version >= FIRST_TEXT_VERSION) {
    throw notRtmpError(gathered, version, peer);
  }
}

function tlsError(peer: Peer): ProtocolError {
  return peer === 'server'
    ? new ProtocolError('ERR_TLS_ON_PLAIN_PORT', 'the server speaks TLS on this port, but plain RTMP was expected', {
        stage: 'handshake',
        advice: 'try rtmps:// in place of rtmp://',
      })
    : new ProtocolError('ERR_TLS_ON_PLAIN_PORT', 'the client speaks TLS, but this port takes plain RTMP', {
        stage: 'handshake',
        advice: 'use rtmp:// in place of rtmps:// in the client',
      });
}

function rtmpeError(peer: Peer, version: number): ProtocolError {
  const advice = 'use rtmp:// or rtmps:// in place of rtmpe://';
  return new ProtocolError(
    'ERR_HANDSHAKE',
    peer === 'server'
      ? `the server answered with RTMPE (version ${version}), which is not supported`
      : `the client asks for RTMPE (version ${version}), which is not supported`,
    { stage: 'handshake', advice: peer === 'server' ? advice : `${advice} in the client` },
  );
}

function notRtmpError(gathered: Uint8Array, version: number, peer: Peer): ProtocolError {
  const details: ErrorDetails = { stage: 'handshake', peerWords: quote(gathered, peer) };
  if (HTTP_LETTERS.includes(String.fromCharCode(version))) {
    return new ProtocolError('ERR_NOT_RTMP', `the ${peer} speaks HTTP, not RTMP`, {
      ...details,
      advice:
        peer === 'server'
          ? 'the port is that of a web server; RTMP is usually on port 1935'
          : 'open an rtmp:// URL in a player; this port has no web page',
    });
  }
  const kind = version < 0x7f ? 'a text protocol' : `something that begins with 0x${version.toString(16)}`;
  return new ProtocolError('ERR_NOT_RTMP', `the ${peer} speaks ${kind}, not RTMP`, {
    ...details,
    advice: peer === 'server' ? 'check host and port; RTMP is usually on port 1935' : 'send RTMP to this port',
  });
}

/** What came, if it is text: a server's first line, but only a client's first word, since a request may hold a stream key. */
function quote(gathered: Uint8Array, peer: Peer): string {
  const text = String.fromCharCode(...gathered.subarray(0, SHOWN_CHARACTERS));
  return (peer === 'server' ? /^[\x20-\x7e]*/ : /^[\x21-\x7e]*/).exec(text)?.[0].trim() ?? '';
}
