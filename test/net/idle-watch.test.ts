import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { IdleWatch, type TimedSocket } from '../../src/net/idle-watch.js';

/**
 * A socket with the timer of Node: it goes off once after so much time without a read or a write. While a write is under way
 * it looks first whether the system has taken some of it since it looked last, and if so starts again and says nothing.
 */
class FakeSocket extends EventEmitter implements TimedSocket {
  nowMs = 0;
  timeout = 0;
  #dueMs = Number.POSITIVE_INFINITY;
  /** What the system has not taken of a write. */
  #pendingBytes = 0;
  #seenBytes = 0;

  setTimeout(timeoutMs: number): this {
    this.timeout = timeoutMs;
    this.#restart();
    return this;
  }

  /** @param leftBytes the system takes the rest at once */
  write(bytes: number, leftBytes: number): void {
    this.#seenBytes = bytes;
    this.#pendingBytes = leftBytes;
    this.#restart();
  }

  /** The system takes more of a write, but not all. */
  take(bytes: number): void {
    this.#pendingBytes -= bytes;
  }

  read(): void {
    this.#restart();
  }

  wait(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    while (this.#dueMs <= endMs) {
      this.nowMs = this.#dueMs;
      this.#goOff();
    }
    this.nowMs = endMs;
  }

  #goOff(): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    if (this.#seenBytes !== this.#pendingBytes) {
      this.#seenBytes = this.#pendingBytes;
      this.#restart();
    } else {
      this.emit('timeout');
    }
  }

  #restart(): void {
    this.#dueMs = this.timeout === 0 ? Number.POSITIVE_INFINITY : this.nowMs + this.timeout;
  }
}

const IDLE_MS = 16_000;

function desk(idleMs = IDLE_MS) {
  const socket = new FakeSocket();
  const idleAt: number[] = [];
  const watch = new IdleWatch(
    socket,
    () => idleAt.push(socket.nowMs),
    () => socket.nowMs,
  );
  watch.idleMs = idleMs;
  return { socket, watch, idleAt };
}

describe('IdleWatch', () => {
  it('tells once that nothing has moved for so long', () => {
    const { socket, idleAt } = desk();
    socket.wait(10 * IDLE_MS);
    expect(idleAt).toEqual([IDLE_MS]);
  });

  it('tells so again when it is asked to', () => {
    const { socket, watch, idleAt } = desk();
    socket.wait(IDLE_MS);
    watch.idleMs = 1000;
    socket.wait(IDLE_MS);
    expect(idleAt).toEqual([IDLE_MS, IDLE_MS + 1000]);
    expect(watch.idleMs).toBe(1000);
  });

  it('counts from the last byte that came', () => {
    const { socket, watch, idleAt } = desk();
    for (let i = 0; i < 5; i += 1) {
      socket.wait(IDLE_MS - 500);
      socket.read();
      watch.moved();
    }
    const lastMs = socket.nowMs;
    socket.wait(2 * IDLE_MS);
    expect(idleAt).toEqual([lastMs + IDLE_MS]);
  });

  it.each([0, 100, 999, 1000, 1001, 1999, 5000])(
    'does not wait twice for a peer that has stopped to read, %i ms after the beginning',
    (writtenMs) => {
      const { socket, idleAt } = desk();
      socket.wait(writtenMs);
      socket.write(1_000_000, 400_000);
      socket.wait(3 * IDLE_MS);
      expect(idleAt).toHaveLength(1);
      expect(idleAt[0]).toBeGreaterThanOrEqual(writtenMs + IDLE_MS);
      expect(idleAt[0]).toBeLessThanOrEqual(writtenMs + IDLE_MS * 1.125);
    },
  );

  it('is patient with a write that goes out slowly, and no longer than with others when it stops', () => {
    const { socket, idleAt } = desk();
    socket.write(1_000_000, 999_999);
    for (let i = 0; i < 20; i += 1) {
      socket.wait(IDLE_MS - 2500);
      socket.take(1000);
    }
    expect(idleAt).toEqual([]);
    const stoppedMs = socket.nowMs;
    socket.wait(3 * IDLE_MS);
    expect(idleAt).toHaveLength(1);
    expect(idleAt[0]).toBeGreaterThanOrEqual(stoppedMs + IDLE_MS);
    expect(idleAt[0]).toBeLessThanOrEqual(stoppedMs + IDLE_MS * 1.25);
  });

  it('looks just once for a short time, and never for none', () => {
    const { socket, idleAt } = desk(400);
    expect(socket.timeout).toBe(400);
    socket.wait(400);
    expect(idleAt).toEqual([400]);
    expect(desk(0).socket.timeout).toBe(0);
  });

  it('stays within what timers can count', () => {
    expect(desk(Number.POSITIVE_INFINITY).socket.timeout).toBeLessThan(2 ** 31);
  });
});
