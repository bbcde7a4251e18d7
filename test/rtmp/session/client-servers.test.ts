import { describe, expect, it } from 'vitest';
import { byteByByte, randomSplit } from '../chunk/reading.js';
import { ClientDesk } from './client-desk.js';
import { type KnownServer, SERVERS } from './known-servers.js';
import { PeerWire } from './wire.js';

function deskFor({ role }: KnownServer): ClientDesk {
  const desk = new ClientDesk(role);
  if (role === 'publisher') {
    desk.session.publish('key');
  } else {
    desk.session.play('key', { start: { from: 'live-or-recorded' } });
  }
  return desk;
}

/** The event's type and what tells it from others of that type. */
function eventLine(event: Record<string, unknown>): string {
  const { type, streamId, tags, reason, status } = event;
  const code = (status as { code: string } | undefined)?.code;
  const detail = streamId ?? (tags as unknown[] | undefined)?.length ?? reason ?? code;
  return detail === undefined || type === 'connected' ? String(type) : `${type} ${detail}`;
}

describe.each(SERVERS)('$name', (server) => {
  it('is answered as it expects', () => {
    const desk = deskFor(server);
    const wire = new PeerWire();
    expect(desk.output()).toEqual([]);
    for (const { says, wire: write, reply } of server.steps) {
      write(wire);
      expect(desk.hear(wire.take()), says).toEqual(reply);
    }
    expect(desk.told().map(eventLine)).toEqual(server.events);
  });

  it('means the same however its bytes are cut', () => {
    const wire = new PeerWire();
    for (const step of server.steps) {
      step.wire(wire);
    }
    const bytes = wire.take();
    const replies = server.steps.flatMap(({ reply }) => reply);
    for (const split of [(all: Uint8Array) => [all], byteByByte, randomSplit(5, 30), randomSplit(6, 1000)]) {
      const desk = deskFor(server);
      const said = desk.output();
      for (const piece of split(bytes)) {
        said.push(...desk.hear(piece.slice()));
      }
      expect(desk.told().map(eventLine)).toEqual(server.events);
      expect(said).toEqual(replies);
    }
  });
});
