import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectOneTimeline, expectWholeTurns, FRAME_MS, FRAMES_PER_GOP, SwitchBench, turns } from './switch-bench.js';
import { audio, audioHeader, keyframe } from './tags.js';

describe('SourceSwitch', () => {
  it('passes one source on from its first keyframe, with its own times', () => {
    const bench = new SwitchBench();
    bench.switch.start();
    bench.run(0);
    bench.play(3_000);
    expect(bench.happenings).toEqual([
      { atMs: 0, connected: [0] },
      { atMs: 0, switchedTo: 0, cause: 'first' },
    ]);
    expect(bench.out.slice(0, 4).map(({ kind }) => kind)).toEqual(['data', 'video', 'audio', 'video']);
    expect(bench.out.at(-1)?.timestampMs).toBe(2_960);
    bench.switch.stop();
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('changes to a warm source within the turn in which the first is lost, with the newest GOP that is held', () => {
    const bench = new SwitchBench({ isWarm: true });
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    bench.play(3_480);
    bench.cut(0);
    expect(bench.switches.at(-1)).toEqual({ atMs: 3_480, switchedTo: 1, cause: 'lost' });
    bench.play(3_000);
    bench.switch.stop();
    expect(turns(bench.out)).toEqual([1, 2]);
    expect(bench.longestGapMs).toBeLessThanOrEqual(FRAME_MS);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it('leaves a source that hangs after the stall time, connects a cold one, and waits for its keyframe', () => {
    const bench = new SwitchBench();
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    bench.play(2_000);
    bench.hang(0);
    bench.play(10_000);
    bench.switch.stop();
    expect(bench.switches.at(-1)).toMatchObject({ switchedTo: 1, cause: 'stalled' });
    expect(bench.longestGapMs).toBeLessThanOrEqual(5_000 + 1_000 + 200);
    expect(turns(bench.out)).toEqual([1, 2]);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it('goes back at a keyframe of the better one, without a gap, when it has been healthy for long enough', () => {
    const bench = new SwitchBench();
    bench.switch.start();
    bench.run(1);
    bench.play(1_000);
    bench.cut(0);
    bench.run(1);
    bench.play(2_000);
    bench.run(0);
    bench.play(14_000);
    bench.switch.stop();
    const back = bench.switches.at(-1);
    expect(back).toMatchObject({ switchedTo: 0, cause: 'better' });
    expect(back?.atMs).toBeGreaterThanOrEqual(3_000 + 10_000);
    expect(back?.atMs).toBeLessThanOrEqual(3_000 + 10_000 + 1_100);
    expect(bench.happenings.at(-1)).toMatchObject({ connected: [0] });
    expect(turns(bench.out)).toEqual([2, 1]);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it('takes the same source up again when it comes back first, on the same timeline', () => {
    const bench = new SwitchBench();
    bench.switch.start();
    bench.run(0);
    bench.play(1_500);
    bench.cut(0);
    bench.play(400);
    bench.run(0);
    bench.play(3_000);
    bench.switch.stop();
    expect(bench.switches.map(({ switchedTo }) => switchedTo)).toEqual([0, 0]);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it.each([40, 80, 480])(
    'goes back to the warm one without a gap when the better one is lost again %i ms after it was taken back',
    (afterMs) => {
      const bench = new SwitchBench({ isWarm: true, failbackMs: 3_000 });
      bench.switch.start();
      bench.run(0);
      bench.run(1);
      bench.play(3_480);
      bench.cut(0);
      bench.play(10_280);
      bench.run(0);
      bench.playUntil(() => bench.switches.length === 3);
      bench.play(afterMs);
      bench.cut(0);
      bench.play(2_000);
      bench.switch.stop();
      expect(bench.switches.map(({ switchedTo, cause }) => [switchedTo, cause])).toEqual([
        ...[
          [0, 'first'],
          [1, 'lost'],
        ],
        ...[
          [0, 'better'],
          [1, 'lost'],
        ],
      ]);
      expectOneTimeline(bench.out);
      expectWholeTurns(bench.out);
      expect(bench.longestGapMs).toBeLessThanOrEqual(FRAME_MS);
    },
  );

  it('goes to and fro on one timeline, however often', () => {
    const bench = new SwitchBench({ isWarm: true, failbackMs: 1_000 });
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    for (let round = 0; round < 20; round++) {
      bench.play(1_000 + round * 37);
      bench.cut(0);
      bench.play(700);
      bench.run(0);
      bench.play(4_000);
    }
    bench.switch.stop();
    expect(turns(bench.out)).toHaveLength(41);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it('keeps to one timeline, and is never silent while a warm source has had a keyframe, whatever is lost when', () => {
    const happening = fc.record({ source: fc.nat(2), isCut: fc.boolean(), thenMs: fc.nat(2_500) });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const bench = new SwitchBench({ isWarm: true, sourceCount: 3, failbackMs: 1_000 });
        bench.switch.start();
        bench.run(0);
        bench.play(400);
        bench.run(1);
        bench.play(1_300);
        for (const { source, isCut, thenMs } of happenings) {
          const isReady = bench.isAnyReadyBut(source);
          const sinceMs = bench.nowMs;
          if (isCut) bench.cut(source);
          else bench.run(source);
          bench.play(thenMs);
          // Where a turn begins with a picture that has just come, it waits for the sound that belongs to it.
          if (isReady) expect(bench.longestGapMsSince(sinceMs)).toBeLessThanOrEqual(2 * FRAME_MS);
        }
        bench.switch.stop();
        expectOneTimeline(bench.out, 4 * FRAME_MS);
        expectWholeTurns(bench.out);
      }),
    );
  });

  it('shows again no more than a GOP at each loss, and nothing when it goes back', () => {
    const bench = new SwitchBench({ isWarm: true, failbackMs: 1_000 });
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    bench.play(1_000);
    for (let round = 0; round < 20; round++) {
      bench.play(round * 49);
      const beforeMs = bench.aheadMs;
      bench.cut(0);
      expect(bench.aheadMs - beforeMs).toBeGreaterThanOrEqual(0);
      expect(bench.aheadMs - beforeMs).toBeLessThanOrEqual(FRAMES_PER_GOP * FRAME_MS);
      bench.play(700);
      const awayMs = bench.aheadMs;
      bench.run(0);
      bench.play(4_000);
      expect(bench.switch.onAir).toBe(0);
      expect(Math.abs(bench.aheadMs - awayMs)).toBeLessThanOrEqual(FRAME_MS);
    }
  });

  it('wakes up only when silence would change something, and never again when it has stopped', () => {
    const bench = new SwitchBench({ isWarm: true, failbackMs: 1_000, stallMs: 5_000 });
    bench.switch.isWanted = true;
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    bench.play(60_000);
    expect(bench.clock.timerCount).toBeLessThanOrEqual(60_000 / 5_000 + 2);
    expect(bench.clock.pendingTimers).toBe(1);
    bench.switch.isWanted = false;
    bench.clock.advance(5_000);
    expect(bench.clock.pendingTimers).toBe(0);
    bench.switch.stop();
    bench.switch.isWanted = true;
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('lets go of what it holds of a source that has stalled, as that is old when it goes on', () => {
    const bench = new SwitchBench({ isWarm: true });
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    bench.play(2_480);
    bench.pause(1);
    bench.play(8_000);
    bench.resume(1);
    bench.play(400);
    bench.cut(0);
    bench.play(2_000);
    bench.switch.stop();
    expect(turns(bench.out)).toEqual([1, 2]);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it('does not pass on what comes from a source that is not on air, or not wanted', () => {
    const bench = new SwitchBench();
    bench.switch.start();
    bench.switch.tags(1, [keyframe(0, 9)]);
    expect(bench.out).toEqual([]);
    bench.run(0);
    bench.play(200);
    bench.switch.tags(1, [keyframe(0, 9)]);
    expect(turns(bench.out)).toEqual([1]);
  });

  it('joins a source without video at any sound', () => {
    const bench = new SwitchBench();
    bench.switch.start();
    bench.switch.tags(0, [audioHeader(0), audio(0, 1), audio(23, 1)]);
    expect(bench.out.map(({ kind }) => kind)).toEqual(['audio', 'audio', 'audio']);
  });
});
