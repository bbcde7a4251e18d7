import { describe, expect, it } from 'vitest';
import { CapacityMeter } from '../../src/endpoint/capacity-meter.js';

/** A connection on a clock of its own. */
class Connection {
  readonly #meter = new CapacityMeter();
  #nowMs = 1_000;
  #goneBytes = 50_000;

  get kbps(): number | null {
    return this.#meter.kbps;
  }

  /** So much has to wait, at once or after a pause, and has left after so long. */
  carries(bytes: number, ms: number, pauseMs = 0): this {
    this.#nowMs += pauseMs;
    this.#meter.heldUp(this.#nowMs);
    return this.takes(bytes, ms);
  }

  /** So much leaves without being held up. */
  takes(bytes: number, ms: number): this {
    this.#nowMs += ms;
    this.#goneBytes += bytes;
    this.#meter.drained(this.#nowMs, this.#goneBytes);
    return this;
  }
}

describe('CapacityMeter', () => {
  it('knows nothing before something had to wait for a while', () => {
    const connection = new Connection();
    expect(connection.kbps).toBeNull();
    connection.carries(4_000_000, 500); // much of that went into the buffer of the kernel
    expect(connection.kbps).toBeNull();
    connection.carries(12_500, 99);
    expect(connection.kbps).toBeNull();
    connection.carries(12_500, 101);
    expect(connection.kbps).toBeCloseTo(1_000, 0);
  });

  it('counts neither the time in which nothing waited nor what left then', () => {
    const connection = new Connection().carries(0, 1).carries(25_000, 100).carries(25_000, 100);
    expect(connection.kbps).toBeCloseTo(2_000);
    connection.takes(9_000_000, 5_000).carries(9_000_000, 5_000).carries(25_000, 100);
    expect(connection.kbps).toBeCloseTo(2_000);
    connection.carries(9_000_000, 5_000, 60_000).carries(25_000, 100);
    expect(connection.kbps).toBeCloseTo(2_000);
  });

  it('does not take for carried what the kernel takes at once', () => {
    const connection = new Connection().carries(0, 1);
    for (let i = 0; i < 600; i++) connection.carries(1_000_000, 0.2);
    expect(connection.kbps).toBeNull();
    for (let i = 0; i < 10; i++) connection.carries(5_000, 20);
    expect(connection.kbps).toBeCloseTo(2_000);
  });

  it('follows a way that becomes worse', () => {
    const connection = new Connection().carries(0, 1);
    for (let i = 0; i < 50; i++) connection.carries(25_000, 100);
    expect(connection.kbps).toBeCloseTo(2_000);
    for (let i = 0; i < 30; i++) connection.carries(2_500, 100);
    expect(connection.kbps).toBeLessThan(1_200);
    for (let i = 0; i < 300; i++) connection.carries(2_500, 100);
    expect(connection.kbps).toBeCloseTo(200, 0);
  });
});
