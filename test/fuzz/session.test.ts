import { expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { ClientSession } from '../../src/rtmp/session/client.js';
import type { ClientEvent, ServerEvent } from '../../src/rtmp/session/events.js';
import { DEFAULT_SESSION_LIMITS } from '../../src/rtmp/session/limits.js';
import { ServerSession } from '../../src/rtmp/session/server.js';
import type { Session } from '../../src/rtmp/session/session.js';
import { errorStatus, StatusCode } from '../../src/rtmp/session/status.js';
import { PLAYERS } from '../rtmp/session/known-players.js';
import { PUBLISHERS } from '../rtmp/session/known-publishers.js';
import { SERVERS } from '../rtmp/session/known-servers.js';
import { RANDOM } from '../rtmp/session/server-desk.js';
import { PeerWire } from '../rtmp/session/wire.js';
import { withoutStacks } from '../support/without-stacks.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const DIALOGUES = 200_000;

/** Numbers from a seed, 0 up to but not including `limit` (xorshift32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

type Random = ReturnType<typeof randomNumbers>;

const HANDSHAKE = new PeerWire().handshake().take();

/** Keeps each message of a dialogue by itself, the handshake left out. */
class MessageWire extends PeerWire {
  readonly messages: Uint8Array[] = [];

  override handshake(): this {
    return this;
  }

  override message(...message: Parameters<PeerWire['message']>): this {
    super.message(...message);
    this.messages.push(this.take());
    return this;
  }
}

function messagesOf(steps: readonly { readonly wire: (peer: PeerWire) => unknown }[]): Uint8Array[] {
  const wire = new MessageWire();
  for (const step of steps) {
    step.wire(wire);
  }
  return wire.messages;
}

const CLIENT_SIDES = [...PUBLISHERS, ...PLAYERS].map(({ steps }) => messagesOf(steps));
const SERVER_SIDES = SERVERS.map(({ steps }) => messagesOf(steps));

/** One dialogue with messages lost, doubled, moved, taken from another, made up, and bytes changed, lost or cut off. */
function mutated(random: Random, dialogues: readonly Uint8Array[][]): Uint8Array {
  const pick = (): readonly Uint8Array[] => dialogues[random(dialogues.length)]!;
  const messages = [...pick()];
  for (let changes = random(5); changes > 0; changes--) {
    const at = random(messages.length);
    switch (random(6)) {
      case 0:
        messages.splice(at, 1 + random(2));
        break;
      case 1:
        messages.splice(random(messages.length), 0, messages[at]!);
        break;
      case 2: {
        const other = pick();
        messages.splice(at, 0, other[random(other.length)]!);
        break;
      }
      case 3:
        messages.splice(at, 0, madeUp(random));
        break;
      default:
        messages[at] = spoilt(random, messages[at]!);
    }
    if (messages.length === 0) {
      messages.push(madeUp(random));
    }
  }
  const bytes = Buffer.concat([HANDSHAKE, ...messages]);
  return random(4) === 0 ? bytes.subarray(0, HANDSHAKE.length + random(bytes.length - HANDSHAKE.length + 1)) : bytes;
}

/** A whole message of any type with any payload. */
function madeUp(random: Random): Uint8Array {
  const payload = Uint8Array.from({ length: random(60) }, () => random(random(2) === 0 ? 256 : 24));
  return new PeerWire().message(2 + random(8), random(24), random(3), payload).take();
}

function spoilt(random: Random, message: Uint8Array): Uint8Array {
  const bytes = message.slice();
  const at = random(4) === 0 ? random(Math.min(12, bytes.length)) : random(bytes.length);
  switch (random(4)) {
    case 0:
      bytes[at] = random(256);
      return bytes;
    case 1:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      return bytes;
    case 2:
      bytes.fill(random(2) * 255, at, at + 1 + random(8));
      return bytes;
    default:
      return bytes.subarray(0, at);
  }
}

/** Somebody behind a server who says yes, no, nothing, or anything else at any time. */
function decide(random: Random, session: ServerSession, event: ServerEvent): void {
  const no = errorStatus(StatusCode.PublishDenied, 'no');
  const streamId = 'streamId' in event ? event.streamId : random(3);
  if (random(8) === 0) {
    const anything = [
      () => session.endPlay(streamId, 'over'),
      () => session.unpublished(streamId),
      () => session.sendStatus(streamId, no),
      () => session.ping(random(1000)),
      () => session.answerStreamLength(random(10), 1),
      () => session.rejectConnect(no),
    ];
    anything[random(anything.length)]?.();
  }
  const isYes = random(8) > 0;
  switch (event.type) {
    case 'connectRequest':
      return isYes ? session.acceptConnect() : session.rejectConnect(no);
    case 'publishRequest':
      return isYes ? session.acceptPublish(streamId) : session.rejectPublish(streamId, no);
    case 'playRequest':
      return isYes ? session.acceptPlay(streamId) : session.rejectPlay(streamId, no);
    case 'streamLengthRequest':
      return isYes ? session.answerStreamLength(event.transactionId, 1) : undefined;
  }
}

/** What a person or a command may do with a client at any time. */
function use(random: Random, session: ClientSession): void {
  const anything = [
    () => session.close(),
    () => session.ping(random(1000)),
    () => session.requestStreamLength('film'),
    () => session.publish('other'),
    () => session.play('other', { start: { from: 'live' } }),
  ];
  anything[random(anything.length)]?.();
}

interface Totals {
  events: number;
  tags: number;
  failures: number;
}

/** Feeds a dialogue in pieces and holds what comes out against what went in. */
function feed<Event extends ClientEvent | ServerEvent>(
  random: Random,
  session: Session<Event>,
  bytes: Uint8Array,
  onEvent: (event: Event) => void,
  totals: Totals,
): void {
  const pieceBytes = 1 + random(bytes.length);
  let mediaBytes = 0;
  let outputBytes = 0;
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      for (const event of session.receive(bytes.subarray(at, at + pieceBytes), at)) {
        totals.events++;
        if (event.type === 'tags') {
          totals.tags += event.tags.length;
          mediaBytes += event.tags.reduce((sum, { body }) => sum + body.length, 0);
        }
        onEvent(event);
      }
      outputBytes += session.takeOutput()?.length ?? 0;
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) {
      throw error;
    }
    totals.failures++;
  }
  if (mediaBytes > bytes.length || outputBytes > DEFAULT_SESSION_LIMITS.outputBytes) {
    throw new Error(`${bytes.length} bytes made ${mediaBytes} bytes of media and ${outputBytes} bytes of answers`);
  }
}

function fuzzServer(random: Random, totals: Totals): void {
  const session = new ServerSession({ random: RANDOM, timeMs: 0 });
  feed(random, session, mutated(random, CLIENT_SIDES), (event) => decide(random, session, event), totals);
}

function fuzzClient(random: Random, totals: Totals): void {
  const role = random(2) === 0 ? 'publisher' : 'player';
  const session = new ClientSession({ app: 'live', tcUrl: 'rtmp://h/live', role, random: RANDOM, timeMs: 0 });
  session.start();
  if (role === 'publisher') {
    session.publish('key');
  } else {
    session.play('key', { start: { from: 'live-or-recorded' } });
  }
  const onEvent = (): void => {
    if (random(8) === 0) {
      use(random, session);
    }
  };
  feed(random, session, mutated(random, SERVER_SIDES), onEvent, totals);
}

withoutStacks();

it.each<[string, (random: Random, totals: Totals) => void]>([
  ['the server', fuzzServer],
  ['the client', fuzzClient],
])(`%s takes ${DIALOGUES} spoilt dialogues, throws nothing but ProtocolError and keeps to its memory`, (_, fuzz) => {
  const totals: Totals = { events: 0, tags: 0, failures: 0 };
  const before = process.memoryUsage();
  for (let number = 0; number < DIALOGUES; number++) {
    try {
      fuzz(randomNumbers(SEED * 1_000_003 + number), totals);
    } catch (cause) {
      throw new Error(`dialogue ${number} of FUZZ_SEED=${SEED}`, { cause });
    }
  }
  const after = process.memoryUsage();
  expect(after.heapUsed - before.heapUsed).toBeLessThan(200 * 1024 * 1024);
  // Most dialogues stay whole enough to be understood, and many do not.
  expect(totals.events).toBeGreaterThan(3 * DIALOGUES);
  expect(totals.tags).toBeGreaterThan(DIALOGUES / 10);
  expect(totals.failures).toBeGreaterThan(DIALOGUES / 20);
});
