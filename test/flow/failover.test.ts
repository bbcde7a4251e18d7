import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failover, type FailoverOptions } from '../../src/flow/failover.js';

const OPTIONS: FailoverOptions = {
  sourceCount: 2,
  hasFallback: false,
  isWarm: false,
  failbackMs: 10_000,
  stallMs: 5_000,
};

type Step =
  | { readonly media: number; readonly untilMs?: number }
  | { readonly lost: number }
  | { readonly gone: number }
  | { readonly wanted: boolean }
  | Record<string, never>;

interface Row extends Expected {
  /** When the step happens. */
  readonly atMs: number;
  readonly step: Step;
}

interface Expected {
  readonly connected: readonly number[];
  /** After whoever should go on air has done so. */
  readonly onAir: number | undefined;
  /** Whether that change was urgent. */
  readonly urgent?: boolean;
}

interface Story {
  readonly name: string;
  readonly options?: Partial<FailoverOptions>;
  readonly rows: readonly Row[];
}

/** Frames come so often. */
const FRAME_MS = 500;

const STORIES: readonly Story[] = [
  {
    name: 'connects the best source first, and no other while it is being opened',
    rows: [
      { atMs: 0, step: {}, connected: [0], onAir: undefined },
      { atMs: 4_999, step: {}, connected: [0], onAir: undefined },
      { atMs: 4_999, step: { media: 0 }, connected: [0], onAir: 0, urgent: true },
    ],
  },
  {
    name: 'tries the next one when the first cannot be opened in time, and goes on with whoever comes first',
    rows: [
      { atMs: 0, step: {}, connected: [0], onAir: undefined },
      { atMs: 5_000, step: {}, connected: [0, 1], onAir: undefined },
      { atMs: 5_500, step: { media: 0 }, connected: [0], onAir: 0 },
    ],
  },
  {
    name: 'keeps to the next one while the first tries again and again',
    rows: [
      { atMs: 0, step: { lost: 0 }, connected: [0, 1], onAir: undefined },
      { atMs: 100, step: { lost: 0 }, connected: [0, 1], onAir: undefined },
      { atMs: 200, step: { media: 1 }, connected: [0, 1], onAir: 1, urgent: true },
      { atMs: 300, step: { lost: 0 }, connected: [0, 1], onAir: 1 },
    ],
  },
  {
    name: 'goes back when the better one has been healthy for a while, and lets go of the other then',
    rows: [
      { atMs: 0, step: { lost: 0 }, connected: [0, 1], onAir: undefined },
      { atMs: 100, step: { media: 1, untilMs: 30_000 }, connected: [0, 1], onAir: 1, urgent: true },
      { atMs: 2_000, step: { media: 0, untilMs: 11_900 }, connected: [0, 1], onAir: 1 },
      { atMs: 12_000, step: { media: 0 }, connected: [0], onAir: 0, urgent: false },
    ],
  },
  {
    name: 'begins to count health again after a pause',
    rows: [
      { atMs: 0, step: { lost: 0 }, connected: [0, 1], onAir: undefined },
      { atMs: 100, step: { media: 1, untilMs: 40_000 }, connected: [0, 1], onAir: 1 },
      { atMs: 2_000, step: { media: 0, untilMs: 9_000 }, connected: [0, 1], onAir: 1 },
      { atMs: 12_000, step: { media: 0, untilMs: 21_900 }, connected: [0, 1], onAir: 1 },
      { atMs: 22_000, step: { media: 0 }, connected: [0], onAir: 0, urgent: false },
    ],
  },
  {
    name: 'does not go back to a source that has sent nothing lately, however long ago it came',
    options: { stallMs: 60_000 },
    rows: [
      { atMs: 0, step: { lost: 0 }, connected: [0, 1], onAir: undefined },
      { atMs: 100, step: { media: 1, untilMs: 20_000 }, connected: [0, 1], onAir: 1 },
      { atMs: 200, step: { media: 0 }, connected: [0, 1], onAir: 1 },
      { atMs: 20_000, step: { media: 1 }, connected: [0, 1], onAir: 1 },
    ],
  },
  {
    name: 'goes back at once when the present one is lost meanwhile',
    rows: [
      { atMs: 0, step: { lost: 0 }, connected: [0, 1], onAir: undefined },
      { atMs: 100, step: { media: 1 }, connected: [0, 1], onAir: 1 },
      { atMs: 200, step: { media: 0 }, connected: [0, 1], onAir: 1 },
      { atMs: 300, step: { lost: 1 }, connected: [0], onAir: 0, urgent: true },
    ],
  },
  {
    name: 'leaves a source that is silent, and takes it again when it speaks and nobody else does',
    rows: [
      { atMs: 0, step: { media: 0 }, connected: [0], onAir: 0 },
      { atMs: 4_999, step: {}, connected: [0], onAir: 0 },
      { atMs: 5_000, step: {}, connected: [0, 1], onAir: undefined },
      { atMs: 5_100, step: { media: 0 }, connected: [0], onAir: 0, urgent: true },
    ],
  },
  {
    name: 'has all connected when warm, and changes to the best that is alive',
    options: { isWarm: true, sourceCount: 3 },
    rows: [
      { atMs: 0, step: {}, connected: [0, 1, 2], onAir: undefined },
      { atMs: 10, step: { media: 2 }, connected: [0, 1, 2], onAir: undefined },
      { atMs: 1_900, step: { media: 2 }, connected: [0, 1, 2], onAir: undefined },
      { atMs: 2_000, step: { media: 2 }, connected: [0, 1, 2], onAir: 2, urgent: true },
      { atMs: 2_020, step: { media: 1 }, connected: [0, 1, 2], onAir: 2 },
      { atMs: 2_030, step: { media: 0 }, connected: [0, 1, 2], onAir: 2 },
      { atMs: 2_040, step: { lost: 2 }, connected: [0, 1, 2], onAir: 0, urgent: true },
      { atMs: 2_050, step: { lost: 0 }, connected: [0, 1, 2], onAir: 1, urgent: true },
    ],
  },
  {
    name: 'never comes back to a source that failed for good',
    rows: [
      { atMs: 0, step: { gone: 0 }, connected: [1], onAir: undefined },
      { atMs: 10, step: { media: 0 }, connected: [1], onAir: undefined },
      { atMs: 20, step: { media: 1 }, connected: [1], onAir: 1 },
      { atMs: 30, step: { lost: 0 }, connected: [1], onAir: 1 },
    ],
  },
  {
    name: 'puts the fallback on air when all others fail, and takes it off as soon as one of them is there',
    options: { hasFallback: true, sourceCount: 3 },
    rows: [
      { atMs: 0, step: {}, connected: [0], onAir: undefined },
      { atMs: 10, step: { lost: 0 }, connected: [0, 1], onAir: undefined },
      { atMs: 20, step: { lost: 1 }, connected: [0, 1, 2], onAir: undefined },
      { atMs: 30, step: { media: 2 }, connected: [0, 1, 2], onAir: 2, urgent: true },
      { atMs: 40, step: { media: 1 }, connected: [0, 1], onAir: 1, urgent: true },
    ],
  },
  {
    name: 'does not keep the fallback running when all others are warm',
    options: { hasFallback: true, isWarm: true, sourceCount: 3 },
    rows: [
      { atMs: 0, step: {}, connected: [0, 1], onAir: undefined },
      { atMs: 10, step: { lost: 0 }, connected: [0, 1], onAir: undefined },
      { atMs: 20, step: { lost: 1 }, connected: [0, 1, 2], onAir: undefined },
      { atMs: 30, step: { media: 2 }, connected: [0, 1, 2], onAir: 2 },
      { atMs: 40, step: { media: 0 }, connected: [0, 1], onAir: 0, urgent: true },
    ],
  },
  {
    name: 'connects nothing while nobody wants the stream, and begins anew when somebody does',
    rows: [
      { atMs: 0, step: { wanted: false }, connected: [], onAir: undefined },
      { atMs: 10, step: { wanted: true }, connected: [0], onAir: undefined },
      { atMs: 20, step: { media: 0 }, connected: [0], onAir: 0 },
      { atMs: 30, step: { wanted: false }, connected: [], onAir: undefined },
      { atMs: 20_000, step: { wanted: true }, connected: [0], onAir: undefined },
      { atMs: 24_999, step: {}, connected: [0], onAir: undefined },
    ],
  },
];

describe('Failover', () => {
  it.each(STORIES)('$name', ({ options, rows }) => {
    const failover = new Failover({ ...OPTIONS, ...options });
    const flowing = new Map<number, number>();
    let nowMs = 0;
    for (const { atMs, step, connected, onAir, urgent } of rows) {
      for (; nowMs + FRAME_MS < atMs; nowMs += FRAME_MS) {
        for (const [source, untilMs] of flowing) if (nowMs <= untilMs) failover.media(source, nowMs);
        look(failover, nowMs);
      }
      nowMs = atMs;
      for (const [source, untilMs] of flowing) if (nowMs <= untilMs) failover.media(source, nowMs);
      act(failover, step, nowMs);
      if ('media' in step && step.untilMs !== undefined) flowing.set(step.media as number, step.untilMs as number);
      const isUrgent = look(failover, nowMs);
      expect({ atMs, connected: [...failover.wanted(nowMs)].sort(), onAir: failover.onAir }).toEqual({
        atMs,
        connected,
        onAir,
      });
      if (urgent !== undefined) expect({ atMs, isUrgent }).toEqual({ atMs, isUrgent: urgent });
    }
  });

  it('misses nothing when it is looked at only when something happens, and at `nextCheckMs`', () => {
    const happening = fc.record({
      afterMs: fc.integer({ min: 1, max: 120 }).map((tenths) => tenths * 100),
      step: fc.oneof(
        { weight: 5, arbitrary: fc.record({ media: fc.nat(2) }) },
        fc.record({ lost: fc.nat(2) }),
        fc.record({ wanted: fc.boolean() }),
      ),
    });
    const options = fc.record({ hasFallback: fc.boolean(), isWarm: fc.boolean() });
    fc.assert(
      fc.property(options, fc.array(happening, { minLength: 1, maxLength: 30 }), (given, happenings) => {
        const [all, few] = [0, 1].map(() => new Failover({ ...OPTIONS, ...given, sourceCount: 3 }));
        const [allSeen, fewSeen]: [string[], string[]] = [[], []];
        let nowMs = 0;
        note(allSeen, all!, nowMs);
        note(fewSeen, few!, nowMs);
        for (const { afterMs, step } of happenings) {
          for (const endMs = nowMs + afterMs; nowMs < endMs; nowMs += 100) {
            note(allSeen, all!, nowMs);
            if (few!.nextCheckMs(nowMs - 100) <= nowMs) note(fewSeen, few!, nowMs);
          }
          for (const [seen, one] of [
            [allSeen, all!],
            [fewSeen, few!],
          ] as const) {
            act(one, step, nowMs);
            note(seen, one, nowMs, 'media' in step ? step.media : undefined);
          }
        }
        expect(fewSeen).toEqual(allSeen);
      }),
    );
  });

  it('is without hope when all sources but the fallback have failed for good', () => {
    const failover = new Failover({ ...OPTIONS, hasFallback: true, sourceCount: 3 });
    failover.gone(0);
    expect(failover.isHopeless).toBe(false);
    failover.gone(1);
    expect(failover.isHopeless).toBe(true);
  });
});

function act(failover: Failover, step: Step, nowMs: number): void {
  if ('media' in step) failover.media(step['media'] as number, nowMs);
  if ('lost' in step) failover.lost(step['lost'] as number);
  if ('gone' in step) failover.gone(step['gone'] as number);
  if ('wanted' in step) failover.isWanted = step['wanted'] as boolean;
}

/** Lets whoever should go on air do so; tells whether that was urgent. */
function look(failover: Failover, nowMs: number): boolean | undefined {
  failover.check(nowMs);
  const choice = failover.choice(nowMs);
  if (choice !== undefined) failover.take(choice.source);
  failover.wanted(nowMs);
  return choice?.isUrgent;
}

/** Lets whoever should go on air do so, one that is not urgent only with media of its own, and writes down what is new. */
function note(seen: string[], failover: Failover, nowMs: number, mediaOf?: number): void {
  failover.check(nowMs);
  const choice = failover.choice(nowMs);
  if (choice !== undefined && (choice.isUrgent || choice.source === mediaOf)) failover.take(choice.source);
  const wanted = [...failover.wanted(nowMs)].sort();
  const state = `${failover.onAir} of ${wanted}`;
  if (seen.at(-1)?.endsWith(`: ${state}`) !== true) seen.push(`${nowMs}: ${state}`);
}
