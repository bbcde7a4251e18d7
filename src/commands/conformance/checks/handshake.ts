import { randomBytes } from 'node:crypto';
import { amfObject } from '../../../amf/value.js';
import type { DigestScheme } from '../../../rtmp/handshake/digest.js';
import { joinBytes, PACKET_SIZE_BYTES, RTMP_VERSION } from '../../../rtmp/handshake/packet.js';
import { command } from '../../../rtmp/message/command.js';
import { encodeMessage } from '../../../rtmp/message/message.js';
import { type Check, type CheckGroup, deviates, type Finding, fails, pass } from '../check.js';
import { chunksOf } from '../chunk-form.js';
import type { CheckDesk } from '../desk.js';
import { digestAnswer, greeting, greetingAnswer } from '../greet.js';
import { sameBytes } from '../media.js';
import { ANSWER_MS, Talk } from '../talk.js';
import { isServerFailure, type Wire } from '../wire.js';

/** Long enough for a server that hangs up at once to have done so. */
const HANG_UP_MS = 500;
const BYTEWISE_PIECE = 64;

/** Sends connect behind the handshake: only then has the server agreed to it. */
async function connectBehind(desk: CheckDesk, wire: Wire): Promise<void> {
  desk.notes.connections += 1;
  await new Talk(wire).connect(desk.address.app, desk.address.tcUrl, new Map());
}

function connectBytes({ address }: CheckDesk): Uint8Array {
  const object = amfObject({ app: address.app, tcUrl: address.tcUrl });
  const { typeId, payload } = encodeMessage(command('connect', 1, object));
  const form = { fmt: 0, csid: 3, timestampField: 0, typeId, streamId: 0, chunkSizeBytes: 128 } as const;
  return joinBytes(...chunksOf(form, payload));
}

const simple: Check = {
  id: 'handshake-simple',
  section: 'RTMP 5.2',
  title: 'S0 is 3, and S2 repeats C1',
  usesSession: true,
  async run(desk) {
    const { greeting: seen } = await desk.session();
    return sameBytes(seen.s2, seen.c1) ? pass('S2 is C1') : deviates('S2 is not C1');
  },
};

function digest(scheme: DigestScheme, layout: string): Check {
  return {
    id: `handshake-${scheme}`,
    section: 'RTMP 5.2, digests',
    title: `a C1 with a digest (${layout}) gets a digest, or a plain answer that claims none`,
    async run(desk) {
      const wire = await desk.dial();
      const ours = greeting({ scheme });
      wire.write(ours.c0, ours.c1);
      const answer = await greetingAnswer(wire, ANSWER_MS);
      wire.write(answer.s1);
      await connectBehind(desk, wire);
      switch (digestAnswer(ours, answer)) {
        case 'signed':
          return pass('S1 and S2 are signed');
        case 'simple':
          return deviates('the answer has no digest');
        case 'wrong':
          return fails('S1 claims a digest that is not right: FFmpeg and VLC give up');
      }
    },
  };
}

const unknownVersion: Check = {
  id: 'handshake-unknown-version',
  section: 'RTMP 5.2.2',
  title: 'a C0 of 12, which nobody knows, is answered with 3',
  async run(desk) {
    const wire = await desk.dial();
    const ours = greeting({ version: 12 });
    wire.write(ours.c0, ours.c1);
    const first = await wire.within(ANSWER_MS, () => firstByte(wire));
    if (first === undefined) return deviates(wire.end ?? 'no answer');
    return first === RTMP_VERSION ? pass('S0 is 3') : deviates(`S0 is ${first}`);
  },
};

const textVersion: Check = {
  id: 'handshake-text',
  section: 'RTMP 5.2.2',
  title: 'a client that speaks HTTP is not answered with RTMP',
  async run(desk) {
    const wire = await desk.dial();
    wire.write(
      new TextEncoder().encode('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      new Uint8Array(PACKET_SIZE_BYTES),
    );
    const first = await wire.within(HANG_UP_MS, () => firstByte(wire));
    if (first === RTMP_VERSION) return deviates('it got S0');
    return pass(wire.end ?? (first === undefined ? 'no answer' : 'another protocol answers'));
  },
};

function firstByte(wire: Wire): number | undefined {
  return wire.takeAll()[0];
}

/** Different cuts of the same bytes. */
function split(id: string, title: string, shake: (wire: Wire, desk: CheckDesk) => Promise<Finding>): Check {
  return {
    id: `handshake-${id}`,
    section: 'RTMP 5.2.1',
    title,
    async run(desk) {
      return shake(await desk.dial(), desk);
    },
  };
}

const bytewise = split('bytewise', 'C0, C1 and C2 may come in very small pieces', async (wire, desk) => {
  const { c0, c1 } = greeting();
  await wire.writeApart([c0, ...[...c1.subarray(0, BYTEWISE_PIECE)].map((byte) => Uint8Array.of(byte))]);
  await wire.writeApart(pieces(c1.subarray(BYTEWISE_PIECE)));
  const { s1 } = await greetingAnswer(wire, ANSWER_MS);
  await wire.writeApart(pieces(s1));
  await connectBehind(desk, wire);
  return pass('the handshake was done');
});

function pieces(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / BYTEWISE_PIECE);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * BYTEWISE_PIECE, (i + 1) * BYTEWISE_PIECE));
}

const early = split('coalesced', 'C0, C1 and C2 in one piece, before S1', async (wire, desk) => {
  const { c0, c1 } = greeting();
  wire.write(c0, c1, randomBytes(PACKET_SIZE_BYTES));
  try {
    await greetingAnswer(wire, ANSWER_MS);
    await connectBehind(desk, wire);
    return pass('the handshake was done');
  } catch (error) {
    if (!isServerFailure(error)) throw error;
    return deviates(error.message);
  }
});

const withConnect = split('with-connect', 'connect may come in one piece with C2', async (wire, desk) => {
  const { c0, c1 } = greeting();
  wire.write(c0, c1);
  const { s1 } = await greetingAnswer(wire, ANSWER_MS);
  desk.notes.connections += 1;
  wire.write(s1, connectBytes(desk));
  const talk = new Talk(wire);
  await talk.answer(1, 'connect');
  return pass('connect was answered');
});

const anyEcho = split('any-c2', 'a C2 that does not repeat S1 does no harm', async (wire, desk) => {
  const { c0, c1 } = greeting();
  wire.write(c0, c1);
  await greetingAnswer(wire, ANSWER_MS);
  wire.write(randomBytes(PACKET_SIZE_BYTES));
  const talk = new Talk(wire);
  desk.notes.connections += 1;
  wire.write(connectBytes(desk));
  const answer = await talk.within(ANSWER_MS, () => talk.answerTo(1));
  return answer === undefined ? deviates(wire.end ?? 'connect is not answered') : pass('connect was answered');
});

export const HANDSHAKE: CheckGroup = {
  name: 'handshake',
  checks: [
    simple,
    digest('digest-1', 'digest first'),
    digest('digest-0', 'key first'),
    unknownVersion,
    textVersion,
    bytewise,
    early,
    withConnect,
    anyEcho,
  ],
};
