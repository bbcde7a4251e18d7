import { describe, expect, it } from 'vitest';
import { encodeAmf0 } from '../../../src/amf/amf0-writer.js';
import { ProtocolError } from '../../../src/errors.js';
import type { SessionLimits } from '../../../src/rtmp/session/limits.js';
import { ServerSession } from '../../../src/rtmp/session/server.js';
import { errorOf } from '../../amf/thrown.js';
import { publishAnswer } from './known-client.js';
import { CONNECT, connected, RANDOM } from './server-desk.js';
import { PeerWire } from './wire.js';

describe('limits', () => {
  it.each<[string, Partial<SessionLimits>, (peer: PeerWire) => unknown]>([
    [
      'calls that wait for an answer',
      { pendingReplies: 3 },
      (peer) => {
        for (let id = 10; id < 14; id++) {
          peer.command(3, 0, 'getStreamLength', id, null, 'key');
        }
      },
    ],
    [
      'size of a command',
      { chunk: { otherSizeBytes: 500 } },
      (peer) => peer.command(3, 0, 'x', 4, null, 'y'.repeat(600)),
    ],
    [
      'answers that nobody takes',
      { outputBytes: 50 },
      (peer) => peer.command(3, 0, 'a', 4, null).command(3, 0, 'b', 4, null),
    ],
    ['length of a command name', {}, (peer) => peer.command(3, 0, 'n'.repeat(129), 4, null)],
    ['media size', { chunk: { mediaSizeBytes: 10 } }, (peer) => peer.audio(4, 1, 0, ...new Array<number>(11).fill(0))],
  ])('%s', (_, limits, send) => {
    const { desk, peer } = connected(limits);
    send(peer);
    const error = errorOf(() => desk.answer(peer.take()));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('replies that wait behind connect', () => {
    const session = new ServerSession({ random: RANDOM, timeMs: 0, limits: { pendingReplies: 2 } });
    const peer = new PeerWire().handshake().command(3, 0, 'connect', 1, CONNECT);
    for (let id = 2; id < 5; id++) {
      peer.command(3, 0, '_checkbw', id, null);
    }
    expect(errorOf(() => session.receive(peer.take(), 0))).toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('refuses streams beyond the limit, whether created or taken for granted, and gives new ids for deleted ones', () => {
    const { desk, peer } = connected({ streams: 2 });
    peer
      .command(3, 0, 'createStream', 4, null)
      .command(3, 9, 'publish', 5, null, 'key')
      .command(3, 0, 'deleteStream', 6, null, 1)
      .command(3, 3, 'publish', 7, null, 'key')
      .command(3, 0, 'deleteStream', 0, null, 2)
      .command(3, 0, 'createStream', 8, null);
    expect(desk.answer(peer.take())).toEqual([
      '_error(4, null, error NetConnection.Call.Failed)',
      'onStatus@9(0, null, error NetStream.Failed)',
      '_result(8, null, 4)',
      ...publishAnswer(3),
    ]);
  });
});

describe('malformed messages', () => {
  it.each<[string, string, (peer: PeerWire) => unknown]>([
    ['a command without a name', 'ERR_MESSAGE', (peer) => peer.message(3, 20, 0, encodeAmf0(1, 2))],
    ['an empty command', 'ERR_MESSAGE', (peer) => peer.message(3, 20, 0, new Uint8Array(0))],
    ['a command cut off', 'ERR_TRUNCATED', (peer) => peer.message(3, 20, 0, Uint8Array.of(2, 0, 9, 0x61))],
    ['an unknown AMF marker', 'ERR_AMF', (peer) => peer.message(3, 20, 0, Uint8Array.of(2, 0, 1, 0x61, 0x55))],
    ['chunk size 0', 'ERR_CHUNK_SIZE', (peer) => peer.setChunkSize(0)],
    ['chunk size with the top bit', 'ERR_CHUNK_SIZE', (peer) => peer.message(2, 1, 0, Uint8Array.of(0x80, 0, 0, 1))],
    ['a short acknowledgement', 'ERR_TRUNCATED', (peer) => peer.message(2, 3, 0, Uint8Array.of(1))],
    ['a short ping', 'ERR_TRUNCATED', (peer) => peer.message(2, 4, 0, Uint8Array.of(0, 6, 1))],
  ])('%s', (_, code, send) => {
    const { desk, peer } = connected();
    send(peer);
    const error = errorOf(() => desk.answer(peer.take()));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code });
  });
});
