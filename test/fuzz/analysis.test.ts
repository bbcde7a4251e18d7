import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_REPORT } from '../../src/analysis/empty-report.js';
import { checkExpectation, parseExpectation } from '../../src/analysis/expectation.js';
import { StreamAnalysis } from '../../src/analysis/stream-analysis.js';
import { StreamCourse } from '../../src/analysis/stream-course.js';
import { UsageError } from '../../src/errors.js';
import type { MediaTag } from '../../src/media/tag.js';
import { historyPlots } from '../../src/page/history-plots.js';
import { identifyServer } from '../../src/rtmp/fingerprint.js';
import { GreetingWatch } from '../../src/rtmp/watch/greeting-watch.js';
import { hex } from '../amf/golden.js';
import { BODIES } from '../media/tags.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RUNS = 20_000;

const body = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(...Object.values(BODIES).map(hex)),
  fc
    .tuple(fc.constantFrom(...Object.values(BODIES).map(hex)), fc.nat(60), fc.integer({ min: 0, max: 255 }))
    .map(([bytes, at, value]) => bytes.map((byte, i) => (i === at ? value : byte))),
);
const timestampMs = fc.oneof(fc.nat(10_000), fc.nat(0xffffffff), fc.integer({ min: -5_000, max: 2 ** 40 }));
const tag: fc.Arbitrary<MediaTag> = fc.record({
  kind: fc.constantFrom('audio', 'video', 'data'),
  timestampMs,
  body,
});

/** Every number can be said in JSON, and every name is there. (An `expect` for each of some millions would take most of the time.) */
function checkDocument(value: unknown): void {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value)))
    throw new Error(`${value} in a report`);
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(checkDocument);
}

describe(`FUZZ_SEED=${SEED}`, () => {
  it('any tags at any time give a report that JSON can say', () => {
    const arrivals = fc.array(fc.tuple(tag, fc.nat(5_000)), { maxLength: 40 });
    fc.assert(
      fc.property(arrivals, fc.boolean(), (tags, isLive) => {
        const analysis = new StreamAnalysis();
        let nowMs = 0;
        for (const [one, waitMs] of tags) {
          nowMs += waitMs;
          analysis.see([one], isLive ? nowMs : undefined);
        }
        const report = analysis.report();
        checkDocument({ ...report, warnings: [] });
        expect(report.durationMs).toBeGreaterThanOrEqual(0);
        for (const { code, message, advice } of report.warnings) expect(code && message && advice).toBeTruthy();
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('any tags at any time have a course that JSON can say, in bounded memory', () => {
    const arrivals = fc.array(fc.tuple(tag, fc.nat(5_000), fc.nat(3)), { maxLength: 40 });
    fc.assert(
      fc.property(arrivals, fc.boolean(), (tags, isLive) => {
        const course = new StreamCourse();
        let nowMs = 0;
        for (const [one, waitMs, times] of tags) {
          nowMs += waitMs;
          course.see(new Array(times).fill(one), isLive ? nowMs : undefined);
        }
        const history = course.history();
        const columns = historyPlots(history).flatMap(({ plot }) => plot?.columns ?? []);
        // Numbers that JSON has no word for become null on their way.
        const document = { history, recent: course.recent(nowMs + 10_000), columns };
        expect(isDeepStrictEqual(JSON.parse(JSON.stringify(document)), document)).toBe(true);
        expect(history.videoBitrate.kbps.length + history.audioBitrate.kbps.length).toBeLessThanOrEqual(1_200);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('any text is an expectation, or a usage error', () => {
    const word = fc.constantFrom(
      'video',
      '.',
      'fps',
      '>=',
      '==',
      '25',
      '[0]',
      'streams',
      'length',
      'metadata',
      '__proto__',
      ' ',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 8 }).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, (expression) => {
        try {
          const { met } = checkExpectation(parseExpectation(expression), EMPTY_REPORT);
          expect(typeof met).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('any bytes are a greeting, of whomever', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(3_072), (bytes, filler) => {
        const watch = new GreetingWatch(() => {});
        watch.received(Uint8Array.of(3, ...new Uint8Array(filler)));
        watch.received(bytes);
        const traits = { ...watch.greeting, properties: new Map(), information: new Map() };
        expect(() => identifyServer(traits)).not.toThrow();
      }),
      { numRuns: RUNS / 10, seed: SEED },
    );
  });
});
