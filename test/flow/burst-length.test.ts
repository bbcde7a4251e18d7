import { expect, it } from 'vitest';
import { burstLengthMs } from '../../src/flow/burst-length.js';

it.each([
  { subscribers: 0, maxBurstMs: 40, lengthMs: 0 },
  { subscribers: 50, maxBurstMs: 40, lengthMs: 0 },
  { subscribers: 100, maxBurstMs: 40, lengthMs: 10 },
  { subscribers: 150, maxBurstMs: 40, lengthMs: 20 },
  { subscribers: 250, maxBurstMs: 40, lengthMs: 40 },
  { subscribers: 10_000, maxBurstMs: 40, lengthMs: 40 },
  { subscribers: 400, maxBurstMs: 350, lengthMs: 350 },
  { subscribers: 1000, maxBurstMs: 0, lengthMs: 0 },
])('$subscribers subscribers, at most $maxBurstMs ms: $lengthMs ms', ({ subscribers, maxBurstMs, lengthMs }) => {
  expect(burstLengthMs(subscribers, maxBurstMs)).toBe(lengthMs);
});
