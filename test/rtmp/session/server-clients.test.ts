import { describe, expect, it } from 'vitest';
import { byteByByte, randomSplit } from '../chunk/reading.js';
import type { KnownClient } from './known-client.js';
import { PLAYERS } from './known-players.js';
import { PUBLISHERS } from './known-publishers.js';
import { ServerDesk } from './server-desk.js';
import { PeerWire } from './wire.js';

function wireOf(client: KnownClient): Uint8Array {
  const peer = new PeerWire();
  for (const step of client.steps) {
    step.wire(peer);
  }
  return peer.take();
}

describe.each([...PUBLISHERS, ...PLAYERS])('$name', (client) => {
  const { steps, events, connect } = client;

  it('gets the answers that it waits for', () => {
    const desk = new ServerDesk();
    const peer = new PeerWire();
    for (const { does, wire, answer } of steps) {
      wire(peer);
      expect(desk.answer(peer.take()), does).toEqual(answer);
    }
    const [handshaken, request, ...rest] = desk.told;
    expect(handshaken).toEqual({ type: 'handshaken', scheme: 'simple' });
    expect(request).toMatchObject({ type: 'connectRequest', request: connect as object });
    expect(rest).toEqual(events);
  });

  it('means the same however its bytes are cut', () => {
    for (const split of [byteByByte, randomSplit(1, 10), randomSplit(2, 200), randomSplit(3, 2000)]) {
      const desk = new ServerDesk();
      for (const piece of split(wireOf(client))) {
        desk.answer(piece.slice());
      }
      expect(desk.told.slice(2)).toEqual(events);
    }
  });
});
