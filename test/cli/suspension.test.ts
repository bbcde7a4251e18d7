import { describe, expect, it } from 'vitest';
import { Suspension } from '../../src/cli/suspension.js';

describe('Suspension', () => {
  it('has a clock that stands still while the process is stopped', () => {
    let systemMs = 1_000;
    const suspension = new Suspension(() => systemMs);
    expect(suspension.nowMs).toBe(1_000);
    for (let round = 0; round < 2; round++) {
      suspension.during(() => {
        systemMs += 60_000;
      });
      systemMs += 5;
    }
    expect(suspension.nowMs).toBe(1_010);
  });
});
