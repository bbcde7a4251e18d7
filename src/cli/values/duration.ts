import { LONGEST_TIMER_MS } from '../../longest-timer.js';
import type { ValueParser } from './value-parser.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/** In whole days, which are easier to say. */
const LONGEST_WAIT_DAYS = Math.floor(LONGEST_TIMER_MS / DAY_MS);
const LONGEST_WAIT_MS = LONGEST_WAIT_DAYS * DAY_MS;

const NUMBER = '(\\d+(?:\\.\\d+)?|\\.\\d+)';
const PLAIN_SECONDS = new RegExp(`^${NUMBER}$`);
const WITH_UNITS = new RegExp(`^(?:${NUMBER}h)?(?:${NUMBER}m(?!s))?(?:${NUMBER}s)?(?:${NUMBER}ms)?$`, 'i');

/** `500ms`, `10s`, `1m30s`, `2h`, `1.5` (seconds) as whole milliseconds. */
export const duration: ValueParser<number> = {
  expected: 'a duration such as 500ms, 10s, 1m30s, 2h or plain seconds',
  parse: parseDurationMs,
};

export const positiveDuration: ValueParser<number> = within(duration, 1, Number.MAX_SAFE_INTEGER, 'above zero');

/** A duration that a timer can wait. */
export const waitingTime: ValueParser<number> = within(
  duration,
  1,
  LONGEST_WAIT_MS,
  `above zero and of at most ${LONGEST_WAIT_DAYS} days`,
);

/** A duration that a timer can wait, or none. */
export const waitingTimeOrNone: ValueParser<number> = within(
  duration,
  0,
  LONGEST_WAIT_MS,
  `of at most ${LONGEST_WAIT_DAYS} days`,
);

/** How long media may wait on its way to those who watch live. Whoever wants more mistook the unit. */
export const latency: ValueParser<number> = within(duration, 0, 10 * SECOND_MS, 'of at most 10 s');

/** Of a part of a recording: shorter ones would be files of one frame. */
export const segmentLength: ValueParser<number> = within(
  duration,
  SECOND_MS,
  Number.MAX_SAFE_INTEGER,
  'of a second or more',
);

function parseDurationMs(text: string): number | undefined {
  if (PLAIN_SECONDS.test(text)) {
    return toWholeMs(Number(text) * SECOND_MS);
  }
  const parts = text === '' ? null : WITH_UNITS.exec(text);
  if (parts === null) {
    return undefined;
  }
  const [, hours = '0', minutes = '0', seconds = '0', milliseconds = '0'] = parts;
  return toWholeMs(
    Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * SECOND_MS + Number(milliseconds),
  );
}

function toWholeMs(durationMs: number): number | undefined {
  const wholeMs = Math.round(durationMs);
  return Number.isSafeInteger(wholeMs) ? wholeMs : undefined;
}

function within(parser: ValueParser<number>, leastMs: number, mostMs: number, limits: string): ValueParser<number> {
  return {
    expected: `${parser.expected}, ${limits}`,
    parse: (text) => {
      const durationMs = parser.parse(text);
      return durationMs === undefined || durationMs < leastMs || durationMs > mostMs ? undefined : durationMs;
    },
  };
}
