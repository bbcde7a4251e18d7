import { describe, expect, it } from 'vitest';
import { Beat } from '../../src/flow/beat.js';
import { FakeClock } from './fake-clock.js';

describe('Beat', () => {
  it('lets all who wait go on together, in their order, whenever they came', () => {
    const clock = new FakeClock();
    const beat = new Beat(30, clock);
    const done: string[] = [];
    beat.next(() => done.push('early'));
    clock.advance(20);
    beat.next(() => done.push('late'));
    clock.advance(9);
    expect(done).toEqual([]);
    clock.advance(1);
    expect(done).toEqual(['early', 'late']);
  });

  it('lets whoever comes back during a beat wait for the next one', () => {
    const clock = new FakeClock();
    const beat = new Beat(30, clock);
    let rounds = 0;
    beat.next(function again() {
      rounds++;
      beat.next(again);
    });
    clock.advance(95);
    expect(rounds).toBe(3);
  });

  it('has a timer only while somebody waits', () => {
    const clock = new FakeClock();
    const beat = new Beat(30, clock);
    expect(clock.pendingTimers).toBe(0);
    beat.next(() => {});
    beat.next(() => {});
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1_000);
    expect(clock.pendingTimers).toBe(0);
    expect(clock.timerCount).toBe(1);
  });

  it('lets go of everything when it is stopped', () => {
    const clock = new FakeClock();
    const beat = new Beat(30, clock);
    let isDone = false;
    beat.next(() => {
      isDone = true;
    });
    beat.stop();
    expect(clock.pendingTimers).toBe(0);
    clock.advance(100);
    expect(isDone).toBe(false);
  });
});
