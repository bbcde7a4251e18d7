import { describe, expect, it } from 'vitest';
import { encodeAmf0 } from '../../../src/amf/amf0-writer.js';
import { ecmaArray } from '../../../src/amf/value.js';
import type { MediaTag } from '../../../src/media/tag.js';
import { ClientSession, type ClientSessionOptions } from '../../../src/rtmp/session/client.js';
import type { ClientEvent, ServerEvent } from '../../../src/rtmp/session/events.js';
import { ServerSession } from '../../../src/rtmp/session/server.js';
import { pattern } from '../chunk/bytes.js';
import { byteByByte, randomSplit, type Split, whole } from '../chunk/reading.js';
import { RANDOM } from './server-desk.js';

/** A client and a server with a wire between them that cuts what goes over it. */
class Wire {
  readonly client: ClientSession;
  readonly server = new ServerSession({ random: RANDOM, timeMs: 1 });
  readonly clientEvents: ClientEvent[] = [];
  readonly serverEvents: ServerEvent[] = [];
  readonly #split: Split;

  constructor(split: Split, options: Partial<ClientSessionOptions>) {
    this.#split = split;
    this.client = new ClientSession({
      app: 'live',
      tcUrl: 'rtmp://h/live',
      role: 'publisher',
      random: RANDOM.map((_, index) => index * 13),
      timeMs: 0,
      ...options,
    });
  }

  /** Carries bytes both ways until nobody has anything to say. */
  settle(): void {
    for (;;) {
      const up = this.client.takeOutput();
      const down = this.server.takeOutput();
      if (up === undefined && down === undefined) {
        return;
      }
      this.toServer(up);
      this.toClient(down);
    }
  }

  toServer(bytes: Uint8Array = new Uint8Array(0)): void {
    for (const piece of this.#split(bytes)) {
      for (const event of this.server.receive(piece.slice(), 0)) {
        this.serverEvents.push(event);
        this.#decide(event);
      }
    }
  }

  toClient(bytes: Uint8Array = new Uint8Array(0)): void {
    for (const piece of this.#split(bytes)) {
      this.clientEvents.push(...this.client.receive(piece.slice(), 0));
    }
  }

  #decide(event: ServerEvent): void {
    switch (event.type) {
      case 'connectRequest':
        return this.server.acceptConnect();
      case 'publishRequest':
        return this.server.acceptPublish(event.streamId);
      case 'playRequest':
        return this.server.acceptPlay(event.streamId);
      case 'streamLengthRequest':
        return this.server.answerStreamLength(event.transactionId, 8.5);
    }
  }
}

/** Times around the extended timestamp and across 2^32, bodies around the chunk size. */
const TAGS: readonly MediaTag[] = [
  { kind: 'data', timestampMs: 0xfffff0, body: encodeAmf0('onMetaData', ecmaArray({ width: 64 })) },
  { kind: 'video', timestampMs: 0xfffff0, body: pattern(200, 1) },
  { kind: 'audio', timestampMs: 0xffffff, body: pattern(1, 2) },
  { kind: 'video', timestampMs: 0x1000010, body: pattern(65_536, 3) },
  { kind: 'video', timestampMs: 0x1000008, body: pattern(65_537, 4) },
  { kind: 'audio', timestampMs: 0x1000020, body: new Uint8Array(0) },
  { kind: 'audio', timestampMs: 0x7ffffff0, body: pattern(300, 5) },
  { kind: 'audio', timestampMs: 0xc0000000, body: pattern(2, 9) },
  { kind: 'video', timestampMs: 0xfffffff0, body: pattern(70_000, 6) },
  { kind: 'audio', timestampMs: 0x100000010, body: pattern(9, 7) },
  { kind: 'video', timestampMs: 0x100000020, body: pattern(10, 8) },
  { kind: 'data', timestampMs: 0x100000030, body: encodeAmf0('onCuePoint', 1) },
];

/** Bodies as text: they compare much faster. */
function comparable(tags: readonly MediaTag[]): unknown[] {
  return tags.map(({ body, ...tag }) => ({ ...tag, body: Buffer.from(body).toString('latin1') }));
}

function tagsOf(events: readonly (ClientEvent | ServerEvent)[]): MediaTag[] {
  return events.flatMap((event) => (event.type === 'tags' ? event.tags : []));
}

function typesOf(events: readonly (ClientEvent | ServerEvent)[]): string[] {
  return events.map(({ type }) => type).filter((type) => type !== 'acknowledged' && type !== 'tags');
}

describe.each<[string, Split]>([
  ['whole', whole],
  ['byte by byte', byteByByte],
  ['in random pieces', randomSplit(3, 3000)],
])('our client and our server, %s', (name, split) => {
  const tags = name === 'byte by byte' ? TAGS.filter(({ body }) => body.length < 1000) : TAGS;

  it.each(['simple', 'digest'] as const)('publish with a %s handshake', (handshake) => {
    const wire = new Wire(split, { handshake });
    wire.client.start();
    wire.client.publish('key?token=1', 'record');
    wire.settle();
    wire.toServer(wire.client.mediaFormat().encode(tags));
    wire.client.close();
    wire.settle();

    const scheme = handshake === 'digest' ? 'digest-1' : 'simple';
    expect(wire.clientEvents[0]).toEqual({ type: 'handshaken', scheme });
    expect(wire.serverEvents[0]).toEqual({ type: 'handshaken', scheme });
    expect(typesOf(wire.clientEvents)).toEqual(['handshaken', 'connected', 'publishStarted']);
    expect(typesOf(wire.serverEvents)).toEqual(['handshaken', 'connectRequest', 'publishRequest', 'streamClosed']);
    expect(wire.serverEvents).toContainEqual({
      type: 'publishRequest',
      streamId: 1,
      streamName: 'key?token=1',
      publishType: 'record',
    });
    expect(comparable(tagsOf(wire.serverEvents))).toEqual(comparable(tags));
  });

  it('play, pause, seek and come to an end', () => {
    const wire = new Wire(split, { role: 'player' });
    wire.client.start();
    wire.client.play('film', {
      start: { from: 'recorded', positionMs: 1500 },
      durationMs: 2000,
      reset: false,
      bufferLengthMs: 7000,
    });
    wire.client.requestStreamLength('film');
    wire.settle();
    wire.toClient(wire.server.mediaFormat(1).encode(tags));
    wire.client.pause(true, 40);
    wire.client.pause(false, 40);
    wire.client.seek(99);
    wire.client.receiveAudio(false);
    wire.client.receiveVideo(false);
    wire.settle();
    wire.server.endPlay(1, 'over');
    wire.settle();

    expect(typesOf(wire.clientEvents)).toEqual([
      'handshaken',
      'connected',
      'streamLength',
      'playStarted',
      'streamEnded',
      'status',
      'status',
    ]);
    expect(wire.clientEvents).toContainEqual({ type: 'streamLength', seconds: 8.5 });
    expect(comparable(tagsOf(wire.clientEvents))).toEqual(comparable(tags));
    expect(wire.serverEvents.slice(2).filter(({ type }) => type !== 'acknowledged')).toEqual([
      { type: 'streamLengthRequest', transactionId: 2, streamName: 'film' },
      {
        type: 'playRequest',
        streamId: 1,
        streamName: 'film',
        start: { from: 'recorded', positionMs: 1500 },
        durationMs: 2000,
        reset: false,
      },
      { type: 'bufferLength', streamId: 1, lengthMs: 7000 },
      { type: 'pause', streamId: 1, paused: true, positionMs: 40 },
      { type: 'pause', streamId: 1, paused: false, positionMs: 40 },
      { type: 'seek', streamId: 1, positionMs: 99 },
      { type: 'receiveAudio', streamId: 1, wanted: false },
      { type: 'receiveVideo', streamId: 1, wanted: false },
    ]);
  });
});

describe('one receive', () => {
  it('makes one event of neighbouring tags, whose bodies are what came and share nothing with the input', () => {
    const wire = new Wire(whole, {});
    wire.client.start();
    wire.client.publish('key');
    wire.settle();
    const bytes = wire.client.mediaFormat().encode(TAGS);
    const events = wire.server.receive(bytes, 0);
    bytes.fill(0);
    expect(events.filter(({ type }) => type === 'tags')).toHaveLength(1);
    expect(comparable(tagsOf(events))).toEqual(comparable(TAGS));
  });

  it('begins a new event behind any other', () => {
    const wire = new Wire(whole, {});
    wire.client.start();
    wire.client.publish('key');
    wire.settle();
    const media = wire.client.mediaFormat().encode(TAGS.slice(5, 7));
    wire.client.close();
    const goodbye = wire.client.takeOutput() ?? new Uint8Array(0);
    const events = wire.server.receive(Uint8Array.from([...media, ...goodbye, ...media]), 0);
    expect(events.map(({ type }) => type)).toEqual(['tags', 'streamClosed']);
  });

  it('acknowledges both ways in time', () => {
    const wire = new Wire(whole, {});
    wire.client.start();
    wire.client.publish('key');
    wire.settle();
    const media = wire.client
      .mediaFormat()
      .encode([{ kind: 'video', timestampMs: 0, body: new Uint8Array(1_250_000) }]);
    wire.toServer(media);
    wire.settle();
    const acknowledged = wire.clientEvents.filter(({ type }) => type === 'acknowledged');
    expect(acknowledged).toHaveLength(1);
    expect((acknowledged[0] as { sequenceNumber: number }).sequenceNumber).toBeGreaterThan(1_250_000);
  });
});
