import { describe, expect, it } from 'vitest';
import { Heartbeat } from '../../src/endpoint/heartbeat.js';
import { FakeClock } from '../flow/fake-clock.js';

/** A connection that the test moves by hand. */
class Line {
  readonly clock = new FakeClock();
  readonly pings: number[] = [];
  readonly pump = { bytesSent: 0, bytesReceived: 0, queuedBytes: 0, isOpen: true, flush: () => {} };
  isWanted = true;
  stalls = 0;
  readonly heartbeat = new Heartbeat({
    session: {
      ping: (nowMs) => {
        this.pings.push(nowMs);
        this.pump.bytesSent += 18;
      },
    },
    pump: this.pump,
    clock: this.clock,
    isWanted: () => this.isWanted,
    stall: { timeoutMs: 15_000, onStalled: () => this.stalls++ },
  });

  /** The server answers the newest ping. */
  answer(rttMs: number): number {
    this.pump.bytesReceived += 18;
    return this.heartbeat.answered({ type: 'pong', rttMs, sentMs: this.pings.at(-1) ?? 0 });
  }
}

describe('Heartbeat', () => {
  it('measures the way there and back, and tells what has arrived', () => {
    const line = new Line();
    expect(line.heartbeat.rttMs).toBeNull();
    line.pump.bytesSent = 5_000;
    line.clock.advance(200);
    line.pump.bytesSent += 7_000;
    expect(line.answer(12)).toBe(5_018);
    expect(line.heartbeat.rttMs).toBe(12);
    line.clock.advance(2_000);
    line.answer(34);
    expect([line.heartbeat.rttMs, line.pings.length]).toEqual([34, 2]);
  });

  it('does not go on with a server that never answers', () => {
    const line = new Line();
    line.clock.advance(60_000);
    expect([line.pings.length, line.stalls]).toEqual([3, 0]);
    line.heartbeat.askOnce();
    expect(line.pings.length).toBe(3);
  });

  it('asks only where it is wanted', () => {
    const line = new Line();
    line.isWanted = false;
    line.clock.advance(10_000);
    expect(line.pings).toEqual([]);
    line.isWanted = true;
    line.clock.advance(2_000);
    expect(line.pings.length).toBe(1);
  });

  it('finds out that one who used to answer has fallen silent', () => {
    const line = new Line();
    line.clock.advance(200);
    line.answer(1);
    line.clock.advance(14_000);
    expect(line.stalls).toBe(0);
    line.clock.advance(6_000);
    expect(line.stalls).toBe(1);
    line.clock.advance(60_000);
    expect(line.stalls).toBe(1);
  });

  it('takes anything that comes for a sign of life', () => {
    const line = new Line();
    line.clock.advance(2_000);
    line.answer(1);
    for (let i = 0; i < 30; i++) {
      line.clock.advance(2_000);
      line.pump.bytesReceived += 16;
    }
    expect(line.stalls).toBe(0);
  });

  it('finds out that nothing leaves of what waits, whatever comes', () => {
    const line = new Line();
    line.isWanted = false;
    line.pump.bytesSent = line.pump.queuedBytes = 100_000;
    for (let i = 0; i < 10; i++) {
      line.clock.advance(2_000);
      line.pump.bytesReceived += 16;
      line.pump.bytesSent += 1_000;
      line.pump.queuedBytes += 1_000;
    }
    expect(line.stalls).toBe(1);
  });

  it('has nothing against a slow network, or against nothing to send', () => {
    const slow = new Line();
    slow.isWanted = false;
    slow.pump.bytesSent = slow.pump.queuedBytes = 100_000;
    for (let i = 0; i < 30; i++) {
      slow.clock.advance(2_000);
      slow.pump.queuedBytes -= 1;
    }
    expect(slow.stalls).toBe(0);
    const idle = new Line();
    idle.clock.advance(600_000);
    expect(idle.stalls).toBe(0);
  });

  it('leaves no timer behind', () => {
    const line = new Line();
    line.heartbeat.stop();
    expect(line.clock.pendingTimers).toBe(0);
    const closed = new Line();
    closed.pump.isOpen = false;
    closed.clock.advance(2_000);
    expect([closed.clock.pendingTimers, closed.pings.length]).toEqual([0, 0]);
  });
});
