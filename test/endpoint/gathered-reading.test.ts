import { describe, expect, it } from 'vitest';
import { GatheredReading } from '../../src/endpoint/gathered-reading.js';
import { Beat } from '../../src/flow/beat.js';
import { FakeClock } from '../flow/fake-clock.js';

/** A connection on which bytes come. */
function connection() {
  const clock = new FakeClock();
  const rests: { readonly atMs: number; readonly isResting: boolean }[] = [];
  const startMs = clock.nowMs();
  let bytes = 0;
  const reading = new GatheredReading({
    beat: new Beat(30, clock),
    receivedBytes: () => bytes,
    onRest: (isResting) => rests.push({ atMs: clock.nowMs() - startMs, isResting }),
  });
  return {
    clock,
    rests,
    receive(more: number) {
      bytes += more;
      reading.came();
    },
  };
}

describe('GatheredReading', () => {
  it('reads everything that is there, then nothing until the next beat', () => {
    const { clock, rests, receive } = connection();
    receive(5_000);
    receive(5_000);
    expect(rests).toEqual([]);
    clock.settle();
    expect(rests).toEqual([{ atMs: 0, isResting: true }]);
    clock.advance(30);
    expect(rests.at(-1)).toEqual({ atMs: 30, isResting: false });
  });

  it('waits for the next bytes as long as they take', () => {
    const { clock, rests, receive } = connection();
    receive(100);
    clock.advance(1_000);
    expect(clock.pendingTimers).toBe(0);
    receive(100);
    clock.settle();
    expect(rests.map(({ isResting }) => isResting)).toEqual([true, false, true]);
  });

  it('does not hold up what comes in large amounts', () => {
    const { clock, rests, receive } = connection();
    for (let i = 0; i < 10; i++) {
      receive(70_000);
      clock.settle();
    }
    expect(rests).toEqual([]);
    receive(1_000);
    clock.settle();
    expect(rests).toEqual([{ atMs: 0, isResting: true }]);
  });
});
