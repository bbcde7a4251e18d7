import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CountingSocket, IdleWatch } from '../../src/net/idle-watch.js';

class FakeSocket implements CountingSocket {
  bytesRead = 0;
  bytesWritten = 0;
  writableLength = 0;

  /** @param leftBytes what the system does not take at once */
  write(bytes: number, leftBytes: number): void {
    this.bytesWritten += bytes;
    this.writableLength += leftBytes;
  }

  /** The system takes more of what was written. */
  take(bytes: number): void {
    this.writableLength -= bytes;
  }
}

const IDLE_MS = 16_000;
const LATEST_MS = IDLE_MS * 1.125;

function desk(idleMs = IDLE_MS) {
  const socket = new FakeSocket();
  const idleAt: number[] = [];
  const startMs = performance.now();
  const nowMs = (): number => performance.now() - startMs;
  const watch = new IdleWatch(socket, () => idleAt.push(nowMs()));
  watch.idleMs = idleMs;
  return { socket, watch, idleAt, nowMs };
}

describe('IdleWatch', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells once that nothing has moved for so long', () => {
    const { idleAt } = desk();
    vi.advanceTimersByTime(10 * IDLE_MS);
    expect(idleAt).toEqual([IDLE_MS]);
  });

  it('tells so again when it is asked to', () => {
    const { watch, idleAt } = desk();
    vi.advanceTimersByTime(IDLE_MS);
    watch.idleMs = 1000;
    vi.advanceTimersByTime(IDLE_MS);
    expect(idleAt).toEqual([IDLE_MS, IDLE_MS + 1000]);
    expect(watch.idleMs).toBe(1000);
  });

  it('counts from the last byte that came', () => {
    const { socket, idleAt, nowMs } = desk();
    for (let i = 0; i < 5; i += 1) {
      vi.advanceTimersByTime(IDLE_MS - 500);
      socket.bytesRead += 1;
    }
    const lastMs = nowMs();
    vi.advanceTimersByTime(2 * IDLE_MS);
    expect(idleAt).toHaveLength(1);
    expect(idleAt[0]).toBeGreaterThanOrEqual(lastMs + IDLE_MS);
    expect(idleAt[0]).toBeLessThanOrEqual(lastMs + LATEST_MS);
  });

  it.each([0, 100, 1999, 2000, 2001, 15_999])(
    'does not wait twice for a peer that has stopped to read, %i ms after the beginning',
    (writtenMs) => {
      const { socket, idleAt } = desk();
      vi.advanceTimersByTime(writtenMs);
      socket.write(1_000_000, 400_000);
      vi.advanceTimersByTime(3 * IDLE_MS);
      expect(idleAt).toHaveLength(1);
      expect(idleAt[0]).toBeGreaterThanOrEqual(writtenMs + IDLE_MS);
      expect(idleAt[0]).toBeLessThanOrEqual(writtenMs + LATEST_MS);
    },
  );

  it('does not take for movement what is written and stays where it is', () => {
    const { socket, idleAt } = desk();
    for (let i = 0; i < 20; i += 1) {
      vi.advanceTimersByTime(IDLE_MS / 16);
      socket.write(1000, 1000);
    }
    expect(idleAt).toEqual([IDLE_MS]);
  });

  it('is patient with a write that goes out slowly, and no longer than with others when it stops', () => {
    const { socket, idleAt, nowMs } = desk();
    socket.write(1_000_000, 999_999);
    for (let i = 0; i < 20; i += 1) {
      vi.advanceTimersByTime(IDLE_MS - 500);
      socket.take(1000);
    }
    expect(idleAt).toEqual([]);
    const stoppedMs = nowMs();
    vi.advanceTimersByTime(3 * IDLE_MS);
    expect(idleAt).toHaveLength(1);
    expect(idleAt[0]).toBeGreaterThanOrEqual(stoppedMs + IDLE_MS);
    expect(idleAt[0]).toBeLessThanOrEqual(stoppedMs + LATEST_MS);
  });

  it('never tells for no time', () => {
    const { watch, idleAt } = desk(0);
    vi.advanceTimersByTime(10 * IDLE_MS);
    watch.idleMs = IDLE_MS;
    watch.idleMs = 0;
    vi.advanceTimersByTime(10 * IDLE_MS);
    expect(idleAt).toEqual([]);
  });

  it('stays within what timers can count', () => {
    const { watch, idleAt } = desk(Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(10 * IDLE_MS);
    expect(idleAt).toEqual([]);
    expect(watch.idleMs).toBeLessThan(2 ** 31);
  });
});
