import { describe, expect, it } from 'vitest';
import { CapacityMeter } from '../../src/endpoint/capacity-meter.js';

/** A connection on a clock of its own, for which there is always more than it takes. */
class Connection {
  readonly #meter = new CapacityMeter();
  #nowMs = 1_000;
  #goneBytes = 50_000;

  kbps(sentKbps = 0): number | null {
    return this.#meter.kbps(this.#nowMs, sentKbps);
  }

  /** So much has to wait, and has left after so long. */
  carries(bytes: number, ms: number, waitingBytes = 1e9): this {
    this.isHeldUpBy(bytes);
    return this.drains(ms, waitingBytes);
  }

  isHeldUpBy(bytes: number): this {
    this.#goneBytes += bytes;
    this.#meter.heldUp(this.#goneBytes);
    return this;
  }

  drains(ms: number, waitingBytes = 1e9): this {
    this.#nowMs += ms;
    this.#meter.drained({ nowMs: this.#nowMs, goneBytes: this.#goneBytes, waitingBytes });
    return this;
  }

  /** So much leaves without being held up. */
  takes(bytes: number, ms: number): this {
    this.#goneBytes += bytes;
    return this.drains(ms);
  }
}

describe('CapacityMeter', () => {
  it('knows nothing before something had to wait for a while', () => {
    const connection = new Connection();
    expect(connection.kbps(500)).toBeNull();
    connection.carries(4_000_000, 500); // much of that went into the buffer of the kernel
    expect(connection.kbps(500)).toBeNull();
    connection.carries(12_500, 99);
    expect(connection.kbps(500)).toBeNull();
    connection.carries(12_500, 101);
    expect(connection.kbps(500)).toBeCloseTo(1_000, 0);
  });

  it('counts neither the time in which nothing waited nor what left then', () => {
    const connection = new Connection().carries(0, 1).carries(25_000, 100).carries(25_000, 100);
    expect(connection.kbps()).toBeCloseTo(2_000);
    connection.takes(9_000_000, 5_000).carries(9_000_000, 5_000).carries(25_000, 100);
    expect(connection.kbps()).toBeCloseTo(2_000);
    connection.carries(25_000, 100, 999).isHeldUpBy(1_000).drains(60_000).carries(25_000, 100);
    expect(connection.kbps()).toBeCloseTo(2_000);
  });

  it('does not take for carried what the kernel takes at once', () => {
    const connection = new Connection().carries(0, 1);
    for (let i = 0; i < 600; i++) connection.carries(1_000_000, 0.2);
    expect(connection.kbps()).toBeNull();
    for (let i = 0; i < 10; i++) connection.carries(5_000, 20);
    expect(connection.kbps()).toBeCloseTo(2_000);
  });

  it('follows a way that becomes worse', () => {
    const connection = new Connection().carries(0, 1);
    for (let i = 0; i < 50; i++) connection.carries(25_000, 100);
    expect(connection.kbps()).toBeCloseTo(2_000);
    for (let i = 0; i < 30; i++) connection.carries(2_500, 100);
    expect(connection.kbps()).toBeLessThan(1_200);
    for (let i = 0; i < 300; i++) connection.carries(2_500, 100);
    expect(connection.kbps()).toBeCloseTo(200, 0);
  });

  it('sees that a way has become better by what goes through it without waiting', () => {
    const connection = new Connection().carries(0, 1).carries(25_000, 100).carries(25_000, 100);
    expect(connection.kbps(5_000)).toBeCloseTo(2_000); // some of that is still in the buffer of the kernel
    connection.takes(25_000, 6_000);
    expect(connection.kbps(5_000)).toBe(5_000);
    expect(connection.kbps(100)).toBeCloseTo(2_000);
    connection.isHeldUpBy(25_000);
    expect(connection.kbps(5_000)).toBeCloseTo(2_000);
  });
});
