import { describe, expect, it } from 'vitest';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../../../src/rtmp/handshake/packet.js';
import { ClientSession } from '../../../src/rtmp/session/client.js';
import { ServerSession } from '../../../src/rtmp/session/server.js';
import { GreetingWatch } from '../../../src/rtmp/watch/greeting-watch.js';

/** What our server says to a player, in pieces as its session gives them. */
function spoken(): Uint8Array[] {
  const random = new Uint8Array(HANDSHAKE_RANDOM_SIZE_BYTES).fill(7);
  const client = new ClientSession({
    app: 'live',
    tcUrl: 'rtmp://h/live',
    role: 'player',
    handshake: 'digest',
    random,
    timeMs: 0,
  });
  const server = new ServerSession({ random, timeMs: 0 });
  client.start();
  client.play('name', { start: { from: 'live' } });
  const pieces: Uint8Array[] = [];
  for (let turn = 0; turn < 6; turn++) {
    const output = client.takeOutput();
    for (const event of output === undefined ? [] : server.receive(output, 0)) {
      if (event.type === 'connectRequest') server.acceptConnect();
      if (event.type === 'playRequest') server.acceptPlay(event.streamId);
    }
    const answer = server.takeOutput();
    if (answer !== undefined) {
      pieces.push(answer);
      client.receive(answer, 0);
    }
  }
  return pieces;
}

function watched(pieces: readonly Uint8Array[]): { watch: GreetingWatch; created: () => number } {
  let created = 0;
  const watch = new GreetingWatch(() => created++);
  for (const piece of pieces) watch.received(piece);
  return { watch, created: () => created };
}

describe('a greeting', () => {
  it('is read along, in pieces of any size', () => {
    const whole = watched(spoken()).watch.greeting;
    expect(whole.handshakeVersion).toBe(0x03050101);
    expect(whole.order.map((word) => word.split(' ')[0])).toEqual([
      'window',
      'bandwidth',
      'chunk',
      '_result',
      '_result',
    ]);
    const bytes = Buffer.concat(spoken());
    expect(watched(Array.from(bytes, (byte) => Uint8Array.of(byte))).watch.greeting).toEqual(whole);
    expect(watched([bytes]).watch.greeting.handshakeVersion).toBe(whole.handshakeVersion);
  });

  it('ends when createStream is answered, which is told once', () => {
    const { watch, created } = watched(spoken());
    expect(created()).toBe(1);
    const { order } = watch.greeting;
    for (const piece of spoken()) watch.received(piece);
    expect(created()).toBe(1);
    expect(watch.greeting.order).toEqual(order);
  });

  it('of what is no RTMP is empty', () => {
    const { watch } = watched([Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]);
    expect(watch.greeting.order).toEqual([]);
  });
});
