import { describe, expect, it } from 'vitest';
import type { RtmpMessage } from '../../../src/rtmp/chunk/message.js';
import { ChunkReader } from '../../../src/rtmp/chunk/reader.js';
import type { Message } from '../../../src/rtmp/message/message.js';
import { FlowControl } from '../../../src/rtmp/session/flow-control.js';
import { Outbox } from '../../../src/rtmp/session/outbox.js';
import { playing } from './client-desk.js';
import { messageLine } from './readable.js';
import { connected } from './server-desk.js';

/** Flow control on its own, and what it sends. */
class Flow {
  readonly #outbox = new Outbox();
  readonly control = new FlowControl(this.#outbox);

  sent(): string[] {
    const messages: RtmpMessage[] = [];
    new ChunkReader().read(this.#outbox.take() ?? new Uint8Array(0), messages);
    return messages.map(messageLine);
  }

  handle(message: Message, nowMs = 0): string[] {
    expect(this.control.handle(message, nowMs)).toBeUndefined();
    return this.sent();
  }
}

describe('acknowledgements', () => {
  it('are sent at half of the window, with all bytes since the beginning', () => {
    const flow = new Flow();
    flow.control.received(3073);
    expect(flow.handle({ type: 'windowAckSize', sizeBytes: 10_000 })).toEqual([]);
    flow.control.received(1926);
    expect(flow.sent()).toEqual([]);
    flow.control.received(1);
    expect(flow.sent()).toEqual(['acknowledgement(5000)']);
    flow.control.received(4999);
    expect(flow.sent()).toEqual([]);
    flow.control.received(100_000);
    expect(flow.sent()).toEqual(['acknowledgement(109999)']);
  });

  it('are sent at once for what came in one piece with the question', () => {
    const flow = new Flow();
    flow.control.received(60_000);
    expect(flow.handle({ type: 'windowAckSize', sizeBytes: 10_000 })).toEqual(['acknowledgement(60000)']);
    flow.control.received(4_999);
    expect(flow.sent()).toEqual([]);
  });

  it('are not sent to a peer that never asked, or asked for none', () => {
    const flow = new Flow();
    flow.control.received(1e9);
    flow.handle({ type: 'windowAckSize', sizeBytes: 0 });
    flow.control.received(1e9);
    expect(flow.sent()).toEqual([]);
  });

  it('wrap at 32 bits', () => {
    const flow = new Flow();
    flow.handle({ type: 'windowAckSize', sizeBytes: 2 ** 31 });
    const sequenceNumbers = Array.from({ length: 6 }, () => {
      flow.control.received(2 ** 30);
      return flow.sent()[0];
    });
    expect(sequenceNumbers).toEqual(
      [2 ** 30, 2 ** 31, 3 * 2 ** 30, 0, 2 ** 30, 2 ** 31].map((n) => `acknowledgement(${n})`),
    );
  });

  it('of the peer become events, smaller ones after a wrap too', () => {
    const { control } = new Flow();
    for (const sequenceNumber of [0xffffff00, 12]) {
      expect(control.handle({ type: 'acknowledgement', sequenceNumber }, 0)).toEqual({
        type: 'acknowledged',
        sequenceNumber,
      });
    }
  });
});

describe('Set Peer Bandwidth', () => {
  it.each<[string, readonly (readonly [number, 'hard' | 'soft' | 'dynamic'])[], readonly string[]]>([
    ['is answered with a window', [[5000, 'dynamic']], ['windowAckSize(5000)']],
    [
      'is answered only when the window changes',
      [
        [5000, 'dynamic'],
        [5000, 'hard'],
      ],
      ['windowAckSize(5000)'],
    ],
    [
      'may make it larger',
      [
        [5000, 'hard'],
        [6000, 'hard'],
      ],
      ['windowAckSize(5000)', 'windowAckSize(6000)'],
    ],
    [
      'soft does not',
      [
        [5000, 'hard'],
        [6000, 'soft'],
        [4000, 'soft'],
      ],
      ['windowAckSize(5000)', 'windowAckSize(4000)'],
    ],
    ['of 0 says nothing', [[0, 'hard']], []],
  ])('%s', (_, limits, sent) => {
    const flow = new Flow();
    const lines = limits.flatMap(([sizeBytes, limit]) => flow.handle({ type: 'setPeerBandwidth', sizeBytes, limit }));
    expect(lines).toEqual(sent);
    flow.control.announceFirstWindow(77);
    expect(flow.sent()).toEqual(sent.length > 0 ? [] : ['windowAckSize(77)']);
  });
});

describe('pings', () => {
  it('are answered with the same number', () => {
    expect(new Flow().handle({ type: 'userControl', event: 'pingRequest', timestampMs: 0xfedcba98 })).toEqual([
      `userControl(7, ${0xfedcba98})`,
    ]);
  });

  it('tell the round trip time, in whatever order the answers come', () => {
    const flow = new Flow();
    flow.control.ping(1000.25);
    flow.control.ping(2 ** 32 + 5000);
    expect(flow.sent()).toEqual(['userControl(6, 1000)', 'userControl(6, 5000)']);
    const pong = (timestampMs: number): Message => ({ type: 'userControl', event: 'pingResponse', timestampMs });
    expect(flow.control.handle(pong(5000), 2 ** 32 + 5012)).toEqual({
      type: 'pong',
      rttMs: 12,
      sentMs: 2 ** 32 + 5000,
    });
    expect(flow.control.handle(pong(1000), 1500.75)).toEqual({ type: 'pong', rttMs: 500.5, sentMs: 1000.25 });
    expect(flow.control.handle(pong(1000), 1600)).toBeUndefined();
  });

  it('are forgotten when a peer answers none', () => {
    const { control } = new Flow();
    for (let nowMs = 0; nowMs < 20; nowMs++) {
      control.ping(nowMs);
    }
    expect(control.handle({ type: 'userControl', event: 'pingResponse', timestampMs: 11 }, 20)).toBeUndefined();
    expect(control.handle({ type: 'userControl', event: 'pingResponse', timestampMs: 12 }, 20)).toEqual({
      type: 'pong',
      rttMs: 8,
      sentMs: 12,
    });
  });

  it('go both ways, but not before the handshake is done', () => {
    const { desk, server } = playing();
    desk.session.ping(5);
    expect(desk.hear(server.userControl(7, 5).userControl(6, 9).take(), 8)).toEqual([
      'userControl(6, 5)',
      'userControl(7, 9)',
    ]);
    expect(desk.told()).toEqual([{ type: 'pong', rttMs: 3, sentMs: 5 }]);

    const other = connected();
    other.desk.session.ping(5);
    expect(other.desk.answer(other.peer.userControl(7, 5).take(), 9)).toEqual(['userControl(6, 5)']);
    expect(other.desk.told).toEqual([{ type: 'pong', rttMs: 4, sentMs: 5 }]);
  });
});
