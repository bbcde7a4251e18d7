import { describe, expect, it } from 'vitest';
import type { MediaTag } from '../../src/media/tag.js';
import { type Backlog, PublisherHold } from '../../src/server/publisher-hold.js';
import { FakeClock } from '../flow/fake-clock.js';

class FakeBacklog implements Backlog {
  hasRoom = false;
  writtenBytes = 0;
  makeRoom: () => void = () => {};

  room(): Promise<void> {
    return new Promise((resolve) => {
      this.makeRoom = () => {
        this.hasRoom = true;
        resolve();
      };
    });
  }
}

function desk() {
  const clock = new FakeClock();
  const backlog = new FakeBacklog();
  const inflow = {
    isHeld: false,
    pause: () => {
      inflow.isHeld = true;
    },
    resume: () => {
      inflow.isHeld = false;
    },
  };
  const hold = new PublisherHold(() => backlog, inflow, clock);
  let atMs = 0;
  /** So much media comes at once, in frames of 40 ms. */
  const send = (durationMs: number): void => {
    const tags: MediaTag[] = [];
    for (const endMs = atMs + durationMs; atMs < endMs; ) {
      atMs += 40;
      tags.push({ kind: 'video', timestampMs: atMs, body: new Uint8Array(1) });
    }
    hold.passed(tags);
  };
  send(40);
  return { clock, backlog, inflow, hold, send };
}

describe('a publisher', () => {
  it('in real time is never held, however full the recording is', () => {
    const { clock, inflow, send } = desk();
    for (let frame = 0; frame < 1000; frame += 1) {
      clock.advance(40);
      send(40);
      expect(inflow.isHeld).toBe(false);
    }
  });

  it('that catches up with real time is not held', () => {
    const { clock, inflow, send } = desk();
    clock.advance(8000);
    send(8000);
    expect(inflow.isHeld).toBe(false);
  });

  it('that is ahead is held while the recording has no room', async () => {
    const { backlog, inflow, send } = desk();
    backlog.hasRoom = true;
    send(8000);
    expect(inflow.isHeld).toBe(false);
    backlog.hasRoom = false;
    send(40);
    expect(inflow.isHeld).toBe(true);
    backlog.makeRoom();
    await Promise.resolve();
    expect(inflow.isHeld).toBe(false);
  });

  it('is let go while players still have a second of what it is ahead', () => {
    const { clock, backlog, inflow, send } = desk();
    send(4000);
    expect(inflow.isHeld).toBe(true);
    clock.advance(2999);
    expect(inflow.isHeld).toBe(true);
    clock.advance(2);
    expect(inflow.isHeld).toBe(false);
    backlog.writtenBytes += 1;
    send(40);
    expect(inflow.isHeld).toBe(true);
    clock.advance(40);
    expect(inflow.isHeld).toBe(false);
  });

  it('is not held for what it was ahead long ago', () => {
    const { clock, backlog, inflow, send } = desk();
    backlog.hasRoom = true;
    send(3_600_000);
    clock.advance(9000);
    backlog.hasRoom = false;
    send(40);
    expect(inflow.isHeld).toBe(true);
    clock.advance(41);
    expect(inflow.isHeld).toBe(false);
  });

  it('does not wait for ever for a disk on which nothing moves, but does again for one that has got on', () => {
    const { clock, backlog, inflow, send } = desk();
    send(20_000);
    clock.advance(4999);
    expect(inflow.isHeld).toBe(true);
    clock.advance(1);
    expect(inflow.isHeld).toBe(false);
    send(20_000);
    expect(inflow.isHeld).toBe(false);
    backlog.writtenBytes += 1;
    send(40);
    expect(inflow.isHeld).toBe(true);
  });

  it('that jumps in time is not ahead for that', () => {
    const { inflow, hold } = desk();
    hold.passed([{ kind: 'video', timestampMs: 5_000_000, body: new Uint8Array(1) }]);
    hold.passed([{ kind: 'data', timestampMs: 5_009_000, body: new Uint8Array(1) }]);
    hold.passed([{ kind: 'video', timestampMs: 40, body: new Uint8Array(1) }]);
    expect(inflow.isHeld).toBe(false);
  });

  it('that goes lets nothing behind', () => {
    const { clock, inflow, hold, send } = desk();
    send(8000);
    hold.close();
    expect([inflow.isHeld, clock.pendingTimers]).toEqual([false, 0]);
    hold.close();
  });
});
