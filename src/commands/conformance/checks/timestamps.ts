import { type Check, type CheckGroup, deviates, type Finding, fails, pass } from '../check.js';
import { type CheckDesk, type OpenStream, sendMedia } from '../desk.js';
import { keyframe, tagWith } from '../media.js';
import { ANSWER_MS, type Sending } from '../talk.js';
import { isServerFailure } from '../wire.js';

/** One past what fits the three bytes of a header. */
const EXTENDED_MS = 0x1000000;
/** More than one chunk of 128 bytes. */
const LONG_BYTES = 700;

/** What the stream has behind it before the first of these. */
const LEAD_MS = 200;

interface Sent {
  readonly body: Uint8Array;
  readonly timestampMs: number;
  readonly how?: Sending;
}

/** Sends pictures at these times, and gives when they came: `undefined` for one that did not. */
async function relayed(desk: CheckDesk, sent: readonly Sent[]): Promise<(number | undefined)[]> {
  const { publisher, player } = await desk.pair((sent[0]?.timestampMs ?? 0) - LEAD_MS);
  for (const { body, timestampMs, how } of sent) sendMedia(publisher, 'video', body, timestampMs, how);
  await publisher.talk.fence();
  return arrivals(player, sent);
}

async function arrivals(player: OpenStream, sent: readonly Sent[]): Promise<(number | undefined)[]> {
  const times = (): (number | undefined)[] => sent.map(({ body }) => tagWith(player.talk, body)?.timestampMs);
  await player.talk.within(ANSWER_MS, () => (times().every((time) => time !== undefined) ? true : undefined));
  return times();
}

/** @param stepMs between the two, modulo 2^32 */
function judged([first, second]: readonly (number | undefined)[], stepMs: number): Finding {
  if (first === undefined || second === undefined) return fails('not all pictures arrived as they were sent');
  const came = (second - first) >>> 0;
  return came === stepMs >>> 0
    ? pass(`${stepMs} ms lie between them`)
    : deviates(`${came | 0} ms lie between them, not ${stepMs}`);
}

function pictures(seed: number, first: Omit<Sent, 'body'>, second: Omit<Sent, 'body'>): Sent[] {
  return [
    { body: keyframe(seed, LONG_BYTES), ...first },
    { body: keyframe(seed + 1, LONG_BYTES), ...second },
  ];
}

function check(id: string, section: string, title: string, sent: readonly Sent[], stepMs: number): Check {
  return {
    id: `time-${id}`,
    section,
    title,
    run: async (desk) => judged(await relayed(desk, sent), stepMs),
  };
}

const notRepeated: Check = {
  id: 'time-extended-once',
  isRisky: true,
  section: 'RTMP 5.3.1.3',
  title: 'a sender that does not repeat the extended timestamp is understood, too',
  async run(desk) {
    const how = { repeatsTimestamp: false };
    const sent = pictures(30, { timestampMs: EXTENDED_MS }, { timestampMs: EXTENDED_MS + 40 });
    const { publisher, player } = await desk.pair(EXTENDED_MS - LEAD_MS);
    try {
      for (const { body, timestampMs } of sent) sendMedia(publisher, 'video', body, timestampMs, how);
      await publisher.talk.fence();
      const times = await arrivals(player, sent);
      return times.includes(undefined) ? deviates('the pictures are damaged or missing') : pass('all pictures arrived');
    } catch (error) {
      if (isServerFailure(error)) return deviates(error.message); // nobody has to understand it
      throw error;
    }
  },
};

export const TIMESTAMPS: CheckGroup = {
  name: 'timestamps',
  checks: [
    check(
      'absolute',
      'RTMP 5.3.1.2.1',
      'times of fmt 0 come through',
      pictures(10, { timestampMs: 1000 }, { timestampMs: 1234 }),
      234,
    ),
    check(
      'delta',
      'RTMP 5.3.1.2.2',
      'differences of fmt 1 come through',
      pictures(12, { timestampMs: 1000 }, { timestampMs: 77, how: { fmt: 1 } }),
      77,
    ),
    check(
      'extended',
      'RTMP 5.3.1.3',
      'an extended timestamp, repeated in the chunks of fmt 3',
      pictures(14, { timestampMs: EXTENDED_MS }, { timestampMs: EXTENDED_MS + 40 }),
      40,
    ),
    check(
      'border',
      'RTMP 5.3.1.3',
      'a time of exactly 16777215 ms is extended, too',
      pictures(16, { timestampMs: EXTENDED_MS - 41 }, { timestampMs: EXTENDED_MS - 1 }),
      40,
    ),
    check(
      'wrap',
      'RTMP 4',
      'the time wraps after 2^32 ms',
      pictures(18, { timestampMs: 2 ** 32 - 20 }, { timestampMs: 20 }),
      40,
    ),
    notRepeated,
  ],
};
